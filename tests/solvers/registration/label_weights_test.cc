#include "solvers/registration/label_weights.h"

#include <limits>

#include <gtest/gtest.h>

#include "models/util/check.h"

namespace vitruvius::label_weights_test {
namespace {

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

FitResult Registered(double residual_px, double deviation_m, double px_a_metre = 100) {
  FitResult fit;
  fit.usable = true;
  fit.residual_mean = residual_px;
  fit.weak_camera_px = {px_a_metre, 0, 0};
  fit.joints_relative_std_m = Eigen::VectorXd::Constant(24, deviation_m);
  return fit;
}

FitResult Parametric(double residual_px, double focal_px, double depth_m) {
  FitResult fit;
  fit.usable = true;
  fit.residual_mean = residual_px;
  fit.focal_px = {focal_px, focal_px};
  fit.joints3d = MatrixX3d::Zero(24, 3);
  fit.joints3d.col(2).setConstant(depth_m);
  return fit;
}

TEST(LabelWeights, TheWorseOfTwoMeasuresCountsBesideTheUsualOne) {
  std::vector<FitResult> fits(5, Registered(2, 0.02));
  fits.push_back(Registered(2 * 3, 0.02));      // thrice the usual residual
  fits.push_back(Registered(2, 0.02 * 3));      // thrice the usual deviation
  fits.push_back(Registered(2 * 2, 0.02 * 3));  // the worse counts alone
  fits.push_back(Registered(2 * 4, 0.02));      // at the end
  fits.push_back(Registered(2, 0.02));
  fits.back().usable = false;
  const LabelWeights labels = WeighLabels(fits);
  EXPECT_EQ(labels.weights[0], 1);
  for (const size_t i : {5, 6, 7}) EXPECT_NEAR(labels.weights[i], 0.25, 1e-12);  // (1.5 / 3)^2
  EXPECT_EQ(labels.weights[8], 0);
  EXPECT_EQ(labels.weights[9], 0);
  EXPECT_EQ(labels.full, 5);
  EXPECT_EQ(labels.lowered, 3);
  EXPECT_EQ(labels.left_out, 1);
  EXPECT_EQ(labels.unusable, 1);
}

TEST(LabelWeights, PeopleFarAwayAreJudgedAsNearOnesAre) {
  std::vector<FitResult> fits(4, Registered(2, 0.02));
  fits.push_back(Registered(8, 0.02, 400));  // four times as large in the picture
  EXPECT_EQ(WeighLabels(fits).weights[4], 1);
}

TEST(LabelWeights, WithoutDeviationsResidualsAloneCount) {
  std::vector<FitResult> fits(4, Registered(2, 0.02));
  for (FitResult& fit : fits) fit.joints_relative_std_m.resize(0);
  fits[3].residual_mean = 6;
  EXPECT_NEAR(WeighLabels(fits).weights[3], 0.25, 1e-12);
  EXPECT_TRUE(WeighLabels({}).weights.empty());
}

// The same residual of who stands farther away is a larger one at the body.
TEST(LabelWeights, ParametricBodiesByFocalLengthAndDepth) {
  std::vector<FitResult> fits = {Parametric(4, 1000, 5), Parametric(2, 1000, 10), Parametric(8, 2000, 5),
                                 Parametric(4, 1000, 15), Parametric(4, 1000, -5)};
  const LabelWeights labels = WeighLabels(fits);
  EXPECT_EQ(labels.weights[0], 1);
  EXPECT_EQ(labels.weights[1], 1);
  EXPECT_EQ(labels.weights[2], 1);
  EXPECT_NEAR(labels.weights[3], 0.25, 1e-12);
  EXPECT_EQ(labels.weights[4], 0);  // behind the camera
}

// Deviations that are not known say nothing, those that are known count.
TEST(LabelWeights, UnknownDeviationsDoNotCount) {
  std::vector<FitResult> fits(4, Parametric(4, 1000, 5));
  fits[1].joints_relative_std_m = Eigen::VectorXd::Constant(24, kNotKnown);
  fits[2].joints_relative_std_m = Eigen::VectorXd::Constant(24, 0.02);
  fits[3].joints_relative_std_m = Eigen::VectorXd::Constant(24, 0.02);
  fits[3].joints_relative_std_m[0] = kNotKnown;
  for (const double weight : WeighLabels(fits).weights) EXPECT_EQ(weight, 1);
  fits.push_back(fits[2]);
  fits[2].joints_relative_std_m *= 3;
  EXPECT_NEAR(WeighLabels(fits).weights[2], 0.25, 1e-12);
  EXPECT_EQ(WeighLabels(fits).weights[3], 1);
}

// Residuals of 3D keypoints are metres already.
TEST(LabelWeights, FitsIn3D) {
  std::vector<FitResult> fits(3, Parametric(0.01, 0, 5));
  fits[1].residual_mean = 0.03;
  fits[2].joints3d.col(2).setConstant(-40);
  const LabelWeights labels = WeighLabels(fits);
  EXPECT_EQ(labels.weights[0], 1);
  EXPECT_NEAR(labels.weights[1], 0.25, 1e-12);
  EXPECT_EQ(labels.weights[2], 1);
}

TEST(LabelWeights, OptionsThatMakeNoSenseAreRefused) {
  LabelWeightOptions options;
  options.out = options.full / 2;
  EXPECT_THROW(WeighLabels({}, options), ContractError);
}

}  // namespace
}  // namespace vitruvius::label_weights_test
