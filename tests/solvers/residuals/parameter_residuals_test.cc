// Hinges, joint limits and diagonal priors, as Ceres rows and as normal equations.
#include <vector>

#include <gtest/gtest.h>

#include "models/body/body_model.h"
#include "models/math/angles.h"
#include "models/util/check.h"
#include "models/util/rng.h"
#include "priors/joint_limits.h"
#include "solvers/residuals/diagonal_prior.h"
#include "solvers/residuals/joint_limits_cost.h"
#include "solvers/residuals/parameter_cost.h"
#include "tests/util/check_cost.h"

namespace vitruvius::parameter_residuals_test {
namespace {

// The normal equations of a QuadraticTerm must be those of its rows.
template <typename Cost>
void CheckNormalEquations(const Cost& cost, std::vector<double> x) {
  const int n = static_cast<int>(x.size()), rows = cost.num_residuals();
  std::vector<double> residuals(rows), jacobian(rows * n);
  const double* block = x.data();
  double* pointer = jacobian.data();
  ASSERT_TRUE(cost.Evaluate(&block, residuals.data(), &pointer));
  const Eigen::Map<const Eigen::VectorXd> r(residuals.data(), rows);
  const Eigen::Map<const RowMatrixXd> j(jacobian.data(), rows, n);
  Eigen::MatrixXd hessian = Eigen::MatrixXd::Zero(n, n);
  Eigen::VectorXd gradient = Eigen::VectorXd::Zero(n);
  Eigen::Ref<Eigen::MatrixXd> h = hessian;
  Eigen::Ref<Eigen::VectorXd> g = gradient;
  const double value = cost.AddNormalEquations(x.data(), &h, &g);
  EXPECT_NEAR(value, 0.5 * r.squaredNorm(), 1e-12 * (1 + value));
  EXPECT_DOUBLE_EQ(cost.AddNormalEquations(x.data(), nullptr, nullptr), value);
  const Eigen::MatrixXd expected = (j.transpose() * j).triangularView<Eigen::Lower>();
  const Eigen::MatrixXd found = hessian.triangularView<Eigen::Lower>();
  EXPECT_LT((found - expected).cwiseAbs().maxCoeff(), 1e-12 * (1 + expected.cwiseAbs().maxCoeff()));
  EXPECT_LT((gradient - j.transpose() * r).cwiseAbs().maxCoeff(),
            1e-12 * (1 + gradient.cwiseAbs().maxCoeff()));
}

TEST(Hinge, IsOneAtRestFallsWithTheNaturalBendAndRisesAgainstIt) {
  double weight = 2;
  const ParameterCost<HingeFunctor> cost(69, {52}, &weight, {1.0});
  std::vector<double> pose(69, 0.0);
  const double* block = pose.data();
  double r;
  ASSERT_TRUE(cost.Evaluate(&block, &r, nullptr));
  EXPECT_DOUBLE_EQ(r, 2);
  pose[52] = -1;
  ASSERT_TRUE(cost.Evaluate(&block, &r, nullptr));
  EXPECT_DOUBLE_EQ(r, 2 * std::exp(-1.0));
  pose[52] = 1;
  ASSERT_TRUE(cost.Evaluate(&block, &r, nullptr));
  EXPECT_DOUBLE_EQ(r, 2 * std::exp(1.0));
}

TEST(Hinge, JacobianAndNormalEquations) {
  const double weight = 1.7;
  Rng rng(1);
  for (const double angle : {0.0, 1e-8, 0.8, 3.1}) {
    std::vector<double> pose(69);
    for (double& x : pose) x = angle * rng.Uniform(0.9, 1.0);
    const ParameterCost<HingeFunctor> cost(69, {9}, &weight, {-1.0});
    CheckCost(cost, {pose.data()});
    CheckNormalEquations(cost, pose);
  }
}

TEST(Hinge, TableIsSmplifysIndices) {
  // SMPLify counts in the 72-vector: 55 left elbow +, 58 right elbow -, 12 left knee -, 15 right knee -.
  std::vector<std::pair<int, double>> found;
  const std::vector<std::string>& names = SmplJointNames();
  for (const Hinge& hinge : Hinges()) {
    const auto joint = std::find(names.begin(), names.end(), hinge.joint) - names.begin();
    found.emplace_back(3 * static_cast<int>(joint) + hinge.axis, hinge.sign);
  }
  const std::vector<std::pair<int, double>> expected = {{55, 1}, {58, -1}, {12, -1}, {15, -1}};
  EXPECT_EQ(found, expected);
}

TEST(JointLimit, ZeroInsideSoftThenDistanceOutside) {
  constexpr double kWeight = 3, kKnee = JointLimitFunctor::kKneeRad;
  const double weight = kWeight;
  const JointLimitsCost cost(6, {{4, {-0.5, 1.0}}, {1, {-0.1, 0.1}}}, &weight);
  std::vector<double> pose(6, 0.0);
  const double* block = pose.data();
  double r[2];
  const std::vector<std::pair<double, double>> expected = {{0, 0},
                                                           {1, 0},
                                                           {-0.5, 0},
                                                           {1 + 0.5 * kKnee, kWeight * kKnee / 8},
                                                           {1.25, kWeight * (0.25 - kKnee / 2)},
                                                           {-1, -kWeight * (0.5 - kKnee / 2)}};
  for (const auto& [angle, residual] : expected) {
    pose[4] = angle;
    ASSERT_TRUE(cost.Evaluate(&block, r, nullptr));
    EXPECT_NEAR(r[0], residual, 1e-12) << angle;
    EXPECT_EQ(r[1], 0);
  }
  pose[1] = -0.3;
  for (const double angle : {1.5, 1 + 0.3 * kKnee, -2.0, 0.3}) {
    pose[4] = angle;
    CheckCost(cost, {pose.data()});
    CheckNormalEquations(cost, pose);
  }
}

// What SMPLify's residual does not: a straight knee costs no more than a bent one, and one bent backwards a
// lot.
TEST(JointLimit, AStraightKneeIsFree) {
  const auto limit = std::find_if(JointLimits().begin(), JointLimits().end(),
                                  [](const JointLimit& one) { return one.joint == "left_knee"; });
  ASSERT_NE(limit, JointLimits().end());
  const JointLimitFunctor knee = {limit->low.x(), limit->high.x()};
  const auto at = [&](double degrees) {
    const double theta = kRadPerDeg * degrees;
    double r;
    knee(&theta, &r);
    return std::abs(r);
  };
  for (const double degrees : {0.0, 7.0, 50.0, 120.0}) EXPECT_EQ(at(degrees), 0) << degrees;
  EXPECT_GT(at(-25), 0.15);
}

TEST(JointLimit, TableIsOrderedAndMirrored) {
  for (const JointLimit& limit : JointLimits()) {
    EXPECT_TRUE((limit.low.array() < limit.high.array()).all()) << limit.joint;
    EXPECT_TRUE((limit.low.array() <= 0).all() && (limit.high.array() >= 0).all()) << limit.joint;
    if (limit.joint.rfind("left_", 0) != 0) continue;
    for (const JointLimit& other : JointLimits()) {
      if (other.joint != "right_" + limit.joint.substr(5)) continue;
      EXPECT_EQ(other.low.x(), limit.low.x());
      EXPECT_EQ(other.low.y(), -limit.high.y());
      EXPECT_EQ(other.high.z(), -limit.low.z());
    }
  }
}

TEST(DiagonalPrior, ValuesJacobianAndNormalEquations) {
  double weight = 4;
  const double mean[2] = {1, -1};
  const DiagonalPrior cost(5, 2, 2, &weight, mean);
  std::vector<double> x = {9, 9, 1.5, 2, 9};
  const double* block = x.data();
  double r[2];
  ASSERT_TRUE(cost.Evaluate(&block, r, nullptr));
  EXPECT_DOUBLE_EQ(r[0], 2);
  EXPECT_DOUBLE_EQ(r[1], 12);
  CheckCost(cost, {x.data()});
  CheckNormalEquations(cost, x);
  weight = 8;  // weights may change between solves, and scale the residual
  ASSERT_TRUE(cost.Evaluate(&block, r, nullptr));
  EXPECT_DOUBLE_EQ(r[0], 4);
  const DiagonalPrior centred(3, 0, 3, &weight, nullptr);
  CheckCost(centred, {x.data()});
}

TEST(ParameterCost, RefusesIndicesOutsideTheBlock) {
  const double weight = 1;
  EXPECT_THROW(ParameterCost<HingeFunctor>(3, {3}, &weight, {1.0}), ContractError);
  EXPECT_THROW(DiagonalPrior(3, 2, 2, &weight, nullptr), ContractError);
}

}  // namespace
}  // namespace vitruvius::parameter_residuals_test
