#include "models/metrics/distributions.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "models/metrics/smoothness.h"
#include "models/util/rng.h"

namespace vitruvius::distributions_test {
namespace {

RowMatrixXd Normal(int n, int size, double scale, std::uint64_t seed) {
  Rng rng(seed);
  return RowMatrixXd::NullaryExpr(n, size, [&] { return scale * rng.Normal(); });
}

TEST(Distributions, SummaryByHand) {
  const Summary summary = Summarize({1, 2, 3, 6});
  EXPECT_DOUBLE_EQ(summary.mean, 3);
  EXPECT_DOUBLE_EQ(summary.median, 2.5);
  EXPECT_DOUBLE_EQ(summary.std, std::sqrt(14.0 / 4));
  EXPECT_EQ(Summarize({}).mean, 0);
}

TEST(Distributions, CumulativeSharesByHand) {
  EXPECT_EQ(CumulativeShares({3, 1, 2, 2}, {0, 1, 2, 2.5, 9}), (std::vector<double>{0, 0, 0.25, 0.75, 1}));
}

// Two points a set: (mean 0, variance 2) and (mean 3, variance 18): (0 - 3)^2 + (sqrt 2 - sqrt 18)^2 = 17.
TEST(Distributions, FrechetDistanceByHand) {
  RowMatrixXd a(2, 1), b(2, 1);
  a << -1, 1;
  b << 0, 6;
  EXPECT_NEAR(FrechetDistance(a, b), std::sqrt(17.0), 1e-12);
}

TEST(Distributions, FrechetDistanceOfTurnedCovariances) {
  const RowMatrixXd a = Normal(500, 6, 1, 1);
  EXPECT_NEAR(FrechetDistance(a, a), 0, 1e-6);  // the root of the rounding of doubles
  RowMatrixXd moved = a;
  moved.rowwise() += Eigen::RowVectorXd::Unit(6, 2) * 4;
  EXPECT_NEAR(FrechetDistance(a, moved), 4, 1e-9);
  RowMatrixXd b = Normal(500, 6, 2, 2);
  b.col(1) += b.col(0);  // does not commute with a's
  EXPECT_NEAR(FrechetDistance(a, b), FrechetDistance(b, a), 1e-9);
  EXPECT_NEAR(FrechetDistance(2 * a, 2 * b), 2 * FrechetDistance(a, b), 1e-9);
}

// Real at 0, 1, 2, 10 with k = 1: radii 1, 1, 1, 8. Generated at 0.5 (in the balls of 0 and 1) and at 9 (in
// the ball of 10 alone), 20 (in none).
TEST(Distributions, DensityAndCoverageByHand) {
  RowMatrixXd real(4, 1), generated(3, 1);
  real << 0, 1, 2, 10;
  generated << 0.5, 9, 20;
  const DensityCoverage found = DensityAndCoverage(real, generated, 1);
  EXPECT_DOUBLE_EQ(found.density, 3.0 / 3);
  EXPECT_DOUBLE_EQ(found.coverage, 3.0 / 4);
}

TEST(Distributions, DensityAndCoverageOfEqualAndCollapsedSets) {
  const RowMatrixXd real = Normal(1000, 5, 1, 1);
  const DensityCoverage same = DensityAndCoverage(real, Normal(1000, 5, 1, 2));
  EXPECT_NEAR(same.density, 1, 0.1);               // seen 0.99
  EXPECT_NEAR(same.coverage, 1 - 1 / 32.0, 0.03);  // Naeem et al., lemma 2
  const DensityCoverage collapsed = DensityAndCoverage(real, Normal(1000, 5, 0.1, 2));
  EXPECT_GT(collapsed.density, 1.1);
  EXPECT_LT(collapsed.coverage, 0.1);
}

TEST(Smoothness, ByHand) {
  const Smoothness smooth = MeasureSmoothness({1, 2, 1}, 2);
  EXPECT_EQ(smooth.normalized, (std::vector<double>{1.5, 3, 1.5}));
  EXPECT_EQ(smooth.ratio, 2);
  EXPECT_EQ(MeasureSmoothness({1, 0}, 1).ratio, std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace vitruvius::distributions_test
