#include "priors/gmm_fit.h"

#include <cmath>

#include <gtest/gtest.h>

#include "models/util/check.h"

namespace vitruvius::gmm_fit_test {
namespace {

GaussianMixture Truth() {
  GaussianMixture mixture;
  mixture.weights = Eigen::Vector3d(0.5, 0.3, 0.2);
  mixture.means.resize(3, 3);
  mixture.means << 0, 0, 0, 3, 1, -2, -3, 2, 1;
  Rng rng(11);
  for (int k = 0; k < 3; ++k) {
    const Eigen::Matrix3d a = Eigen::Matrix3d::NullaryExpr([&] { return 0.4 * rng.Normal(); });
    mixture.covariances.push_back(a * a.transpose() + 0.05 * Eigen::Matrix3d::Identity());
  }
  return mixture;
}

RowMatrixXd Draw(const GaussianMixture& mixture, int n, std::uint64_t seed) {
  Rng rng(seed);
  RowMatrixXd samples(n, mixture.dim());
  for (int i = 0; i < n; ++i) samples.row(i) = mixture.Sample(&rng).transpose();
  return samples;
}

GmmFitOptions Options(int num_components, double floor_rad = 0) {
  GmmFitOptions options;
  options.num_components = num_components;
  options.floor_rad = floor_rad;
  options.tolerance = 1e-7;
  return options;
}

TEST(GmmFit, RecoversAKnownMixture) {
  const GaussianMixture truth = Truth();
  const GmmFitResult fit = FitGaussianMixture(Draw(truth, 20000, 1), {}, Options(3));
  ASSERT_EQ(fit.mixture.num_components(), 3);
  EXPECT_TRUE(fit.converged);
  EXPECT_EQ(fit.restart_likelihoods.size(), 3u);
  for (int k = 0; k < 3; ++k) {
    // Components come by falling weight, as the truth's. Standard errors of 4,000 samples with variances near
    // 0.5.
    EXPECT_NEAR(fit.mixture.weights[k], truth.weights[k], 0.02);
    EXPECT_LT((fit.mixture.means.row(k) - truth.means.row(k)).cwiseAbs().maxCoeff(), 0.06) << k;
    EXPECT_LT((fit.mixture.covariances[k] - truth.covariances[k]).cwiseAbs().maxCoeff(), 0.08) << k;
  }
  fit.mixture.Check("fit");
}

TEST(GmmFit, OneComponentIsMeanAndCovariancePlusFloor) {
  const RowMatrixXd samples = Draw(Truth(), 500, 2);
  const GmmFitResult fit = FitGaussianMixture(samples, {}, Options(1, 0.3));
  const Eigen::RowVectorXd mean = samples.colwise().mean();
  const RowMatrixXd centred = samples.rowwise() - mean;
  Eigen::MatrixXd expected = centred.transpose() * centred / 500.0;
  expected.diagonal().array() += 0.09;
  EXPECT_LT((fit.mixture.means.row(0) - mean).norm(), 1e-12);
  EXPECT_LT((fit.mixture.covariances[0] - expected).norm(), 1e-12);
}

TEST(GmmFit, LikelihoodNeverFalls) {
  for (const double floor_rad : {0.0, 0.1, 0.5}) {
    GmmFitOptions options = Options(5, floor_rad);
    options.restarts = 1;
    const GmmFitResult fit = FitGaussianMixture(Draw(Truth(), 3000, 3), {}, options);
    ASSERT_GT(fit.history.size(), 5u);
    for (std::size_t i = 1; i < fit.history.size(); ++i) {
      // Rounding of a mean of 3,000 terms of size 10.
      EXPECT_GE(fit.history[i], fit.history[i - 1] - 1e-10) << "floor " << floor_rad << " iteration " << i;
    }
  }
}

TEST(GmmFit, WithoutAFloorTheHistoryIsTheMeanLogDensity) {
  const RowMatrixXd samples = Draw(Truth(), 1000, 4);
  const GmmFitResult fit = FitGaussianMixture(samples, {}, Options(2));
  EXPECT_NEAR(fit.history.back(), MeanLogDensity(fit.mixture, samples), 1e-9);
}

TEST(GmmFit, WeightsCountAsRepetitions) {
  const RowMatrixXd once = Draw(Truth(), 400, 5);
  RowMatrixXd repeated(800, 3);
  repeated << once, once.topRows(200), once.topRows(200);
  std::vector<double> weights(400, 1.0);
  for (int i = 0; i < 200; ++i) weights[i] = 3.0;
  GmmFitOptions options = Options(1, 0.1);
  const GaussianMixture a = FitGaussianMixture(once, weights, options).mixture;
  const GaussianMixture b = FitGaussianMixture(repeated, {}, options).mixture;
  EXPECT_LT((a.means - b.means).norm(), 1e-12);
  EXPECT_LT((a.covariances[0] - b.covariances[0]).norm(), 1e-12);
  const GaussianMixture unweighted = FitGaussianMixture(once, {}, options).mixture;
  EXPECT_GT((a.means - unweighted.means).norm(), 1e-3);
}

TEST(GmmFit, DimensionsThatNeverMoveGetTheFloorsVariance) {
  RowMatrixXd samples = Draw(Truth(), 1000, 6);
  samples.col(1).setZero();
  const GmmFitResult fit = FitGaussianMixture(samples, {}, Options(3, 0.1));
  fit.mixture.Check("fit");
  for (int k = 0; k < 3; ++k) {
    EXPECT_NEAR(fit.mixture.covariances[k](1, 1), 0.01, 1e-12);
    EXPECT_NEAR(fit.mixture.means(k, 1), 0, 1e-12);
  }
}

TEST(GmmFit, TheSameBitsForAnyNumberOfThreadsAndOtherBitsForAnotherSeed) {
  const RowMatrixXd samples = Draw(Truth(), 3000, 7);
  GmmFitOptions options = Options(4, 0.1);
  options.max_iterations = 15;
  options.threads = 1;
  const GmmFitResult one = FitGaussianMixture(samples, {}, options);
  options.threads = 3;
  const GmmFitResult three = FitGaussianMixture(samples, {}, options);
  EXPECT_EQ(one.mixture.means, three.mixture.means);
  EXPECT_EQ(one.mixture.covariances[3], three.mixture.covariances[3]);
  EXPECT_EQ(one.history, three.history);
  EXPECT_EQ(MeanLogDensity(one.mixture, samples, {}, 1), MeanLogDensity(one.mixture, samples, {}, 3));
  options.seed = 2;
  EXPECT_NE(FitGaussianMixture(samples, {}, options).mixture.means, one.mixture.means);
}

TEST(GmmFit, MoreComponentsThanDistinctSamplesStillGiveAMixture) {
  RowMatrixXd samples = RowMatrixXd::Zero(20, 2);
  samples.bottomRows(10).setOnes();
  const GmmFitResult fit = FitGaussianMixture(samples, {}, Options(4, 0.1));
  fit.mixture.Check("fit");
  EXPECT_LE(fit.mixture.num_components(), 4);
  EXPECT_GE(fit.mixture.num_components(), 2);
}

TEST(GmmFit, ReportsProgressAndChecksContracts) {
  const RowMatrixXd samples = Draw(Truth(), 200, 8);
  GmmFitOptions options = Options(2, 0.1);
  int calls = 0;
  options.progress = [&](int, int, double) { ++calls; };
  options.restarts = 1;
  const GmmFitResult fit = FitGaussianMixture(samples, {}, options);
  EXPECT_EQ(calls, static_cast<int>(fit.history.size()));
  EXPECT_THROW(FitGaussianMixture(samples, {1.0}, options), ContractError);
  EXPECT_THROW(FitGaussianMixture(samples, std::vector<double>(200, 0.0), options), ContractError);
  EXPECT_THROW(FitGaussianMixture(samples.topRows(1), {}, options), ContractError);
  RowMatrixXd bad = samples;
  bad(3, 1) = std::nan("");
  EXPECT_THROW(FitGaussianMixture(bad, {}, options), ContractError);
  options.floor_rad = -1;
  EXPECT_THROW(FitGaussianMixture(samples, {}, options), ContractError);
}

}  // namespace
}  // namespace vitruvius::gmm_fit_test
