#include "priors/gmm_prior.h"

#include <gtest/gtest.h>

#include "models/util/check.h"
#include "tests/util/check_cost.h"

namespace vitruvius::gmm_prior_test {
namespace {

GaussianMixture RandomMixture(int num, int dim, std::uint64_t seed) {
  Rng rng(seed);
  GaussianMixture mixture;
  mixture.weights = Eigen::VectorXd::NullaryExpr(num, [&] { return rng.Uniform(0.2, 1); });
  mixture.weights /= mixture.weights.sum();
  mixture.means = RowMatrixXd::NullaryExpr(num, dim, [&] { return rng.Normal(); });
  for (int k = 0; k < num; ++k) {
    const Eigen::MatrixXd a = Eigen::MatrixXd::NullaryExpr(dim, dim, [&] { return 0.3 * rng.Normal(); });
    mixture.covariances.push_back(a * a.transpose() + 0.05 * Eigen::MatrixXd::Identity(dim, dim));
  }
  return mixture;
}

double SquaredNorm(const ceres::CostFunction& cost, const double* x) {
  std::vector<double> r(cost.num_residuals());
  EXPECT_TRUE(cost.Evaluate(&x, r.data(), nullptr));
  return Eigen::Map<Eigen::VectorXd>(r.data(), cost.num_residuals()).squaredNorm();
}

TEST(GmmPrior, SquaredResidualPlusAConstantIsTheNegativeLogLikelihood) {
  const GmmPrior prior("p", RandomMixture(4, 12, 1));
  const double weight = 1;
  const auto cost = prior.MakeEnergy(12, &weight);
  Rng rng(2);
  double constant = 0;
  for (int trial = 0; trial < 20; ++trial) {
    const Eigen::VectorXd x = prior.Sample(&rng);
    const double difference = prior.NegativeLogLikelihood(x) - SquaredNorm(*cost, x.data());
    if (trial == 0) constant = difference;
    EXPECT_NEAR(difference, constant, 1e-9 * (1 + std::abs(constant)));
  }
}

TEST(GmmPrior, LikelihoodIsThatOfTheLikeliestComponentByHand) {
  // One dimension: N(0, 1) with weight 0.25 and N(3, 4) with weight 0.75.
  GaussianMixture mixture;
  mixture.weights = Eigen::Vector2d(0.25, 0.75);
  mixture.means = (RowMatrixXd(2, 1) << 0, 3).finished();
  mixture.covariances = {Eigen::MatrixXd::Constant(1, 1, 1.0), Eigen::MatrixXd::Constant(1, 1, 4.0)};
  const GmmPrior prior("p", mixture);
  const double root = std::sqrt(2 * EIGEN_PI);
  const Eigen::VectorXd x = Eigen::VectorXd::Constant(1, -0.5);
  EXPECT_NEAR(prior.NegativeLogLikelihood(x), -std::log(0.25 / root * std::exp(-0.125)), 1e-12);
  const Eigen::VectorXd y = Eigen::VectorXd::Constant(1, 5.0);
  EXPECT_NEAR(prior.NegativeLogLikelihood(y), -std::log(0.75 / (2 * root) * std::exp(-0.5)), 1e-12);
}

TEST(GmmPrior, ResidualsByHand) {
  GaussianMixture mixture;
  mixture.weights = Eigen::VectorXd::Ones(1);
  mixture.means = RowMatrixXd::Constant(1, 1, 0.5);
  mixture.covariances = {Eigen::MatrixXd::Constant(1, 1, 4.0)};
  const GmmPrior prior("p", mixture);
  const double weight = 3;
  const auto cost = prior.MakeEnergy(1, &weight);
  const double x = 2.5;
  const double* block = &x;
  double r[2];
  ASSERT_TRUE(cost->Evaluate(&block, r, nullptr));
  EXPECT_NEAR(r[0], 3 * std::sqrt(0.5) * 1.0, 1e-12);                     // one deviation from the mean
  EXPECT_NEAR(r[1], 3 * std::sqrt(0.5 * std::log(2 * EIGEN_PI)), 1e-12);  // w' = 1 / sqrt(2 pi)
}

TEST(GmmPrior, JacobianAndWeight) {
  const GmmPrior prior("p", RandomMixture(3, 9, 3));
  double weight = 2.5;
  const auto cost = prior.MakeEnergy(14, &weight);  // a larger body: the rest is not touched
  Rng rng(4);
  Eigen::VectorXd x = Eigen::VectorXd::NullaryExpr(14, [&] { return rng.Normal(); });
  CheckCost(*cost, {x.data()});
  const double before = SquaredNorm(*cost, x.data());
  weight = 5;
  EXPECT_NEAR(SquaredNorm(*cost, x.data()), 4 * before, 1e-9 * before);
}

TEST(GmmPrior, NormalEquationsAreThoseOfTheRows) {
  const GmmPrior prior("p", RandomMixture(3, 9, 5));
  const double weight = 1.5;
  const auto cost = prior.MakeEnergy(11, &weight);
  const auto* quadratic = dynamic_cast<const QuadraticTerm*>(cost.get());
  ASSERT_NE(quadratic, nullptr);
  Rng rng(6);
  for (int trial = 0; trial < 10; ++trial) {
    const Eigen::VectorXd x = Eigen::VectorXd::NullaryExpr(11, [&] { return 2 * rng.Normal(); });
    RowMatrixXd jacobian(10, 11);
    Eigen::VectorXd r(10);
    const double* block = x.data();
    double* pointer = jacobian.data();
    ASSERT_TRUE(cost->Evaluate(&block, r.data(), &pointer));
    Eigen::MatrixXd hessian = Eigen::MatrixXd::Zero(11, 11);
    Eigen::VectorXd gradient = Eigen::VectorXd::Zero(11);
    Eigen::Ref<Eigen::MatrixXd> h = hessian;
    Eigen::Ref<Eigen::VectorXd> g = gradient;
    EXPECT_NEAR(quadratic->AddNormalEquations(x.data(), &h, &g), 0.5 * r.squaredNorm(),
                1e-9 * r.squaredNorm());
    EXPECT_LT((hessian - jacobian.transpose() * jacobian).cwiseAbs().maxCoeff(),
              1e-9 * hessian.cwiseAbs().maxCoeff());
    EXPECT_LT((gradient - jacobian.transpose() * r).cwiseAbs().maxCoeff(),
              1e-9 * gradient.cwiseAbs().maxCoeff());
  }
}

TEST(GmmPrior, EachMeanIsALocalMinimum) {
  const GmmPrior prior("p", RandomMixture(4, 6, 7));
  Rng rng(8);
  for (const Eigen::VectorXd& mode : prior.Modes()) {
    const double at_mode = prior.NegativeLogLikelihood(mode);
    for (int trial = 0; trial < 20; ++trial) {
      const Eigen::VectorXd beside =
          mode + Eigen::VectorXd::NullaryExpr(6, [&] { return 1e-3 * rng.Normal(); });
      EXPECT_GE(prior.NegativeLogLikelihood(beside), at_mode);
    }
  }
}

TEST(GmmPrior, TheModeTriedFirstNeverChangesTheResult) {
  const GmmPrior prior("p", RandomMixture(5, 8, 9));
  const double weight = 1;
  const auto warm = prior.MakeEnergy(8, &weight);
  Rng rng(10);
  for (int trial = 0; trial < 50; ++trial) {
    const Eigen::VectorXd x = prior.Sample(&rng);
    const auto cold = prior.MakeEnergy(8, &weight);
    EXPECT_EQ(SquaredNorm(*warm, x.data()), SquaredNorm(*cold, x.data()));
  }
}

TEST(GmmPrior, RestrictIsTheMarginal) {
  const GmmPrior prior("p", RandomMixture(2, 9, 11));
  const auto part = prior.Restrict(6);
  EXPECT_EQ(part->dim(), 6);
  EXPECT_LT((part->Mean() - prior.Mean().head(6)).norm(), 1e-12);
}

TEST(GmmPrior, RefusesACovarianceThatIsNone) {
  GaussianMixture mixture = RandomMixture(2, 4, 12);
  mixture.covariances[1](2, 2) = -1;
  EXPECT_THROW(GmmPrior("p", mixture), InputError);
}

TEST(GmmPrior, RefusesToFailQuietlyOnNaN) {
  const GmmPrior prior("p", RandomMixture(2, 4, 13));
  const double weight = 1;
  const auto cost = prior.MakeEnergy(4, &weight);
  const Eigen::VectorXd x = Eigen::VectorXd::Constant(4, std::numeric_limits<double>::quiet_NaN());
  std::vector<double> r(5);
  const double* block = x.data();
  EXPECT_FALSE(cost->Evaluate(&block, r.data(), nullptr));
}

}  // namespace
}  // namespace vitruvius::gmm_prior_test
