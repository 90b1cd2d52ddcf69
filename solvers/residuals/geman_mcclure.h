// The robust loss of SMPLify: with s = r^2,
//   rho(s) = weight^2 sigma^2 s / (sigma^2 + s),  rho' = weight^2 sigma^4 / (sigma^2 + s)^2,  rho'' = -2 rho'
//   / (sigma^2 + s)
// Geman and McClure 1987, as in Bogo et al., Keep it SMPL. Saturates at weight^2 sigma^2. sigma in the
// residual's unit; sigma = infinity is the plain square. The weight multiplies the residual (so it enters
// squared) and may change between solves, as may the confidence that `confidence` points to (null: 1).
#pragma once

#include <cmath>

#include <ceres/loss_function.h>

namespace vitruvius {

class GemanMcClureLoss final : public ceres::LossFunction {
 public:
  GemanMcClureLoss(const double* sigma, const double* weight, const double* confidence = nullptr)
      : sigma_(sigma), weight_(weight), confidence_(confidence) {}

  void Evaluate(double s, double rho[3]) const override {
    double scale = *weight_ * *weight_;
    if (confidence_ != nullptr) scale *= *confidence_ * *confidence_;
    if (std::isinf(*sigma_)) {
      rho[0] = scale * s;
      rho[1] = scale;
      rho[2] = 0;
      return;
    }
    const double sigma2 = *sigma_ * *sigma_, inverse = 1 / (sigma2 + s);
    rho[0] = scale * sigma2 * s * inverse;
    rho[1] = scale * sigma2 * sigma2 * inverse * inverse;
    rho[2] = -2 * rho[1] * inverse;
  }

 private:
  const double* sigma_;
  const double* weight_;
  const double* confidence_;
};

}  // namespace vitruvius
