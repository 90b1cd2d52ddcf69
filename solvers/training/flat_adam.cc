#include "solvers/training/flat_adam.h"

#include <cmath>

#include <ATen/core/grad_mode.h>

namespace vitruvius {

FlatAdam::FlatAdam(const at::Tensor& like, double beta1, double beta2)
    : beta1_(beta1),
      beta2_(beta2),
      mean_(at::zeros_like(like)),
      square_(at::zeros_like(like)),
      steps_(at::zeros({}, at::kLong)) {}

void FlatAdam::Step(at::Tensor parameters, const at::Tensor& gradient, double rate) {
  constexpr double kEpsilon = 1e-8;
  at::NoGradGuard no_grad;
  steps_.add_(1);
  const auto steps = static_cast<double>(steps_.item<std::int64_t>());
  mean_.lerp_(gradient, 1 - beta1_);
  square_.mul_(beta2_).addcmul_(gradient, gradient, 1 - beta2_);
  const double root = std::sqrt(1 - std::pow(beta2_, steps));
  parameters.addcdiv_(mean_, square_.sqrt().div_(root).add_(kEpsilon), -rate / (1 - std::pow(beta1_, steps)));
}

std::map<std::string, at::Tensor> FlatAdam::State(const std::string& prefix) const {
  return {{prefix + "_mean", mean_}, {prefix + "_square", square_}, {prefix + "_steps", steps_}};
}

}  // namespace vitruvius
