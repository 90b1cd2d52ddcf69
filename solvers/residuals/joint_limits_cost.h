// The limits of all joints as one term: a hundred blocks of one number each would cost more to walk through
// than to evaluate, and nearly all of them are zero.
#pragma once

#include <algorithm>
#include <vector>

#include <ceres/cost_function.h>
#include <ceres/jet.h>

#include "models/math/quadratic_term.h"
#include "models/util/check.h"
#include "priors/joint_limits.h"

namespace vitruvius {

// r_i = weight JointLimitFunctor(x[index_i]). Residuals: as many as components have a limit, radians times
// the weight. One block: body_pose. Never fails. *weight may change between solves and must outlive this.
class JointLimitsCost final : public ceres::CostFunction, public QuadraticTerm {
 public:
  struct Component {
    int index = 0;  // in the block
    JointLimitFunctor limit;
  };
  JointLimitsCost(int block_size, std::vector<Component> components, const double* weight)
      : block_size_(block_size), components_(std::move(components)), weight_(weight) {
    for (const Component& component : components_) {
      VT_CHECK_GE(component.index, 0);
      VT_CHECK_LT(component.index, block_size);
    }
    set_num_residuals(static_cast<int>(components_.size()));
    mutable_parameter_block_sizes()->push_back(block_size);
  }

  bool Evaluate(double const* const* parameters, double* residuals, double** jacobians) const override {
    double* jacobian = jacobians == nullptr ? nullptr : jacobians[0];
    if (jacobian != nullptr) std::fill_n(jacobian, num_residuals() * block_size_, 0.0);
    for (size_t i = 0; i < components_.size(); ++i) {
      const Component& component = components_[i];
      const ceres::Jet<double, 1> r = Residual(component, parameters[0]);
      residuals[i] = *weight_ * r.a;
      if (jacobian != nullptr)
        jacobian[i * static_cast<size_t>(block_size_) + static_cast<size_t>(component.index)] =
            *weight_ * r.v[0];
    }
    return true;
  }

  double AddNormalEquations(const double* x, Eigen::Ref<Eigen::MatrixXd>* hessian,
                            Eigen::Ref<Eigen::VectorXd>* gradient) const override {
    if (*weight_ == 0) return 0;
    const double weight2 = *weight_ * *weight_;
    double cost = 0;
    for (const Component& component : components_) {
      const double theta = x[component.index];
      if (theta <= component.limit.high && theta >= component.limit.low) continue;
      const ceres::Jet<double, 1> r = Residual(component, x);
      cost += 0.5 * weight2 * r.a * r.a;
      if (hessian == nullptr) continue;
      (*hessian)(component.index, component.index) += weight2 * r.v[0] * r.v[0];
      (*gradient)[component.index] += weight2 * r.a * r.v[0];
    }
    return cost;
  }

 private:
  static ceres::Jet<double, 1> Residual(const Component& component, const double* x) {
    const ceres::Jet<double, 1> theta(x[component.index], 0);
    ceres::Jet<double, 1> r;
    component.limit(&theta, &r);
    return r;
  }

  int block_size_;
  std::vector<Component> components_;
  const double* weight_;
};

}  // namespace vitruvius
