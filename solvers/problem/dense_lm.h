// Levenberg-Marquardt for small dense ceres::Problems, a few times faster than ceres::Solve on them: nothing
// is allocated while it runs, Jacobians come with every trial step (nine of ten are accepted), terms with
// closed-form normal equations add them directly (QuadraticTerm), and the rest is one rank update and one
// Cholesky.
//
// Minimises the same objective as ceres::Solve on the same problem: 1/2 sum rho(|r|^2). Robust losses are
// handled as Ceres does for rho'' <= 0 (rows scaled by sqrt(rho')). Constant blocks are respected; manifolds
// and bounds are not supported (the constructor checks). Source: Madsen, Nielsen, Tingleff, Methods for
// Non-Linear Least Squares Problems, 2004, algorithm 3.16.
#pragma once

#include <vector>

#include <ceres/evaluation_callback.h>
#include <ceres/problem.h>
#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "models/math/quadratic_term.h"

namespace vitruvius {

struct SolveOptions {
  int max_iterations = 50;
  double function_tolerance =
      1e-4;  // stop when the cost falls by less than this fraction in an accepted step
  double gradient_tolerance = 1e-10;  // largest entry
  double parameter_tolerance = 1e-8;  // |step| relative to |x|
  void Check() const;
};

struct SolveSummary {
  enum Termination {
    kConverged,
    kNoConvergence,
    kFailure
  };  // failure: the cost cannot be evaluated at the start
  Termination termination = kFailure;
  double initial_cost = 0, final_cost = 0;
  int iterations = 0;  // evaluations after the first
};

class DenseLm {
 public:
  // `problem` and `callback` (may be null) must outlive this; residual blocks must not be added afterwards.
  DenseLm(const ceres::Problem& problem, ceres::EvaluationCallback* callback);

  // Leaves the best point found in the parameter blocks; on kFailure, the start.
  SolveSummary Solve(const SolveOptions& options);
  // J^T J of the robustified problem at the current point over the free blocks in order of first use, full
  // symmetric. False when the cost cannot be evaluated.
  bool NormalMatrix(Eigen::MatrixXd* hessian);

 private:
  struct ParameterBlock {
    double* values;
    int size;
    int column;  // first column, or -1 while constant
  };
  struct ResidualBlock {
    const ceres::CostFunction* cost;
    const ceres::LossFunction* loss;
    const QuadraticTerm* quadratic;  // null unless closed form applies
    std::vector<int> parameters;     // indices into parameters_
    int num_residuals;
  };

  void AssignColumns();
  void GatherState(Eigen::VectorXd* x) const;
  void ScatterState(const Eigen::VectorXd& x);
  bool Evaluate(double* cost, Eigen::MatrixXd* hessian, Eigen::VectorXd* gradient);

  const ceres::Problem& problem_;
  ceres::EvaluationCallback* callback_;
  std::vector<ParameterBlock> parameters_;
  std::vector<ResidualBlock> residuals_;
  int num_columns_ = 0;

  // Buffers.
  std::vector<const double*> block_values_;
  std::vector<double*> block_jacobians_;
  Eigen::VectorXd residual_scratch_, jacobian_scratch_;  // Eigen's, for their alignment: see compiler.cmake
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows_;
  Eigen::VectorXd row_residuals_;
  Eigen::MatrixXd hessian_, trial_hessian_, damped_;
  Eigen::VectorXd gradient_, trial_gradient_, x_, trial_x_, step_;
  Eigen::LLT<Eigen::MatrixXd> cholesky_;
};

}  // namespace vitruvius
