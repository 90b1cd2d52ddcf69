#include "solvers/problem/dense_lm.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <ceres/cost_function.h>
#include <ceres/loss_function.h>
#include <ceres/manifold.h>

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
        const int block_index = static_cast<int>(parameters_.size());
        for (int i = 0; i < size; ++i) {
          const double low = problem.GetParameterLowerBound(value, i);
          const double high = problem.GetParameterUpperBound(value, i);
          constexpr double kNoBound = std::numeric_limits<double>::max();
          if (low > -kNoBound || high < kNoBound) bounds_.push_back({block_index, i, low, high, -1});
        }
        parameters_.push_back({value, size, -1, nullptr, size, -1, {}});
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
  int column = 0, tangent = 0, most_tangents = 0, largest_moving = 0;
  has_manifold_ = false;
  for (ParameterBlock& block : parameters_) {
    block.column = block.tangent_column = -1;
    if (problem_.IsParameterBlockConstant(block.values)) continue;
    block.manifold = problem_.GetManifold(block.values);
    block.tangent_size = block.manifold != nullptr ? block.manifold->TangentSize() : block.size;
    block.column = column;
    block.tangent_column = tangent;
    column += block.size;
    tangent += block.tangent_size;
    if (block.manifold == nullptr) continue;
    has_manifold_ = true;
    most_tangents = std::max(most_tangents, block.tangent_size);
    largest_moving = std::max(largest_moving, block.size);
    block.jacobian.resize(block.size, block.tangent_size);
  }
  num_columns_ = column;
  num_tangents_ = tangent;
  for (Eigen::MatrixXd* m : {&hessian_, &trial_hessian_, &damped_}) m->resize(tangent, tangent);
  for (Eigen::VectorXd* v : {&gradient_, &trial_gradient_, &step_, &curved_, &fixed_}) v->resize(tangent);
  for (Eigen::VectorXd* v : {&x_, &trial_x_}) v->resize(column);
  held_.assign(static_cast<size_t>(tangent), 0);
  is_fixed_ = held_;
  if (!has_manifold_) return;
  ambient_hessian_.resize(column, column);
  ambient_gradient_.resize(column);
  moved_.resize(largest_moving, most_tangents);
  tangent_rows_.resize(rows_.rows(), tangent);
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
  int num_rows = 0;
  const auto add_rows = [&](const auto& rows) {
    if (num_rows == 0) return;  // Eigen divides by the number of rows when it chooses its blocks
    hessian->selfadjointView<Eigen::Lower>().rankUpdate(rows.transpose());
    gradient->noalias() += rows.transpose() * row_residuals_.head(num_rows);
  };
  if (!has_manifold_) {
    if (!EvaluateBlocks(cost, &num_rows, hessian, gradient)) return false;
    add_rows(rows_.topLeftCorner(num_rows, num_columns_));
  } else {
    for (ParameterBlock& block : parameters_) {
      if (block.column < 0 || block.manifold == nullptr) continue;
      if (!block.manifold->PlusJacobian(block.values, block.jacobian.data())) return false;
    }
    if (!EvaluateBlocks(cost, &num_rows, &ambient_hessian_, &ambient_gradient_)) return false;
    Reduce(num_rows, hessian, gradient);
    add_rows(tangent_rows_.topRows(num_rows));
  }
  return gradient->allFinite() && hessian->diagonal().allFinite();
}

void DenseLm::Reduce(int num_rows, Eigen::MatrixXd* hessian, Eigen::VectorXd* gradient) {
  hessian->setZero();
  for (const ParameterBlock& block : parameters_) {
    if (block.column < 0) continue;
    const auto rows = rows_.block(0, block.column, num_rows, block.size);
    auto rows_t = tangent_rows_.block(0, block.tangent_column, num_rows, block.tangent_size);
    const auto g = ambient_gradient_.segment(block.column, block.size);
    auto g_t = gradient->segment(block.tangent_column, block.tangent_size);
    const auto h = ambient_hessian_.block(block.column, block.column, block.size, block.size);
    auto h_t =
        hessian->block(block.tangent_column, block.tangent_column, block.tangent_size, block.tangent_size);
    if (block.manifold == nullptr) {
      rows_t = rows;
      g_t = g;
      h_t = h;
      continue;
    }
    const RowMatrix& m = block.jacobian;
    rows_t.noalias() = rows * m;
    g_t.noalias() = m.transpose() * g;
    // H M, from the lower triangle of H, which is nearly empty where no energy is weighed.
    auto moved = moved_.topLeftCorner(block.size, block.tangent_size);
    moved.setZero();
    for (int j = 0; j < block.size; ++j) {
      for (int i = j; i < block.size; ++i) {
        const double value = h(i, j);
        if (value == 0) continue;
        moved.row(i) += value * m.row(j);
        if (i != j) moved.row(j) += value * m.row(i);
      }
    }
    h_t.noalias() = m.transpose() * moved;
  }
}

double DenseLm::HoldAtBounds() {
  std::fill(held_.begin(), held_.end(), 0);
  for (Bound& bound : bounds_) {
    const ParameterBlock& block = parameters_[bound.block];
    bound.tangent = -1;
    if (block.column < 0) continue;
    int direction = bound.index;
    if (block.manifold != nullptr) {
      if (block.jacobian.row(bound.index).cwiseAbs().maxCoeff(&direction) == 0) continue;
    }
    bound.tangent = block.tangent_column + direction;
    const double x = block.values[bound.index], g = gradient_[bound.tangent];
    if ((x <= bound.low && g > 0) || (x >= bound.high && g < 0)) held_[bound.tangent] = 1;
  }
  double largest = 0;
  for (int i = 0; i < num_tangents_; ++i)
    if (!held_[i]) largest = std::max(largest, std::abs(gradient_[i]));
  return largest;
}

bool DenseLm::TakeStep() {
  for (const Bound& bound : bounds_) {
    if (bound.tangent < 0) continue;
    const double x = x_[parameters_[bound.block].column + bound.index];
    step_[bound.tangent] =
        std::clamp(step_[bound.tangent], std::min(0.0, bound.low - x), std::max(0.0, bound.high - x));
  }
  if (!has_manifold_) {
    trial_x_ = x_ + step_;
  } else {
    for (const ParameterBlock& block : parameters_) {
      if (block.column < 0) continue;
      if (block.manifold == nullptr) {
        trial_x_.segment(block.column, block.size) =
            x_.segment(block.column, block.size) + step_.segment(block.tangent_column, block.size);
      } else if (!block.manifold->Plus(x_.data() + block.column, step_.data() + block.tangent_column,
                                       trial_x_.data() + block.column)) {
        return false;
      }
    }
  }
  for (const Bound& bound : bounds_) {  // rounding
    if (bound.tangent < 0) continue;
    double& x = trial_x_[parameters_[bound.block].column + bound.index];
    x = std::clamp(x, bound.low, bound.high);
  }
  return true;
}

bool DenseLm::EvaluateBlocks(double* cost, int* num_rows, Eigen::MatrixXd* hessian,
                             Eigen::VectorXd* gradient) {
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
  *num_rows = row;
  return std::isfinite(*cost);
}

bool DenseLm::NormalMatrix(Eigen::MatrixXd* hessian) {
  AssignColumns();
  double cost;
  if (!Evaluate(&cost, &hessian_, &gradient_)) return false;
  *hessian = hessian_.selfadjointView<Eigen::Lower>();
  return true;
}

double DenseLm::CostOf(const ResidualBlock& block) {
  for (size_t i = 0; i < block.parameters.size(); ++i)
    block_values_[i] = parameters_[block.parameters[i]].values;
  if (block.quadratic != nullptr)
    return block.quadratic->AddNormalEquations(block_values_[0], nullptr, nullptr);
  if (!block.cost->Evaluate(block_values_.data(), residual_scratch_.data(), nullptr))
    return std::numeric_limits<double>::infinity();
  double rho[3] = {residual_scratch_.head(block.num_residuals).squaredNorm(), 1, 0};
  if (block.loss != nullptr) block.loss->Evaluate(rho[0], rho);
  return 0.5 * rho[0];
}

void DenseLm::BlockCosts(std::vector<double>* costs) {
  if (callback_ != nullptr) callback_->PrepareForEvaluation(false, true);
  costs->clear();
  for (const ResidualBlock& block : residuals_) costs->push_back(CostOf(block));
}

bool DenseLm::EvaluateTrial(double cost, double* trial_cost) {
  if (has_manifold_) {
    if (callback_ != nullptr) callback_->PrepareForEvaluation(false, true);
    *trial_cost = 0;
    for (const ResidualBlock& block : residuals_) *trial_cost += CostOf(block);
    if (!(*trial_cost < cost)) return std::isfinite(*trial_cost);
  }
  return Evaluate(trial_cost, &trial_hessian_, &trial_gradient_);
}

bool DenseLm::SolveStep(double damping) {
  fixed_.setZero();
  is_fixed_ = held_;
  is_cut_ = false;
  // Each round puts numbers that would leave their range on its end, and moves the others to where that is
  // best.
  constexpr int kMostRounds = 8;
  for (int round = 0; round < kMostRounds; ++round) {
    damped_ = hessian_;
    damped_.diagonal() += damping * Diagonal();
    step_ = -gradient_;
    if (!bounds_.empty()) {
      if (round > 0) step_.noalias() -= hessian_.selfadjointView<Eigen::Lower>() * fixed_;
      for (int i = 0; i < num_tangents_; ++i) {
        if (!is_fixed_[i]) continue;
        damped_.row(i).setZero();
        damped_.col(i).setZero();
        damped_(i, i) = 1;
        step_[i] = fixed_[i];
      }
    }
    if (!cholesky_.Compute(damped_)) return false;
    cholesky_.SolveInPlace(&step_);
    bool any_leaves = false;
    for (const Bound& bound : bounds_) {
      const int i = bound.tangent;
      if (i < 0 || is_fixed_[i]) continue;
      const double x = x_[parameters_[bound.block].column + bound.index];
      if (x + step_[i] >= bound.low && x + step_[i] <= bound.high) continue;
      fixed_[i] = (step_[i] < 0 ? bound.low : bound.high) - x;
      is_fixed_[i] = 1;
      any_leaves = is_cut_ = true;
    }
    if (!any_leaves) break;
  }
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
  if (num_columns_ == 0 || HoldAtBounds() <= options.gradient_tolerance) {
    summary.termination = SolveSummary::kConverged;
    return summary;
  }

  constexpr double kInitialDamping = 1e-4, kSmallestDamping = 1e-12, kLargestDamping = 1e12;
  double damping = kInitialDamping, increase = 2;
  while (summary.iterations < options.max_iterations) {
    bool improved = false;
    if (SolveStep(damping)) {
      const bool there = TakeStep();
      if (step_.norm() <= options.parameter_tolerance * (x_.norm() + options.parameter_tolerance)) {
        summary.termination = SolveSummary::kConverged;
        break;
      }
      // Decrease predicted by the undamped model: -g s - 1/2 s H s, with H s = -g - D s unless a bound cut s.
      double model_decrease;
      if (bounds_.empty()) {
        model_decrease =
            -0.5 * gradient_.dot(step_) + 0.5 * damping * (Diagonal().array() * step_.array().square()).sum();
      } else {
        curved_.noalias() = hessian_.selfadjointView<Eigen::Lower>() * step_;
        model_decrease = -gradient_.dot(step_) - 0.5 * step_.dot(curved_);
      }
      ++summary.iterations;
      double trial_cost = cost;
      bool evaluated = false;
      if (there) {
        ScatterState(trial_x_);
        evaluated = EvaluateTrial(cost, &trial_cost);
      }
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
        if (small_decrease || HoldAtBounds() <= options.gradient_tolerance) {
          summary.termination = SolveSummary::kConverged;
          break;
        }
      } else if (evaluated && !is_cut_ && model_decrease <= 1e-3 * options.function_tolerance * cost) {
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
