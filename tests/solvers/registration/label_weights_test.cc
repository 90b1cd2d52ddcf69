#include "solvers/registration/label_weights.h"

#include <gtest/gtest.h>

#include "models/util/check.h"

namespace vitruvius {
namespace {

FitResult Registered(double residual_px, double deviation_m, double px_a_metre = 100) {
  FitResult fit;
  fit.usable = true;
  fit.residual_mean = residual_px;
  fit.weak_camera_px = {px_a_metre, 0, 0};
  fit.joints_relative_std_m = Eigen::VectorXd::Constant(24, deviation_m);
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

TEST(LabelWeights, OptionsThatMakeNoSenseAreRefused) {
  LabelWeightOptions options;
  options.out = options.full / 2;
  EXPECT_THROW(WeighLabels({}, options), ContractError);
}

}  // namespace
}  // namespace vitruvius
