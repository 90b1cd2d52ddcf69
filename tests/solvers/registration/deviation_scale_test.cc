#include "solvers/registration/deviation_scale.h"

#include <cmath>

#include <gtest/gtest.h>

#include "models/metrics/coverage.h"
#include "solvers/registration/fitter.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::deviation_scale_test {
namespace {

TEST(NoiseRatio, IsTheNoiseThatResidualsShow) {
  // 25 points off by 4 in both coordinates, and s = 4: of 25, 12 say nothing, as the body follows them.
  EXPECT_NEAR(NoiseRatio(25 * 16, 25, 25, 16), std::sqrt(25.0 / 13), 1e-12);
  EXPECT_NEAR(NoiseRatio(0.25 * 25 * 16, 25, 25 * 0.25, 16), std::sqrt(25.0 / 13), 1e-12)
      << "half the weight";
  EXPECT_NEAR(NoiseRatio(8 * 16, 8, 8, 16), std::sqrt(8.0), 1e-12) << "an eighth of them at least";
  EXPECT_EQ(NoiseRatio(0, 0, 0, 16), 1);
  EXPECT_EQ(NoiseRatio(1, 25, 25, 0), 1) << "no noise level is known";
  EXPECT_GT(NoiseRatio(0, 25, 25, 16), 0) << "perfect keypoints leave deviations";
}

TEST(NoiseRatio, ByTheMedianIsThatOfGaussianNoise) {
  EXPECT_NEAR(NoiseRatioByMedian(1.1774 * 4 * std::sqrt(13.0 / 25), 25, 16), 1, 1e-12);
  EXPECT_EQ(NoiseRatioByMedian(3, 25, 0), 1);
}

TEST(SurpriseMeter, CountsFromTheLikeliestMode) {
  const std::shared_ptr<const Prior> prior = LoadPrior("gmm8");
  const SurpriseMeter meter(prior.get());
  Eigen::VectorXd pose = Eigen::VectorXd::Zero(69);
  double least = 1e9;
  for (const Eigen::VectorXd& mode : prior->Modes()) {
    pose.head(prior->dim()) = mode;
    least = std::min(least, meter.Nats(pose));
  }
  EXPECT_EQ(least, 0);
  pose.setConstant(1);
  EXPECT_GT(meter.Nats(pose), 50);
  EXPECT_EQ(SurpriseMeter(nullptr).Nats(pose), kUsualSurprise_nats);
  EXPECT_EQ(SurpriseMeter(LoadPrior("vae").get()).Nats(pose), kUsualSurprise_nats) << "no density over poses";
}

TEST(ScaleDeviations, GrowWithNoiseAndSurpriseAndLeaveUnknownOnesAlone) {
  const auto scaled = [](const FitEvidence& evidence) {
    FitResult result;
    result.joints_std_m = result.joints_relative_std_m = Eigen::VectorXd::Constant(24, 0.01);
    result.rotation_std_rad = MatrixX3d::Constant(24, 3, 0.01);
    result.betas_std = Eigen::VectorXd::Constant(10, 0.01);
    ScaleDeviations(*Mannequin(), evidence, &result);
    return result;
  };
  const FitResult usual = scaled({}), noisy = scaled({4, kUsualSurprise_nats}), odd = scaled({1, 60});
  EXPECT_NEAR(noisy.joints_std_m[7] / usual.joints_std_m[7], std::pow(4, 0.426), 1e-9);
  EXPECT_GT(odd.joints_relative_std_m.tail(23).minCoeff(), usual.joints_relative_std_m.tail(23).minCoeff());
  EXPECT_GT(noisy.rotation_std_rad(4, 1), usual.rotation_std_rad(4, 1));
  EXPECT_TRUE(std::isnan(usual.transl_std_m[2]));
}

TEST(ScaleDeviations, EndWhereNothingIsKnown) {
  FitResult result;
  result.joints_std_m = result.joints_relative_std_m = Eigen::VectorXd::Constant(24, 30);
  result.rotation_std_rad = MatrixX3d::Constant(24, 3, 100);
  result.rotation_std_rad(3, 1) = NAN;
  result.betas_std = Eigen::VectorXd::Constant(10, 5);
  ScaleDeviations(*Mannequin(), {}, &result);
  EXPECT_GT(result.joints_std_m[0], 30) << "the distance may be anything";
  EXPECT_LT(result.joints_relative_std_m.maxCoeff(), 2);
  EXPECT_LT(result.joints_relative_std_m[4], result.joints_relative_std_m[7]) << "a knee less than its ankle";
  EXPECT_TRUE(std::isnan(result.rotation_std_rad(3, 1)));
  EXPECT_NEAR(result.rotation_std_rad(2, 0), 1.81, 0.01);
  EXPECT_EQ(result.betas_std.maxCoeff(), 1);
}

// A wrong answer with a small deviation is the worst: the deviations must follow the keypoints' noise, which
// the recipe does not know.
TEST(Deviations, AreHonestWhateverTheNoise) {
  const auto model = Mannequin();
  Fitter fitter(model, FitPriors(LoadPrior("gmm10")), FitPriors(LoadPrior("gmm10")), LoadRecipe("default"),
                LoadRecipe("keypoints3d"), {});
  for (const double noise_px : {2.0, 12.0}) {
    Coverage relative;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      const KnownPerson person = MakeKnownPerson(seed, "openpose25", noise_px);
      const FitResult result = fitter.Fit(person.observation);
      for (Eigen::Index j = 1; j < 24; ++j) {
        relative.Add(((result.joints3d.row(j) - result.joints3d.row(0)) -
                      (person.joints3d.row(j) - person.joints3d.row(0)))
                         .norm(),
                     result.joints_relative_std_m[j]);
      }
    }
    EXPECT_GT(relative.Percent(2), 88) << noise_px;
    EXPECT_GT(relative.Percent(1), 55) << noise_px;
    EXPECT_LT(relative.Percent(1), 96) << noise_px;
  }
}

// Keypoints of detectors are off by more than the recipe's weights assume: what is left of it must not go
// into the pose.
TEST(NoisyKeypoints, AreNotFollowedAsIfTheyWereExact) {
  const auto model = Mannequin();
  Recipe fixed = LoadRecipe("default");
  EXPECT_GT(fixed.noise_ratio_floor, 1);
  fixed.noise_ratio_floor = 0;
  const auto mean_error = [&](const Recipe& recipe, double noise_px) {
    Fitter fitter(model, FitPriors(LoadPrior("gmm10")), FitPriors(LoadPrior("gmm10")), recipe,
                  LoadRecipe("keypoints3d"), {});
    double sum = 0;
    constexpr int kPeople = 20;
    for (std::uint64_t seed = 1; seed <= kPeople; ++seed) {
      const KnownPerson person = MakeKnownPerson(seed, "openpose25", noise_px);
      const FitResult result = fitter.Fit(person.observation);
      EXPECT_TRUE(result.usable);
      const MatrixX3d error = (result.joints3d.rowwise() - result.joints3d.row(0)) -
                              (person.joints3d.rowwise() - person.joints3d.row(0));
      sum += error.rowwise().norm().mean() / kPeople;
    }
    return sum;
  };
  const Recipe follows = LoadRecipe("default");
  EXPECT_EQ(mean_error(follows, 1), mean_error(fixed, 1)) << "what is as exact as assumed is fitted once";
  EXPECT_LT(mean_error(follows, 12), 0.75 * mean_error(fixed, 12));
}

// One swapped or invented keypoint is no noise of the others: all is fitted as if the noise were not
// followed, though the sum of squares says that it is large.
TEST(NoisyKeypoints, OneThatIsFarOffDoesNotStiffenTheFit) {
  KnownPerson person = MakeKnownPerson(3, "openpose25", 1);
  person.observation.keypoints2d(4, 0) += 300;
  const auto fit = [&](double floor) {
    Recipe recipe = LoadRecipe("default");
    recipe.noise_ratio_floor = floor;
    return Fitter(Mannequin(), FitPriors(LoadPrior("gmm10")), FitPriors(LoadPrior("gmm10")), recipe,
                  LoadRecipe("keypoints3d"), {})
        .Fit(person.observation);
  };
  const double floor = LoadRecipe("default").noise_ratio_floor;
  const FitResult result = fit(floor);
  double cost = 0;
  for (const TermCost& term : result.terms) cost += term.name == "reprojection" ? term.cost : 0;
  const double last_prior_weight = LoadRecipe("default").stages.back().weights.pose_prior;
  EXPECT_GT(NoiseRatio(cost, 25, 25, 0.5 * last_prior_weight * last_prior_weight), 1.5 * floor);
  EXPECT_EQ(result.parameters.body_pose, fit(0).parameters.body_pose);
}

}  // namespace
}  // namespace vitruvius::deviation_scale_test
