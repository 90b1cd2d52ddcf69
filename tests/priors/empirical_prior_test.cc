#include "priors/empirical_prior.h"

#include <cmath>

#include <gtest/gtest.h>

#include "models/util/check.h"

namespace vitruvius::empirical_prior_test {
namespace {

TEST(EmpiricalPrior, DrawsItsPosesByWeight) {
  RowMatrixXd poses(3, 6);
  poses << RowMatrixXd::Constant(1, 6, 1), RowMatrixXd::Constant(1, 6, 2), RowMatrixXd::Constant(1, 6, 4);
  const EmpiricalPrior prior("few", poses, {3, 0, 1});
  Rng rng(1);
  int counts[5] = {};
  for (int i = 0; i < 4000; ++i) ++counts[static_cast<int>(prior.Sample(&rng)[5])];
  EXPECT_NEAR(counts[1], 3000, 110);  // four deviations of a binomial
  EXPECT_EQ(counts[2], 0);
  EXPECT_EQ(counts[1] + counts[4], 4000);
  EXPECT_DOUBLE_EQ(prior.Mean()[0], 1.75);
  EXPECT_TRUE(std::isnan(prior.NegativeLogLikelihood(prior.Mean())));
  EXPECT_EQ(prior.MakeEnergy(69, nullptr), nullptr);
  const auto restricted = prior.Restrict(3);
  EXPECT_EQ(restricted->dim(), 3);
  EXPECT_EQ(restricted->Sample(&rng).size(), 3);
  EXPECT_THROW(EmpiricalPrior("none", poses, {0, 0, 0}), ContractError);
  EXPECT_THROW(EmpiricalPrior("fewer", poses, {1}), ContractError);
}

}  // namespace
}  // namespace vitruvius::empirical_prior_test
