// Levenberg-Marquardt for small dense ceres::Problems, a few times faster than ceres::Solve on them: nothing
// is allocated while it runs, Jacobians come with every trial step (nine of ten are accepted), terms with
// closed-form normal equations add them directly (QuadraticTerm), and the rest is one rank update and one
// Cholesky.
//
// Minimises the same objective as ceres::Solve on the same problem: 1/2 sum rho(|r|^2). Robust losses are
// handled as Ceres does for rho'' <= 0 (rows scaled by sqrt(rho')). Constant blocks are respected. Manifolds
// are: rows and closed forms come over the blocks' own numbers x and are reduced once an evaluation to the
// tangent t, J_t = J M, H_t = M^T H M and g_t = M^T g with M = d x / d t. Bounds are: a tangent direction
// that would leave a bound which it has reached is held for the step, steps end at the bound, and the gain
// they promised is that of the step taken (projected Levenberg-Marquardt; Kanzow, Yamashita, Fukushima 2004).
// Source of the rest: Madsen, Nielsen, Tingleff, Methods for Non-Linear Least Squares Problems, 2004,
// algorithm 3.16.
#pragma once

#include <vector>

#include <ceres/evaluation_callback.h>
#include <ceres/problem.h>
#include <Eigen/Core>

#include "models/math/decompositions.h"
#include "models/math/quadratic_term.h"

namespace vitruvius {

struct SolveOptions {
  int max_iterations = 50;
  double function_tolerance =
      1e-4;  // stop when the cost falls by less than this fraction in an accepted step
  double gradient_tolerance = 1e-10;  // largest entry, without directions held at a bound
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
  // `problem` and `callback` (may be null) must outlive this; residual blocks and bounds must not be added
  // afterwards, manifolds may change between calls. A number with a bound must move with one tangent number
  // alone, and one to one.
  DenseLm(const ceres::Problem& problem, ceres::EvaluationCallback* callback);

  // Leaves the best point found in the parameter blocks; on kFailure, the start.
  SolveSummary Solve(const SolveOptions& options);
  // J^T J of the robustified problem at the current point over the tangents of the free blocks in order of
  // first use, full symmetric. False when the cost cannot be evaluated.
  bool NormalMatrix(Eigen::MatrixXd* hessian);
  // Costs of the residual blocks at the current point, in the order in which the problem lists them; infinite
  // where one cannot be evaluated. For values alone ceres::Problem would differentiate every manifold first.
  void BlockCosts(std::vector<double>* costs);

 private:
  using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  struct ParameterBlock {
    double* values;
    int size;
    int column;                       // first column of its own numbers, or -1 while constant
    const ceres::Manifold* manifold;  // null: the tangent is the block
    int tangent_size, tangent_column;
    RowMatrix jacobian;  // M: (size, tangent_size); empty without manifold
  };
  struct Bound {
    int block, index;  // which number
    double low, high;
    int tangent;  // the tangent number that moves it; -1: none does
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
  // Over the blocks' own numbers: the normal equations of quadratic terms, each within its one block, and the
  // first num_rows of rows_ and row_residuals_ for all others.
  bool EvaluateBlocks(double* cost, int* num_rows, Eigen::MatrixXd* hessian, Eigen::VectorXd* gradient);
  double CostOf(const ResidualBlock& block);
  // At the current point, with the derivatives where it costs less than `cost`. A step along a manifold is
  // refused oftener than others, and its derivatives are dear: there the value is asked first. False: it
  // cannot be evaluated.
  bool EvaluateTrial(double cost, double* trial_cost);
  // ambient_hessian_, ambient_gradient_ and rows_ to the tangents; the rows go to tangent_rows_.
  void Reduce(int num_rows, Eigen::MatrixXd* hessian, Eigen::VectorXd* gradient);
  // Damping is relative to the Hessian's diagonal, which is kept within the range that it has in Ceres.
  static constexpr double kSmallestDiagonal = 1e-6, kLargestDiagonal = 1e32;
  auto Diagonal() const { return hessian_.diagonal().cwiseMax(kSmallestDiagonal).cwiseMin(kLargestDiagonal); }
  // step_: the least of the damped model, within bounds. False where the matrix has no root.
  bool SolveStep(double damping);
  // trial_x_ = x_ (+) step_, within bounds. Shortens step_ to what was taken. False: no such point.
  bool TakeStep();
  // Sets held_ and returns the largest gradient entry of directions that are not held.
  double HoldAtBounds();

  const ceres::Problem& problem_;
  ceres::EvaluationCallback* callback_;
  std::vector<ParameterBlock> parameters_;
  std::vector<ResidualBlock> residuals_;
  std::vector<Bound> bounds_;
  int num_columns_ = 0, num_tangents_ = 0;
  bool has_manifold_ = false;

  // Buffers.
  std::vector<const double*> block_values_;
  std::vector<double*> block_jacobians_;
  Eigen::VectorXd residual_scratch_, jacobian_scratch_;  // Eigen's, for their alignment: see compiler.cmake
  RowMatrix rows_, tangent_rows_;
  Eigen::VectorXd row_residuals_;
  Eigen::MatrixXd hessian_, trial_hessian_, damped_, ambient_hessian_;
  RowMatrix moved_;  // H M of one block
  Eigen::VectorXd gradient_, trial_gradient_, ambient_gradient_, x_, trial_x_, step_, curved_;
  std::vector<char> held_;      // tangent directions that wait at a bound
  std::vector<char> is_fixed_;  // those, and what a step would carry past one, by fixed_
  Eigen::VectorXd fixed_;
  bool is_cut_ = false;  // a bound is in the step's way: it may lead uphill, which more damping mends
  Cholesky cholesky_;
};

}  // namespace vitruvius
