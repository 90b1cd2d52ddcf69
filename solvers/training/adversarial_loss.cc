#include "solvers/training/adversarial_loss.h"

namespace vitruvius {

at::Tensor DiscriminatorLoss(AdversarialLoss loss, const at::Tensor& real, const at::Tensor& fake) {
  if (loss == AdversarialLoss::kLeastSquares) return (real - 1).square().mean() + fake.square().mean();
  return at::softplus(-real).mean() + at::softplus(fake).mean();  // -log D(real) - log(1 - D(fake))
}

at::Tensor GeneratorLoss(AdversarialLoss loss, const at::Tensor& fake) {
  if (loss == AdversarialLoss::kLeastSquares) return (fake - 1).square().mean();
  return loss == AdversarialLoss::kLog ? -at::softplus(fake).mean() : at::softplus(-fake).mean();
}

}  // namespace vitruvius
