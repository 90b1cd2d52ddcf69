// DenseLm against known minima and against ceres::Solve on the same problems.
#include "solvers/problem/dense_lm.h"

#include <cmath>
#include <limits>
#include <vector>

#include <ceres/autodiff_cost_function.h>
#include <ceres/manifold.h>
#include <ceres/solver.h>
#include <ceres/sphere_manifold.h>
#include <gtest/gtest.h>

#include "models/math/quadratic_term.h"
#include "models/util/rng.h"
#include "solvers/residuals/diagonal_prior.h"
#include "solvers/residuals/geman_mcclure.h"

namespace vitruvius::dense_lm_test {
namespace {

struct Rosenbrock {
  template <typename T>
  bool operator()(const T* x, T* r) const {
    r[0] = 10.0 * (x[1] - x[0] * x[0]);
    r[1] = 1.0 - x[0];
    return true;
  }
};

struct Difference {  // over two blocks
  double target;
  template <typename T>
  bool operator()(const T* a, const T* b, T* r) const {
    r[0] = a[0] * b[1] - target;
    r[1] = a[1] + b[0];
    return true;
  }
};

struct FailsBeyond {
  double limit;
  template <typename T>
  bool operator()(const T* x, T* r) const {
    if (x[0] > T(limit)) return false;
    r[0] = x[0] - 10.0;
    return true;
  }
};

SolveOptions Tight() {
  SolveOptions options;
  options.max_iterations = 200;
  options.function_tolerance = 1e-15;
  return options;
}

TEST(DenseLm, FindsRosenbrocksMinimum) {
  double x[2] = {-1.2, 1};
  ceres::Problem problem;
  problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Rosenbrock, 2, 2>(new Rosenbrock), nullptr, x);
  const SolveSummary summary = DenseLm(problem, nullptr).Solve(Tight());
  EXPECT_EQ(summary.termination, SolveSummary::kConverged);
  EXPECT_NEAR(x[0], 1, 1e-8);
  EXPECT_NEAR(x[1], 1, 1e-8);
  EXPECT_NEAR(summary.initial_cost, 0.5 * (19.36 + 4.84), 1e-12);
  EXPECT_LT(summary.final_cost, 1e-15);
}

TEST(DenseLm, MeetsCeresOnBlocksLossesAndQuadraticTerms) {
  const double sigma = 0.5, weight = 2, prior_weight = 0.3, mean[2] = {0.2, -0.4};
  double results[2][4];
  double costs[2];
  for (const bool dense : {true, false}) {
    double a[2] = {1, 2}, b[2] = {-0.5, 0.7};
    ceres::Problem problem;
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Difference, 2, 2, 2>(new Difference{3}),
                             new GemanMcClureLoss(&sigma, &weight), a, b);
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Difference, 2, 2, 2>(new Difference{0.5}),
                             nullptr, b, a);
    problem.AddResidualBlock(new DiagonalPrior(2, 0, 2, &prior_weight, mean), nullptr, a);
    problem.AddResidualBlock(new DiagonalPrior(2, 1, 1, &prior_weight, mean), nullptr, b);
    if (dense) {
      costs[0] = DenseLm(problem, nullptr).Solve(Tight()).final_cost;
    } else {
      ceres::Solver::Options options;
      options.linear_solver_type = ceres::DENSE_QR;
      options.function_tolerance = 1e-15;
      options.max_num_iterations = 500;
      options.logging_type = ceres::SILENT;
      ceres::Solver::Summary summary;
      ceres::Solve(options, &problem, &summary);
      costs[1] = summary.final_cost;
    }
    for (int i = 0; i < 2; ++i) {
      results[!dense][i] = a[i];
      results[!dense][2 + i] = b[i];
    }
  }
  EXPECT_NEAR(costs[0], costs[1], 1e-9 * costs[1]);
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(results[0][i], results[1][i], 1e-5);
}

TEST(DenseLm, ConstantBlocksStay) {
  double a[2] = {1, 2}, b[2] = {-0.5, 0.7};
  ceres::Problem problem;
  problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Difference, 2, 2, 2>(new Difference{3}), nullptr,
                           a, b);
  DenseLm lm(problem, nullptr);
  problem.SetParameterBlockConstant(a);
  const SolveSummary held = lm.Solve(Tight());
  EXPECT_EQ(a[0], 1);
  EXPECT_EQ(a[1], 2);
  EXPECT_NEAR(b[0], -2, 1e-8);
  EXPECT_NEAR(b[1], 3, 1e-8);
  EXPECT_LT(held.final_cost, 1e-15);
  // The same object serves another choice of free blocks.
  a[0] = 5;
  problem.SetParameterBlockVariable(a);
  problem.SetParameterBlockConstant(b);
  lm.Solve(Tight());
  EXPECT_NEAR(a[0], 1, 1e-6);
  EXPECT_NEAR(b[1], 3, 1e-8);
}

TEST(DenseLm, AFailedEvaluationIsABadStepAndNotTheEnd) {
  double x[1] = {0};
  ceres::Problem problem;
  problem.AddResidualBlock(new ceres::AutoDiffCostFunction<FailsBeyond, 1, 1>(new FailsBeyond{4}), nullptr,
                           x);
  const SolveSummary summary = DenseLm(problem, nullptr).Solve(Tight());
  EXPECT_LE(x[0], 4);
  EXPECT_GT(x[0], 3);
  EXPECT_LT(summary.final_cost, summary.initial_cost);
}

TEST(DenseLm, AStartThatCannotBeEvaluatedIsAFailureAndStaysWhereItWas) {
  double x[1] = {5};
  ceres::Problem problem;
  problem.AddResidualBlock(new ceres::AutoDiffCostFunction<FailsBeyond, 1, 1>(new FailsBeyond{4}), nullptr,
                           x);
  EXPECT_EQ(DenseLm(problem, nullptr).Solve(Tight()).termination, SolveSummary::kFailure);
  EXPECT_EQ(x[0], 5);
  x[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(DenseLm(problem, nullptr).Solve(Tight()).termination, SolveSummary::kFailure);
}

TEST(DenseLm, NeverRaisesTheCostAndCountsIterations) {
  double x[2] = {-1.2, 1};
  ceres::Problem problem;
  problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Rosenbrock, 2, 2>(new Rosenbrock), nullptr, x);
  DenseLm lm(problem, nullptr);
  SolveOptions one = Tight();
  one.max_iterations = 1;
  double last = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 20; ++i) {
    const SolveSummary summary = lm.Solve(one);
    EXPECT_LE(summary.final_cost, summary.initial_cost);
    EXPECT_LE(summary.final_cost, last);
    EXPECT_LE(summary.iterations, 1);
    last = summary.final_cost;
  }
}

TEST(DenseLm, NormalMatrixIsThatOfTheRows) {
  double x[2] = {0.5, 0.3};
  ceres::Problem problem;
  problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Rosenbrock, 2, 2>(new Rosenbrock), nullptr, x);
  Eigen::MatrixXd hessian;
  ASSERT_TRUE(DenseLm(problem, nullptr).NormalMatrix(&hessian));
  const Eigen::Matrix2d j = (Eigen::Matrix2d() << -20 * 0.5, 10, -1, 0).finished();
  EXPECT_LT((hessian - j.transpose() * j).norm(), 1e-12);
}

// Eigen's product of a matrix without rows divides by zero once there are enough columns.
TEST(DenseLm, ClosedFormTermsAloneAreEnough) {
  std::vector<double> x(80, 3.0);
  const double weight = 2;
  ceres::Problem problem;
  problem.AddResidualBlock(new DiagonalPrior(80, 0, 80, &weight, nullptr), nullptr, x.data());
  const SolveSummary summary = DenseLm(problem, nullptr).Solve(Tight());
  EXPECT_LT(summary.final_cost, 1e-9 * summary.initial_cost);
  EXPECT_NEAR(x[79], 0, 1e-4);
}

// A term in closed form whose normal matrix is full: r = A x.
class FullTerm final : public ceres::CostFunction, public QuadraticTerm {
 public:
  explicit FullTerm(const Eigen::MatrixXd& a) : a_(a) {
    set_num_residuals(static_cast<int>(a.rows()));
    mutable_parameter_block_sizes()->push_back(static_cast<int>(a.cols()));
  }
  bool Evaluate(double const* const* x, double* r, double** jacobians) const override {
    Eigen::Map<Eigen::VectorXd>(r, a_.rows()) = a_ * Eigen::Map<const Eigen::VectorXd>(x[0], a_.cols());
    if (jacobians != nullptr && jacobians[0] != nullptr) {
      for (Eigen::Index i = 0; i < a_.rows(); ++i) {
        for (Eigen::Index j = 0; j < a_.cols(); ++j) jacobians[0][i * a_.cols() + j] = a_(i, j);
      }
    }
    return true;
  }
  double AddNormalEquations(const double* x, Eigen::Ref<Eigen::MatrixXd>* hessian,
                            Eigen::Ref<Eigen::VectorXd>* gradient) const override {
    const Eigen::VectorXd r = a_ * Eigen::Map<const Eigen::VectorXd>(x, a_.cols());
    if (hessian != nullptr) {
      hessian->triangularView<Eigen::Lower>() += a_.transpose() * a_;
      *gradient += a_.transpose() * r;
    }
    return 0.5 * r.squaredNorm();
  }

 private:
  Eigen::MatrixXd a_;
};

TEST(DenseLm, NormalMatrixOnAManifoldIsThatOfTheMovedRows) {
  Rng rng(3);
  const Eigen::MatrixXd a = Eigen::MatrixXd::NullaryExpr(5, 4, [&] { return rng.Normal(); });
  double x[4] = {0.5, -0.5, 0.5, 0.5}, b[2] = {0.3, 0.8}, y[2] = {0.4, -0.2};
  ceres::Problem problem;
  problem.AddResidualBlock(new FullTerm(a), nullptr, x);
  problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Difference, 2, 2, 2>(new Difference{3}), nullptr,
                           b, y);
  const ceres::SphereManifold<4> sphere;
  problem.SetManifold(x, new ceres::SphereManifold<4>());
  Eigen::MatrixXd hessian;
  ASSERT_TRUE(DenseLm(problem, nullptr).NormalMatrix(&hessian));
  ASSERT_EQ(hessian.rows(), 3 + 2 + 2);
  Eigen::Matrix<double, 4, 3, Eigen::RowMajor> moved;
  ASSERT_TRUE(sphere.PlusJacobian(x, moved.data()));
  const Eigen::MatrixXd j = a * moved;
  EXPECT_LT((hessian.topLeftCorner(3, 3) - j.transpose() * j).norm(), 1e-12);
  EXPECT_LT(hessian.topRightCorner(3, 4).norm(), 1e-15);
  const Eigen::Matrix<double, 2, 4> rows =
      (Eigen::Matrix<double, 2, 4>() << y[1], 0, 0, b[0], 0, 1, 1, 0).finished();
  // r_0 = b_0 y_1 - 3, r_1 = b_1 + y_0 over (b, y).
  EXPECT_LT((hessian.bottomRightCorner(4, 4) - rows.transpose() * rows).norm(), 1e-12);
}

TEST(DenseLm, MeetsCeresOnManifolds) {
  // The point of the circle of radius 2 where the distances are least, with a plain block beside it.
  double results[2][4];
  for (const bool dense : {true, false}) {
    double x[2] = {2, 0}, b[2] = {-0.5, 0.7};
    ceres::Problem problem;
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Difference, 2, 2, 2>(new Difference{3}), nullptr,
                             b, x);
    problem.SetManifold(x, new ceres::SphereManifold<ceres::DYNAMIC>(2));
    if (dense) {
      DenseLm(problem, nullptr).Solve(Tight());
    } else {
      ceres::Solver::Options options;
      options.function_tolerance = 1e-15;
      options.logging_type = ceres::SILENT;
      ceres::Solver::Summary summary;
      ceres::Solve(options, &problem, &summary);
    }
    EXPECT_NEAR(std::hypot(x[0], x[1]), 2, 1e-12);
    for (int i = 0; i < 2; ++i) {
      results[!dense][i] = x[i];
      results[!dense][2 + i] = b[i];
    }
  }
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(results[0][i], results[1][i], 1e-5);
}

TEST(DenseLm, ANumberHeldByAManifoldStaysAndTheNormalMatrixIsOfTheTangent) {
  double x[2] = {0.5, 3};
  ceres::Problem problem;
  problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Rosenbrock, 2, 2>(new Rosenbrock), nullptr, x);
  problem.SetManifold(x, new ceres::SubsetManifold(2, {0}));
  DenseLm lm(problem, nullptr);
  lm.Solve(Tight());
  EXPECT_EQ(x[0], 0.5);
  EXPECT_NEAR(x[1], 0.25, 1e-8);
  Eigen::MatrixXd hessian;
  ASSERT_TRUE(lm.NormalMatrix(&hessian));
  ASSERT_EQ(hessian.size(), 1);
  EXPECT_NEAR(hessian(0, 0), 100, 1e-9);
}

struct Coupled {  // least at (2, 3) without bounds
  template <typename T>
  bool operator()(const T* x, T* r) const {
    r[0] = x[0] - 2.0;
    r[1] = 2.0 * (x[0] + x[1] - 5.0);
    return true;
  }
};

TEST(DenseLm, KeepsWithinBoundsAndFindsTheMinimumThere) {
  double x[2] = {-0.9, 0.2};
  ceres::Problem problem;
  problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Coupled, 2, 2>(new Coupled), nullptr, x);
  problem.SetParameterLowerBound(x, 0, -1);
  problem.SetParameterUpperBound(x, 0, 1);
  const SolveSummary summary = DenseLm(problem, nullptr).Solve(Tight());
  EXPECT_EQ(summary.termination, SolveSummary::kConverged);
  EXPECT_EQ(x[0], 1);
  EXPECT_NEAR(x[1], 4, 1e-7);  // by hand: at x_0 = 1 the second residual vanishes there
  EXPECT_NEAR(summary.final_cost, 0.5, 1e-12);
  // From a wall that the cost falls away from.
  double y[2] = {-1, 7};
  ceres::Problem other;
  other.AddResidualBlock(new ceres::AutoDiffCostFunction<Coupled, 2, 2>(new Coupled), nullptr, y);
  other.SetParameterLowerBound(y, 0, -1);
  other.SetParameterUpperBound(y, 0, 5);
  DenseLm(other, nullptr).Solve(Tight());
  EXPECT_NEAR(y[0], 2, 1e-7);
  EXPECT_NEAR(y[1], 3, 1e-7);
}

struct Slanted {  // A (x - c)
  Eigen::Matrix<double, 8, 8> a;
  Eigen::Matrix<double, 8, 1> c;
  template <typename T>
  bool operator()(const T* x, T* r) const {
    const Eigen::Map<const Eigen::Matrix<T, 8, 1>> at(x);
    Eigen::Map<Eigen::Matrix<T, 8, 1>> out(r);
    out = a.cast<T>() * (at - c.cast<T>());
    return true;
  }
};

// Long valleys across the box: a step that is merely cut at its walls goes uphill. At the minimum of a convex
// function the slope is zero, or points out of the box.
TEST(DenseLm, FindsTheMinimumOfValleysAcrossABox) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Rng rng(seed);
    auto* slanted = new Slanted;
    for (double& value : slanted->a.reshaped()) value = rng.Normal();
    slanted->a.row(0) *= 30;
    slanted->a.row(1) *= 10;
    for (double& value : slanted->c) value = 3 * rng.Normal();
    const Slanted copy = *slanted;
    Eigen::Matrix<double, 8, 1> x = Eigen::Matrix<double, 8, 1>::Zero();
    ceres::Problem problem;
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Slanted, 8, 8>(slanted), nullptr, x.data());
    for (int i = 0; i < 8; ++i) {
      problem.SetParameterLowerBound(x.data(), i, -1);
      problem.SetParameterUpperBound(x.data(), i, 1);
    }
    SolveOptions options = Tight();
    options.max_iterations = 500;
    EXPECT_EQ(DenseLm(problem, nullptr).Solve(options).termination, SolveSummary::kConverged);
    const Eigen::Matrix<double, 8, 1> slope = copy.a.transpose() * (copy.a * (x - copy.c));
    const double flat = 1e-5 * copy.a.squaredNorm();
    for (int i = 0; i < 8; ++i) {
      EXPECT_LE(std::abs(x[i]), 1);
      if (x[i] > -1) {
        EXPECT_LT(slope[i], flat) << seed << " number " << i;
      }
      if (x[i] < 1) {
        EXPECT_GT(slope[i], -flat) << seed << " number " << i;
      }
    }
  }
}

}  // namespace
}  // namespace vitruvius::dense_lm_test
