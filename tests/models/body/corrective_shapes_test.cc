#include "models/body/corrective_shapes.h"

#include <gtest/gtest.h>

#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "tests/util/test_body.h"

namespace vitruvius::corrective_shapes_test {
namespace {

constexpr double kFloat = 1e-6;  // shapes are kept in float, of bodies of a few metres

// The rest mesh that a pose is skinned from: that of SMPL, by definition, when nothing turns.
TEST(CorrectiveShapes, OneFrameNeedsNone) {
  const auto model = MakeTestBody();
  BodyParameters still = BodyParameters::Zero(*model);
  still.betas.setConstant(0.7);
  const CorrectiveShapes shapes = FindCorrectiveShapes(*model, {still});
  EXPECT_TRUE(shapes.shapes.empty());
  EXPECT_LT((shapes.rest_vertices - PoseMesh(*model, still).vertices).cwiseAbs().maxCoeff(), kFloat);
  EXPECT_LT((shapes.rest_joints - PoseMesh(*model, still).joints).cwiseAbs().maxCoeff(), kFloat);
}

// Two poses and nothing between them are one direction, whatever the tolerance.
TEST(CorrectiveShapes, ChangeAlongALineTakesOneDirection) {
  const auto model = Mannequin();
  Rng rng(1);
  const BodyParameters a = RandomParameters(*model, &rng);
  BodyParameters b = RandomParameters(*model, &rng);
  b.betas = a.betas;
  const CorrectiveShapes shapes = FindCorrectiveShapes(*model, {a, b, a, a, b}, {1e-7, 64});
  ASSERT_EQ(shapes.shapes.size(), 1u);
  EXPECT_LT(shapes.rms_error_m, kFloat);
  EXPECT_FLOAT_EQ(std::abs(shapes.weights(0, 0) - shapes.weights(1, 0)), 1);
  EXPECT_EQ(shapes.weights(0, 0), shapes.weights(2, 0));
}

TEST(CorrectiveShapes, ToleranceIsKeptByAsFewAsNeeded) {
  const auto model = MakeTestBody();
  Rng rng(2);
  std::vector<BodyParameters> frames;
  for (int i = 0; i < 30; ++i) frames.push_back(RandomParameters(*model, &rng));
  size_t before = 0;
  for (const double tolerance : {0.3, 0.1, 0.03}) {
    const CorrectiveShapes shapes = FindCorrectiveShapes(*model, frames, {tolerance, 64});
    EXPECT_LE(shapes.rms_error_m, tolerance);
    EXPECT_GT(shapes.shapes.size(), before);
    before = shapes.shapes.size();
    EXPECT_GE(shapes.weights.minCoeff(), 0);
    EXPECT_LE(shapes.weights.maxCoeff(), 1);
  }
  EXPECT_EQ(FindCorrectiveShapes(*model, frames, {1e-9, 3}).shapes.size(), 3u);
}

// A sequence that only moves and turns as a whole changes nothing at rest.
TEST(CorrectiveShapes, MovingAsAWholeTakesNone) {
  const auto model = MakeTestBody();
  Rng rng(3);
  const BodyParameters a = RandomParameters(*model, &rng);
  std::vector<BodyParameters> frames(10, a);
  for (BodyParameters& frame : frames) {
    frame.global_orient = RandomParameters(*model, &rng).global_orient;
    frame.transl = RandomParameters(*model, &rng).transl;
  }
  const CorrectiveShapes shapes = FindCorrectiveShapes(*model, frames);
  EXPECT_TRUE(shapes.shapes.empty());
  EXPECT_EQ(shapes.rms_error_m, 0);
}

}  // namespace
}  // namespace vitruvius::corrective_shapes_test
