#include "solvers/problem/dense_lm.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <ceres/cost_function.h>
#include <ceres/loss_function.h>

#include "models/util/check.h"

namespace vitruvius {

void SolveOptions::Check() const {
  VT_CHECK_GE(max_iterations, 0);
  VT_CHECK_GE(function_tolerance, 0.0);
  VT_CHECK_GE(gradient_tolerance, 0.0);
  VT_CHECK_GE(parameter_tolerance, 0.0);
}

DenseLm::DenseLm(const ceres::Problem& problem, ceres::EvaluationCallback* callback)
    : problem_(problem), callback_(callback) {
  std::vector<ceres::ResidualBlockId> ids;
  problem.GetResidualBlocks(&ids);
  std::map<double*, int> index;
  int most_residuals = 0, most_columns = 0, num_rows = 0, total = 0;
  for (const ceres::ResidualBlockId id : ids) {
    ResidualBlock block;
    block.cost = problem.GetCostFunctionForResidualBlock(id);
    block.loss = problem.GetLossFunctionForResidualBlock(id);
    block.quadratic = block.loss == nullptr ? dynamic_cast<const QuadraticTerm*>(block.cost) : nullptr;
    block.num_residuals = block.cost->num_residuals();
    std::vector<double*> values;
    problem.GetParameterBlocksForResidualBlock(id, &values);
    int columns = 0;
    for (double* value : values) {
      const int size = problem.ParameterBlockSize(value);
      const auto [it, is_new] = index.try_emplace(value, static_cast<int>(parameters_.size()));
      if (is_new) {
        VT_CHECK(!problem.HasManifold(value));
        parameters_.push_back({value, size, -1});
        total += size;
      }
      block.parameters.push_back(it->second);
      columns += size;
    }
    if (block.quadratic != nullptr) VT_CHECK_EQ(block.parameters.size(), size_t{1});
    most_residuals = std::max(most_residuals, block.num_residuals);
    most_columns = std::max(most_columns, columns);
    if (block.quadratic == nullptr) num_rows += block.num_residuals;
    residuals_.push_back(std::move(block));
  }
  block_values_.resize(parameters_.size());
  block_jacobians_.resize(parameters_.size());
  residual_scratch_.resize(most_residuals);
  jacobian_scratch_.resize(static_cast<Eigen::Index>(most_residuals) * most_columns);
  rows_.resize(num_rows, total);
  row_residuals_.resize(num_rows);
}

void DenseLm::AssignColumns() {
  int column = 0;
  for (ParameterBlock& block : parameters_) {
    if (problem_.IsParameterBlockConstant(block.values)) {
      block.column = -1;
    } else {
      block.column = column;
      column += block.size;
    }
  }
  if (column == num_columns_ && hessian_.rows() == column) return;
  num_columns_ = column;
  for (Eigen::MatrixXd* m : {&hessian_, &trial_hessian_, &damped_}) m->resize(column, column);
  for (Eigen::VectorXd* v : {&gradient_, &trial_gradient_, &x_, &trial_x_, &step_}) v->resize(column);
}

void DenseLm::GatherState(Eigen::VectorXd* x) const {
  for (const ParameterBlock& block : parameters_) {
    if (block.column >= 0)
      x->segment(block.column, block.size) = Eigen::Map<const Eigen::VectorXd>(block.values, block.size);
  }
}

void DenseLm::ScatterState(const Eigen::VectorXd& x) {
  for (const ParameterBlock& block : parameters_) {
    if (block.column >= 0)
      Eigen::Map<Eigen::VectorXd>(block.values, block.size) = x.segment(block.column, block.size);
  }
}

bool DenseLm::Evaluate(double* cost, Eigen::MatrixXd* hessian, Eigen::VectorXd* gradient) {
  if (callback_ != nullptr) callback_->PrepareForEvaluation(true, true);
  hessian->setZero();
  gradient->setZero();
  *cost = 0;
  int row = 0;
  for (const ResidualBlock& block : residuals_) {
    if (block.quadratic != nullptr) {
      const ParameterBlock& parameter = parameters_[block.parameters[0]];
      if (parameter.column < 0) {
        *cost += block.quadratic->AddNormalEquations(parameter.values, nullptr, nullptr);
      } else {
        Eigen::Ref<Eigen::MatrixXd> h =
            hessian->block(parameter.column, parameter.column, parameter.size, parameter.size);
        Eigen::Ref<Eigen::VectorXd> g = gradient->segment(parameter.column, parameter.size);
        *cost += block.quadratic->AddNormalEquations(parameter.values, &h, &g);
      }
      continue;
    }
    double* scratch = jacobian_scratch_.data();
    bool any_free = false;
    for (size_t i = 0; i < block.parameters.size(); ++i) {
      const ParameterBlock& parameter = parameters_[block.parameters[i]];
      block_values_[i] = parameter.values;
      block_jacobians_[i] = parameter.column >= 0 ? scratch : nullptr;
      any_free = any_free || parameter.column >= 0;
      scratch += block.num_residuals * parameter.size;
    }
    const int n = block.num_residuals;
    if (!block.cost->Evaluate(block_values_.data(), residual_scratch_.data(),
                              any_free ? block_jacobians_.data() : nullptr)) {
      return false;
    }
    const Eigen::Map<const Eigen::VectorXd> r(residual_scratch_.data(), n);
    const double squared_norm = r.squaredNorm();
    double scale = 1;
    if (block.loss != nullptr) {
      double rho[3];
      block.loss->Evaluate(squared_norm, rho);
      *cost += 0.5 * rho[0];
      scale = std::sqrt(rho[1]);
    } else {
      *cost += 0.5 * squared_norm;
    }
    if (!any_free || scale == 0) continue;
    row_residuals_.segment(row, n) = scale * r;
    auto target = rows_.block(row, 0, n, num_columns_);
    // Blocks of one residual family fill every free column; only others need the zeros.
    if (block.parameters.size() < parameters_.size()) target.setZero();
    for (size_t i = 0; i < block.parameters.size(); ++i) {
      const ParameterBlock& parameter = parameters_[block.parameters[i]];
      if (parameter.column < 0) continue;
      target.middleCols(parameter.column, parameter.size) =
          scale * Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
                      block_jacobians_[i], n, parameter.size);
    }
    row += n;
  }
  if (!std::isfinite(*cost)) return false;
  if (row > 0) {  // Eigen divides by the number of rows when it chooses its blocks
    const auto used = rows_.block(0, 0, row, num_columns_);
    hessian->selfadjointView<Eigen::Lower>().rankUpdate(used.transpose());
    gradient->noalias() += used.transpose() * row_residuals_.head(row);
  }
  return gradient->allFinite() && hessian->diagonal().allFinite();
}

bool DenseLm::NormalMatrix(Eigen::MatrixXd* hessian) {
  AssignColumns();
  double cost;
  if (!Evaluate(&cost, &hessian_, &gradient_)) return false;
  *hessian = hessian_.selfadjointView<Eigen::Lower>();
  return true;
}

SolveSummary DenseLm::Solve(const SolveOptions& options) {
  AssignColumns();
  SolveSummary summary;
  GatherState(&x_);
  double cost;
  if (!Evaluate(&cost, &hessian_, &gradient_)) return summary;
  summary.initial_cost = summary.final_cost = cost;
  summary.termination = SolveSummary::kNoConvergence;
  if (num_columns_ == 0 || gradient_.lpNorm<Eigen::Infinity>() <= options.gradient_tolerance) {
    summary.termination = SolveSummary::kConverged;
    return summary;
  }

  constexpr double kInitialDamping = 1e-4, kSmallestDamping = 1e-12, kLargestDamping = 1e12;
  // As in Ceres: damping relative to the diagonal, which is kept within this range.
  constexpr double kSmallestDiagonal = 1e-6, kLargestDiagonal = 1e32;
  double damping = kInitialDamping, increase = 2;
  while (summary.iterations < options.max_iterations) {
    damped_ = hessian_;
    damped_.diagonal() +=
        damping * hessian_.diagonal().cwiseMax(kSmallestDiagonal).cwiseMin(kLargestDiagonal);
    cholesky_.compute(damped_);
    bool improved = false;
    if (cholesky_.info() == Eigen::Success) {
      step_ = -gradient_;
      cholesky_.solveInPlace(step_);
      if (step_.norm() <= options.parameter_tolerance * (x_.norm() + options.parameter_tolerance)) {
        summary.termination = SolveSummary::kConverged;
        break;
      }
      // Decrease predicted by the undamped model: -g s - 1/2 s H s, with H s = -g - D s.
      const double model_decrease =
          -0.5 * gradient_.dot(step_) +
          0.5 * damping *
              (hessian_.diagonal().cwiseMax(kSmallestDiagonal).cwiseMin(kLargestDiagonal).array() *
               step_.array().square())
                  .sum();
      trial_x_ = x_ + step_;
      ScatterState(trial_x_);
      ++summary.iterations;
      double trial_cost;
      const bool evaluated = Evaluate(&trial_cost, &trial_hessian_, &trial_gradient_);
      if (evaluated && model_decrease > 0 && trial_cost < cost) {
        const double quality = (cost - trial_cost) / model_decrease;
        const double decrease = cost - trial_cost;
        damping *= std::max(1.0 / 3, 1 - std::pow(2 * quality - 1, 3));
        damping = std::max(damping, kSmallestDamping);
        increase = 2;
        improved = true;
        x_.swap(trial_x_);
        hessian_.swap(trial_hessian_);
        gradient_.swap(trial_gradient_);
        const bool small_decrease = decrease <= options.function_tolerance * cost;
        cost = trial_cost;
        if (small_decrease || gradient_.lpNorm<Eigen::Infinity>() <= options.gradient_tolerance) {
          summary.termination = SolveSummary::kConverged;
          break;
        }
      } else if (evaluated && model_decrease <= 1e-3 * options.function_tolerance * cost) {
        // Nothing left to gain at this accuracy.
        summary.termination = SolveSummary::kConverged;
        break;
      }
    }
    if (!improved) {
      damping *= increase;
      increase *= 2;
      if (!(damping < kLargestDamping)) break;
    }
  }
  ScatterState(x_);
  summary.final_cost = cost;
  return summary;
}

}  // namespace vitruvius
