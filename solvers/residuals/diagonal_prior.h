// Pulls a whole block, or one entry of it, towards given values.
#pragma once

#include <algorithm>

#include <ceres/cost_function.h>

#include "models/math/quadratic_term.h"
#include "models/util/check.h"

namespace vitruvius {

// r_i = weight (x_{begin+i} - mean_i), i < count.
// Residuals: count, unit of x times weight's. One block of block_size. Never fails. Uses: the shape prior
// w_beta beta (SMPLify), the depth anchor 100 (t_z - t_z_init) of its camera start. `mean` (count numbers)
// may be null: zero; both it and the weight may change between solves and must outlive this.
class DiagonalPrior final : public ceres::CostFunction, public QuadraticTerm {
 public:
  DiagonalPrior(int block_size, int begin, int count, const double* weight, const double* mean)
      : block_size_(block_size), begin_(begin), count_(count), weight_(weight), mean_(mean) {
    VT_CHECK_GE(begin, 0);
    VT_CHECK_LE(begin + count, block_size);
    set_num_residuals(count);
    mutable_parameter_block_sizes()->push_back(block_size);
  }

  double AddNormalEquations(const double* x, Eigen::Ref<Eigen::MatrixXd>* hessian,
                            Eigen::Ref<Eigen::VectorXd>* gradient) const override {
    if (*weight_ == 0) return 0;
    double cost = 0;
    for (int i = begin_; i < begin_ + count_; ++i) {
      const double r = Residual(x, i - begin_);
      cost += 0.5 * r * r;
      if (hessian == nullptr) continue;
      (*hessian)(i, i) += *weight_ * *weight_;
      (*gradient)[i] += *weight_ * r;
    }
    return cost;
  }

  bool Evaluate(double const* const* parameters, double* residuals, double** jacobians) const override {
    for (int i = 0; i < count_; ++i) residuals[i] = Residual(parameters[0], i);
    if (jacobians != nullptr && jacobians[0] != nullptr) {
      std::fill(jacobians[0], jacobians[0] + count_ * block_size_, 0.0);
      for (int i = 0; i < count_; ++i) jacobians[0][i * block_size_ + begin_ + i] = *weight_;
    }
    return true;
  }

 private:
  double Residual(const double* x, int i) const {
    return *weight_ * (x[begin_ + i] - (mean_ != nullptr ? mean_[i] : 0));
  }

  int block_size_, begin_, count_;
  const double* weight_;
  const double* mean_;
};

}  // namespace vitruvius
