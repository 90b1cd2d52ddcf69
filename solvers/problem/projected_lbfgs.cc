#include "solvers/problem/projected_lbfgs.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <vector>

#include <ceres/manifold.h>
#include <Eigen/Core>

namespace vitruvius {
namespace {

using Eigen::Map;
using Eigen::VectorXd;

class Lbfgs {
 public:
  explicit Lbfgs(ceres::Problem* problem) : problem_(problem) {
    std::vector<double*> all;
    problem->GetParameterBlocks(&all);
    int ambient = 0, tangent = 0;
    for (double* values : all) {
      if (problem->IsParameterBlockConstant(values)) continue;
      const ceres::Manifold* manifold = problem->GetManifold(values);
      const int size = problem->ParameterBlockSize(values);
      blocks_.push_back(
          {values, manifold, size, manifold != nullptr ? manifold->TangentSize() : size, ambient, tangent});
      evaluate_.parameter_blocks.push_back(values);
      ambient += size;
      tangent += blocks_.back().tangent_size;
    }
    x_.resize(ambient);
    tangent_size_ = tangent;
  }

  SolveSummary Solve(const SolveOptions& options) {
    SolveSummary summary;
    Gather(&x_);
    double cost;
    VectorXd gradient(tangent_size_);
    if (!Evaluate(&cost, &gradient)) return summary;
    summary.initial_cost = summary.final_cost = cost;
    summary.termination = SolveSummary::kNoConvergence;
    while (summary.iterations < options.max_iterations) {
      HoldAtBounds(&gradient);
      if (tangent_size_ == 0 || gradient.lpNorm<Eigen::Infinity>() <= options.gradient_tolerance) {
        summary.termination = SolveSummary::kConverged;
        break;
      }
      VectorXd direction = Direction(gradient);
      for (int i = 0; i < tangent_size_; ++i)
        if (held_[i]) direction[i] = 0;
      double slope = gradient.dot(direction);
      if (!(slope < 0)) {
        memory_.clear();
        direction = -gradient;
        slope = -gradient.squaredNorm();
      }
      // Nothing is known of the scale before the first step.
      double step = memory_.empty() ? std::min(1.0, 1 / direction.norm()) : 1;
      const VectorXd before = x_;
      VectorXd new_gradient(tangent_size_);
      double new_cost = cost;
      bool improved = false;
      constexpr double kArmijo = 1e-4, kShorter = 0.5, kSmallestStep = 1e-12;
      while (!improved && step > kSmallestStep && summary.iterations < options.max_iterations) {
        ++summary.iterations;
        improved = Move(before, step * direction) && Evaluate(&new_cost, &new_gradient) &&
                   new_cost <= cost + kArmijo * step * slope;
        if (!improved) step *= kShorter;
      }
      if (!improved) {
        Scatter(before);
        x_ = before;
        if (memory_.empty()) {
          if (summary.iterations < options.max_iterations) summary.termination = SolveSummary::kConverged;
          break;
        }
        memory_.clear();  // what was remembered may be of another shape
        continue;
      }
      const VectorXd s = step * direction, y = new_gradient - gradient;
      constexpr double kLeastCurvature = 1e-10;
      constexpr size_t kMemory = 10;
      if (s.dot(y) > kLeastCurvature * s.norm() * y.norm()) memory_.push_back({s, y});
      if (memory_.size() > kMemory) memory_.pop_front();
      const double decrease = cost - new_cost;
      cost = new_cost;
      gradient = new_gradient;
      if (decrease <= options.function_tolerance * cost ||
          s.norm() <= options.parameter_tolerance * (x_.norm() + options.parameter_tolerance)) {
        summary.termination = SolveSummary::kConverged;
        break;
      }
    }
    summary.final_cost = cost;
    return summary;
  }

 private:
  struct Block {
    double* values;
    const ceres::Manifold* manifold;
    int size, tangent_size, ambient, tangent;  // sizes and first numbers
  };
  struct Pair {
    VectorXd s, y;
  };

  bool Evaluate(double* cost, VectorXd* gradient) {
    std::vector<double> numbers;
    if (!problem_->Evaluate(evaluate_, cost, nullptr, &numbers, nullptr) || !std::isfinite(*cost))
      return false;
    *gradient = Map<const VectorXd>(numbers.data(), tangent_size_);
    return gradient->allFinite();
  }
  void Gather(VectorXd* x) const {
    for (const Block& b : blocks_) x->segment(b.ambient, b.size) = Map<const VectorXd>(b.values, b.size);
  }
  void Scatter(const VectorXd& x) const {
    for (const Block& b : blocks_) Map<VectorXd>(b.values, b.size) = x.segment(b.ambient, b.size);
  }
  // x_ = from (+) delta, into the problem.
  bool Move(const VectorXd& from, const VectorXd& delta) {
    for (const Block& b : blocks_) {
      if (b.manifold == nullptr) {
        x_.segment(b.ambient, b.size) = from.segment(b.ambient, b.size) + delta.segment(b.tangent, b.size);
      } else if (!b.manifold->Plus(from.data() + b.ambient, delta.data() + b.tangent,
                                   x_.data() + b.ambient)) {
        return false;
      }
      for (int i = 0; i < b.size; ++i) {
        x_[b.ambient + i] = std::clamp(x_[b.ambient + i], problem_->GetParameterLowerBound(b.values, i),
                                       problem_->GetParameterUpperBound(b.values, i));
      }
    }
    Scatter(x_);
    return true;
  }
  // Zeroes the gradient of what waits at a bound.
  void HoldAtBounds(VectorXd* gradient) {
    held_.assign(static_cast<size_t>(tangent_size_), 0);
    constexpr double kNoBound = std::numeric_limits<double>::max();
    for (const Block& b : blocks_) {
      Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> jacobian;
      for (int i = 0; i < b.size; ++i) {
        const double low = problem_->GetParameterLowerBound(b.values, i),
                     high = problem_->GetParameterUpperBound(b.values, i);
        const double x = b.values[i];
        if (!((low > -kNoBound && x <= low) || (high < kNoBound && x >= high))) continue;
        int mover = i;
        if (b.manifold != nullptr) {
          if (jacobian.size() == 0) {
            jacobian.resize(b.size, b.tangent_size);
            b.manifold->PlusJacobian(b.values, jacobian.data());
          }
          if (jacobian.row(i).cwiseAbs().maxCoeff(&mover) == 0) continue;
        }
        double& g = (*gradient)[b.tangent + mover];
        if (x <= low ? g < 0 : g > 0) continue;
        g = 0;
        held_[static_cast<size_t>(b.tangent + mover)] = 1;
      }
    }
  }
  VectorXd Direction(const VectorXd& gradient) const {
    VectorXd q = -gradient;
    std::vector<double> alpha(memory_.size());
    for (size_t i = memory_.size(); i-- > 0;) {
      alpha[i] = memory_[i].s.dot(q) / memory_[i].s.dot(memory_[i].y);
      q -= alpha[i] * memory_[i].y;
    }
    if (!memory_.empty()) q *= memory_.back().s.dot(memory_.back().y) / memory_.back().y.squaredNorm();
    for (size_t i = 0; i < memory_.size(); ++i) {
      const double beta = memory_[i].y.dot(q) / memory_[i].s.dot(memory_[i].y);
      q += (alpha[i] - beta) * memory_[i].s;
    }
    return q;
  }

  ceres::Problem* problem_;
  ceres::Problem::EvaluateOptions evaluate_;
  std::vector<Block> blocks_;
  int tangent_size_ = 0;
  VectorXd x_;
  std::vector<char> held_;
  std::deque<Pair> memory_;
};

}  // namespace

SolveSummary SolveWithLbfgs(const SolveOptions& options, ceres::Problem* problem) {
  return Lbfgs(problem).Solve(options);
}

}  // namespace vitruvius
