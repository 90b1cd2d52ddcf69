#include "models/body/skeleton.h"

#include <gtest/gtest.h>

#include "models/body/body_evaluator.h"
#include "models/math/so3.h"
#include "tests/util/test_body.h"

namespace vitruvius::skeleton_test {
namespace {

constexpr double kRounding = 1e-12;  // a few dozen products of numbers of order one

TEST(Skeleton, StandsWhereTheBodyDoes) {
  const auto model = MakeTestBody();
  Rng rng(3);
  const BodyParameters p = RandomParameters(*model, &rng);
  const PosedSkeleton posed = PoseSkeleton(*model, RestJoints(*model, p.betas), p);
  EXPECT_LT((posed.positions - PoseMesh(*model, p).joints).cwiseAbs().maxCoeff(), kRounding);
}

TEST(Skeleton, ATurnedBodyIsTheBodyTurned) {
  const auto model = MakeTestBody();
  Rng rng(4);
  const BodyParameters p = RandomParameters(*model, &rng);
  const Matrix3d turn = ExpSO3({0.3, -2, 1});
  const BodyMesh mesh = PoseMesh(*model, p), turned = PoseMesh(*model, TurnBody(*model, turn, p));
  EXPECT_LT((turned.vertices - mesh.vertices * turn.transpose()).cwiseAbs().maxCoeff(), kRounding);
  EXPECT_LT((turned.joints - mesh.joints * turn.transpose()).cwiseAbs().maxCoeff(), kRounding);
}

}  // namespace
}  // namespace vitruvius::skeleton_test
