// Adapter: a functor over a few numbers of one parameter block becomes a Ceres cost function, whatever the
// block's size. A parameter functor has
//   static constexpr int kNumInputs, kNumResiduals;
//   template <typename T> bool operator()(const T* inputs, T* residuals) const;
// Inputs are the block's entries at the given indices; all other columns of the Jacobian are zero.
// The residuals are multiplied by *weight (1/sigma in the residual's unit), which may change between solves.
// As a QuadraticTerm it touches only its own entries of the normal matrix; a functor that fails costs
// infinity there.
#pragma once

#include <algorithm>
#include <array>
#include <limits>

#include <ceres/cost_function.h>
#include <ceres/jet.h>

#include "models/math/quadratic_term.h"
#include "models/util/check.h"

namespace vitruvius {

template <typename Functor>
class ParameterCost final : public ceres::CostFunction, public QuadraticTerm {
 public:
  static constexpr int kNumInputs = Functor::kNumInputs;
  static constexpr int kNumResiduals = Functor::kNumResiduals;

  ParameterCost(int block_size, const std::array<int, kNumInputs>& indices, const double* weight,
                Functor functor)
      : block_size_(block_size), indices_(indices), weight_(weight), functor_(std::move(functor)) {
    for (const int index : indices_) {
      VT_CHECK_GE(index, 0);
      VT_CHECK_LT(index, block_size);
    }
    set_num_residuals(kNumResiduals);
    mutable_parameter_block_sizes()->push_back(block_size);
  }

  bool Evaluate(double const* const* parameters, double* residuals, double** jacobians) const override {
    if (jacobians == nullptr || jacobians[0] == nullptr) {
      double inputs[kNumInputs];
      for (int i = 0; i < kNumInputs; ++i) inputs[i] = parameters[0][indices_[i]];
      if (!functor_(inputs, residuals)) return false;
      for (int r = 0; r < kNumResiduals; ++r) residuals[r] *= *weight_;
      return true;
    }
    Jet outputs[kNumResiduals];
    if (!Differentiate(parameters[0], outputs)) return false;
    std::fill(jacobians[0], jacobians[0] + kNumResiduals * block_size_, 0.0);
    for (int r = 0; r < kNumResiduals; ++r) {
      residuals[r] = *weight_ * outputs[r].a;
      for (int i = 0; i < kNumInputs; ++i)
        jacobians[0][r * block_size_ + indices_[i]] += *weight_ * outputs[r].v[i];
    }
    return true;
  }

  double AddNormalEquations(const double* x, Eigen::Ref<Eigen::MatrixXd>* hessian,
                            Eigen::Ref<Eigen::VectorXd>* gradient) const override {
    if (*weight_ == 0) return 0;
    Jet outputs[kNumResiduals];
    if (!Differentiate(x, outputs)) return std::numeric_limits<double>::infinity();
    const double weight2 = *weight_ * *weight_;
    double cost = 0;
    for (int r = 0; r < kNumResiduals; ++r) {
      cost += 0.5 * weight2 * outputs[r].a * outputs[r].a;
      if (hessian == nullptr) continue;
      for (int i = 0; i < kNumInputs; ++i) {
        (*gradient)[indices_[i]] += weight2 * outputs[r].a * outputs[r].v[i];
        for (int j = 0; j < kNumInputs; ++j) {
          if (indices_[i] < indices_[j]) continue;
          (*hessian)(indices_[i], indices_[j]) += weight2 * outputs[r].v[i] * outputs[r].v[j];
        }
      }
    }
    return cost;
  }

 private:
  using Jet = ceres::Jet<double, kNumInputs>;

  bool Differentiate(const double* block, Jet* outputs) const {
    Jet inputs[kNumInputs];
    for (int i = 0; i < kNumInputs; ++i) inputs[i] = Jet(block[indices_[i]], i);
    return functor_(inputs, outputs);
  }

  int block_size_;
  std::array<int, kNumInputs> indices_;
  const double* weight_;
  Functor functor_;
};

}  // namespace vitruvius
