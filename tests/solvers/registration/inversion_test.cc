#include "solvers/registration/inversion.h"

#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "tests/util/tiny_latent_prior.h"

namespace vitruvius::inversion_test {
namespace {

constexpr int kLatents = 6;

Eigen::VectorXd Decoded(const LatentPrior& prior, const Eigen::VectorXd& z, int size) {
  Eigen::VectorXd pose = Eigen::VectorXd::Zero(size);
  prior.MakeDecoder()->Decode(z.data(), pose.data());
  return pose;
}

class InversionOf : public testing::TestWithParam<LatentSpace> {};

TEST_P(InversionOf, FindsWhatWasDecodedAndStaysInItsSpace) {
  const auto prior = std::make_shared<TinyLatentPrior>(GetParam(), kLatents);
  LatentInverter inverter(Mannequin(), prior);
  Rng rng(5);
  for (int i = 0; i < 5; ++i) {
    const Eigen::VectorXd pose = Decoded(*prior, prior->SampleLatent(&rng), 69);
    const Inversion found = inverter.Invert(pose);
    EXPECT_LT(found.joints_mm, 0.1);  // converged: seen below 0.01
    Eigen::VectorXd projected = found.z;
    prior->ProjectLatent(&projected);
    EXPECT_LT((projected - found.z).norm(), 1e-12);
    EXPECT_EQ(Decoded(*prior, found.z, 69), found.body_pose);
  }
}

TEST_P(InversionOf, IsNearestWhereNothingIsExactAndTheSameAgain) {
  const auto prior = std::make_shared<TinyLatentPrior>(GetParam(), kLatents);
  LatentInverter inverter(Mannequin(), prior);
  Rng rng(6);
  Eigen::VectorXd pose = Eigen::VectorXd::NullaryExpr(69, [&] { return 0.3 * rng.Normal(); });
  const Inversion found = inverter.Invert(pose);
  EXPECT_GT(found.joints_mm, 1);
  // No sample is nearer, far or near in the latent.
  BodyEvaluator joints(Mannequin(), PointSet::AllJoints(*Mannequin()));
  BodyParameters body = BodyParameters::Zero(*Mannequin());
  const auto joints_of = [&](const Eigen::VectorXd& body_pose) {
    body.body_pose = body_pose;
    joints.Evaluate(body, false);
    return joints.points();
  };
  const MatrixX3d truth = joints_of(pose);
  EXPECT_NEAR(found.joints_mm, 1000 * (joints_of(found.body_pose) - truth).rowwise().norm().mean(), 1e-9);
  for (int i = 0; i < 200; ++i) {
    const Eigen::VectorXd sample = Decoded(*prior, prior->SampleLatent(&rng), 69);
    EXPECT_LT(found.joints_mm, 1000 * (joints_of(sample) - truth).rowwise().norm().mean());
  }
  LatentInverter other(Mannequin(), prior);
  other.Invert(Eigen::VectorXd::Zero(69));
  EXPECT_EQ(other.Invert(pose).z, found.z);
}

INSTANTIATE_TEST_SUITE_P(Spaces, InversionOf,
                         testing::Values(LatentSpace::kNormal, LatentSpace::kSphere, LatentSpace::kBox));

}  // namespace
}  // namespace vitruvius::inversion_test
