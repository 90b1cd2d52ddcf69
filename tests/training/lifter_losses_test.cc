// The depth lifter's losses by hand, and what they are made of.
#include "solvers/training/lifter_losses.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "models/networks/lifter.h"
#include "models/util/check.h"
#include "solvers/training/adversarial_loss.h"
#include "solvers/training/lifter_options.h"
#include "tests/training/lifter_people.h"

namespace vitruvius::lifter_losses_test {
namespace {

constexpr double kFloat = 1e-5;

double Value(const at::Tensor& tensor) { return tensor.item<double>(); }

TEST(LifterSkeleton, BonesOfTheKeypoints) {
  const LifterSkeleton skeleton = StickSkeleton();
  EXPECT_EQ(skeleton.trunk, (std::pair<int, int>(14, 12)));  // root to neck
  EXPECT_EQ(skeleton.bones.size(), 13u);
  EXPECT_EQ(skeleton.mirror.size(), 5u);
  EXPECT_NEAR(skeleton.trunk_m, 0.5, 1e-12);
  for (const auto& [left, right] : skeleton.mirror)
    EXPECT_NEAR(skeleton.ratios[left], skeleton.ratios[right], 1e-12);
  EXPECT_NEAR(skeleton.ratios[skeleton.mirror[0].first], 0.4 / 0.5, 1e-12);  // thigh
  std::vector<std::string> names = skeleton.joints;
  names[2] = "hip";
  EXPECT_THROW(MakeLifterSkeleton(names, StickFigure()), InputError);
}

TEST(LifterSkeleton, KeypointsAreNormalisedAboutTheHips) {
  const LifterSkeleton skeleton = StickSkeleton();
  const at::Tensor points = StickPoints();
  const at::Tensor keypoints = points.narrow(2, 0, 2);
  const NormalisedKeypoints one = NormaliseKeypoints(keypoints, skeleton);
  EXPECT_NEAR(Value(one.points.norm(2, 2).mean()), 1, kFloat);
  EXPECT_NEAR(Value((one.points.select(1, 2) + one.points.select(1, 3)).abs().max()), 0, kFloat);
  // Elsewhere and larger: the same.
  const NormalisedKeypoints other = NormaliseKeypoints(300 * keypoints + 70, skeleton);
  EXPECT_LT(Value((one.points - other.points).abs().max()), 1e-4);
  EXPECT_NEAR(Value(other.scale.reshape({})), 300 * Value(one.scale.reshape({})), 1e-2);
  EXPECT_TRUE(NormaliseKeypoints(at::zeros({1, 14, 2}), skeleton).points.isfinite().all().item<bool>());
}

// Somebody who faces the camera, one knee bent forward: towards it, z below zero.
TEST(LifterSkeleton, KneesTellAPoseFromItsMirrorImage) {
  const LifterSkeleton skeleton = StickSkeleton();
  at::Tensor points = StickPoints();
  EXPECT_NEAR(Value(KneesForward(points, skeleton)), 0, kFloat);
  points[0][skeleton.Joint("left_knee")][2] = -0.2;
  // Hips 0.2 apart, trunk 0.5, half of one knee 0.2 ahead.
  EXPECT_NEAR(Value(KneesForward(points, skeleton)), 0.5 * 0.2 * 0.5 * 0.2, kFloat);
  EXPECT_LT(Value(KneesForward(points * at::tensor(at::ArrayRef<float>({1, 1, -1})), skeleton)), 0);
  // From behind as well.
  const at::Tensor behind = RotateAboutVertical(points, at::full({1}, M_PI));
  EXPECT_GT(Value(KneesForward(behind, skeleton)), 0);
}

TEST(LifterLosses, RatioAndSymmetryByHand) {
  const LifterSkeleton skeleton = StickSkeleton();
  at::Tensor points = StickPoints();
  EXPECT_NEAR(Value(RatioLoss(BoneLengthsOf(points, skeleton), skeleton)), 0, kFloat);
  EXPECT_NEAR(Value(SymmetryLoss(BoneLengthsOf(points, skeleton), skeleton)), 0, kFloat);
  // The left forearm, 0.25, gets 0.6 of depth: 0.65. The trunk is 0.5.
  points[0][skeleton.Joint("left_wrist")][2] = 0.6;
  const BoneLengths lengths = BoneLengthsOf(points, skeleton);
  EXPECT_NEAR(Value(RatioLoss(lengths, skeleton)), std::pow((0.65 - 0.25) / 0.5, 2), kFloat);
  EXPECT_NEAR(Value(SymmetryLoss(lengths, skeleton)), std::pow(0.65 - 0.25, 2), kFloat);
  // A mean over people.
  const BoneLengths both = BoneLengthsOf(at::cat({points, StickPoints()}), skeleton);
  EXPECT_NEAR(Value(SymmetryLoss(both, skeleton)), 0.5 * 0.16, kFloat);
  // Larger people have the same ratios.
  const BoneLengths larger = BoneLengthsOf(3 * points, skeleton);
  EXPECT_NEAR(Value(RatioLoss(larger, skeleton)), 0.64, 1e-4);
}

TEST(LifterLosses, JointsTowardsThoseThatAreRegistered) {
  const at::Tensor points = StickPoints().repeat({3, 1, 1});
  at::Tensor registered = points.clone();
  registered[0][4][2] += 0.3;
  registered[1][5][0] += 0.4;
  registered[1][6][1] += 0.1;
  EXPECT_NEAR(Value(JointLoss(points, registered)), (0.09 + 0.17) / 3, kFloat);
  registered[2][0][0] = std::numeric_limits<float>::quiet_NaN();  // nobody fitted a body to the third
  at::Tensor wanted = points.clone().requires_grad_(true);
  const at::Tensor loss = JointLoss(wanted, registered);
  EXPECT_NEAR(Value(loss), (0.09 + 0.17) / 2, kFloat);
  loss.backward();
  EXPECT_TRUE(wanted.grad().isfinite().all().item<bool>());
  EXPECT_NEAR(wanted.grad()[0][4][2].item<double>(), -0.3, kFloat);
  registered.fill_(std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(Value(JointLoss(points, registered)), 0);
}

TEST(LifterLosses, ConsistencyIsADistance) {
  const at::Tensor points = StickPoints().repeat({2, 1, 1});
  at::Tensor other = points.clone();
  other[0][3][2] += 0.5;
  EXPECT_NEAR(Value(ConsistencyLoss(points, other)), 0.25 / 2, kFloat);
}

// -log D(u) - log(1 - D(fake)) and log(1 - D(fake)) with D = 1 / (1 + exp(-logit)).
TEST(LifterLosses, TheGameByHand) {
  const at::Tensor real = at::full({1}, 2.0, at::kDouble), fake = at::full({1}, -1.0, at::kDouble);
  const double d_real = 1 / (1 + std::exp(-2.0)), d_fake = 1 / (1 + std::exp(1.0));
  EXPECT_NEAR(Value(DiscriminatorLoss(AdversarialLoss::kLog, real, fake)),
              -std::log(d_real) - std::log(1 - d_fake), 1e-12);
  EXPECT_NEAR(Value(GeneratorLoss(AdversarialLoss::kLog, fake)), std::log(1 - d_fake), 1e-12);
  EXPECT_NEAR(Value(GeneratorLoss(AdversarialLoss::kLogStrong, fake)), -std::log(d_fake), 1e-12);
  EXPECT_NEAR(Value(DiscriminatorLoss(AdversarialLoss::kLeastSquares, real, fake)), 1 + 1, 1e-12);
  EXPECT_NEAR(Value(GeneratorLoss(AdversarialLoss::kLeastSquares, fake)), 4, 1e-12);
}

TEST(LifterOptions, TheWeightOfJointsFallsGeometrically) {
  LifterOptions options;
  options.epochs = 3;
  EXPECT_NEAR(options.JointWeightAt(0), 100, 1e-12);
  EXPECT_NEAR(options.JointWeightAt(1), 10, 1e-12);
  EXPECT_NEAR(options.JointWeightAt(2), 1, 1e-12);
  options.epochs = 1;
  EXPECT_EQ(options.JointWeightAt(0), 100);
  EXPECT_EQ(options.StepsPerEpoch(10 * options.batch + 1), 10);
  EXPECT_EQ(options.StepsPerEpoch(1), 1);
  EXPECT_THROW(LifterChoiceOf("best"), InputError);
  options.angles_per_pose = 8;
  EXPECT_THROW(options.Check(), ContractError);
}

}  // namespace
}  // namespace vitruvius::lifter_losses_test
