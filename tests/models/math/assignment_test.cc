#include "models/math/assignment.h"

#include <algorithm>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/util/rng.h"

namespace vitruvius::assignment_test {
namespace {

using ::testing::ElementsAre;

double CostOf(const Eigen::MatrixXd& cost, const std::vector<int>& pairs, double unpaired) {
  double sum = 0;
  for (size_t row = 0; row < pairs.size(); ++row)
    sum += pairs[row] < 0 ? unpaired : cost(static_cast<Eigen::Index>(row), pairs[row]);
  return sum;
}

TEST(OptimalAssignment, TheNearestIsNotAlwaysTheBest) {
  Eigen::MatrixXd cost(2, 2);
  cost << 1, 2, 2, 9;
  EXPECT_THAT(OptimalAssignment(cost, 100), ElementsAre(1, 0));  // 4, not 10
}

TEST(OptimalAssignment, WhatCostsTooMuchStaysAlone) {
  Eigen::MatrixXd cost(2, 3);
  cost << 5, 7, 9, 8, 3, 1;
  EXPECT_THAT(OptimalAssignment(cost, 4), ElementsAre(-1, 2));
  EXPECT_THAT(OptimalAssignment(cost.transpose(), 4), ElementsAre(-1, -1, 1));
  EXPECT_TRUE(OptimalAssignment(Eigen::MatrixXd(0, 3), 1).empty());
  EXPECT_THAT(OptimalAssignment(Eigen::MatrixXd(2, 0), 1), ElementsAre(-1, -1));
}

// Against all ways to pair up to five with up to five.
TEST(OptimalAssignment, IsTheBestOfAll) {
  Rng rng(7);
  for (int trial = 0; trial < 60; ++trial) {
    const int n = 1 + trial % 5, m = 1 + trial / 5 % 5;
    Eigen::MatrixXd cost(n, m);
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < m; ++j) cost(i, j) = rng.Uniform(0, 2);
    }
    constexpr double kUnpaired = 1;
    std::vector<int> order(static_cast<size_t>(n + m));  // columns, then as many times none as there are rows
    std::iota(order.begin(), order.end(), 0);
    double best = 1e9;
    do {
      std::vector<int> pairs;
      for (int i = 0; i < n; ++i) pairs.push_back(order[i] < m ? order[i] : -1);
      best = std::min(best, CostOf(cost, pairs, kUnpaired));
    } while (n + m <= 8 && std::next_permutation(order.begin(), order.end()));
    if (n + m > 8) continue;
    EXPECT_NEAR(CostOf(cost, OptimalAssignment(cost, kUnpaired), kUnpaired), best, 1e-12);
  }
}

}  // namespace
}  // namespace vitruvius::assignment_test
