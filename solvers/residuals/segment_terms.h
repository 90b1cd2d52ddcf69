// Terms on the numbers of a body of scaled segments. Source: "Learning body shape and pose from dense
// correspondences", L_det and L_scale.
#pragma once

#include <cmath>

#include <ceres/cost_function.h>

#include "models/math/quadratic_term.h"

namespace vitruvius {

// r = exp(-det R / 2), so that r^2 = exp(-det R): pulls nine free numbers from a reflection to a rotation.
// Residual: 1, unitless; 0.61 at a rotation, 1.65 at a reflection. Inputs: R row by row. Never fails. The
// exponent is held at kMost, which keeps a far start finite.
struct RotationDeterminant {
  static constexpr int kNumInputs = 9, kNumResiduals = 1;
  static constexpr double kMost = 5;

  template <typename T>
  bool operator()(const T* r, T* residuals) const {
    using std::exp;
    const T det = r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) +
                  r[2] * (r[3] * r[7] - r[4] * r[6]);
    residuals[0] = exp(-0.5 * det < T(kMost) ? T(-0.5 * det) : T(kMost));
    return true;
  }
};

// r = S_e - S_parent(e): neighbouring segments grow alike. Residual: 1, unitless. Never fails.
struct NeighbourScale {
  static constexpr int kNumInputs = 2, kNumResiduals = 1;

  template <typename T>
  bool operator()(const T* scales, T* residuals) const {
    residuals[0] = scales[0] - scales[1];
    return true;
  }
};

// r = weight (mean of the block - value): NeighbourScale is blind to a common factor, which the camera's
// scale can undo. Residual: 1. One block. Never fails. Own derivation.
class MeanPrior final : public ceres::CostFunction, public QuadraticTerm {
 public:
  MeanPrior(int block_size, double value, const double* weight) : value_(value), weight_(weight) {
    set_num_residuals(1);
    mutable_parameter_block_sizes()->push_back(block_size);
  }

  bool Evaluate(double const* const* parameters, double* residuals, double** jacobians) const override {
    residuals[0] = Residual(parameters[0]);
    if (jacobians != nullptr && jacobians[0] != nullptr) {
      for (int i = 0; i < size(); ++i) jacobians[0][i] = *weight_ / size();
    }
    return true;
  }

  double AddNormalEquations(const double* x, Eigen::Ref<Eigen::MatrixXd>* hessian,
                            Eigen::Ref<Eigen::VectorXd>* gradient) const override {
    if (*weight_ == 0) return 0;
    const double r = Residual(x), slope = *weight_ / size();
    if (hessian != nullptr) {
      gradient->array() += slope * r;
      hessian->array() += slope * slope;
    }
    return 0.5 * r * r;
  }

 private:
  int size() const { return parameter_block_sizes()[0]; }
  double Residual(const double* x) const {
    return *weight_ * (Eigen::Map<const Eigen::VectorXd>(x, size()).mean() - value_);
  }
  double value_;
  const double* weight_;
};

}  // namespace vitruvius
