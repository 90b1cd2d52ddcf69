// Losses of the adversarial game on a discriminator's outputs, for the kinds of training_options.h.
#pragma once

#include <ATen/ATen.h>

#include "solvers/training/training_options.h"

namespace vitruvius {

// Both for values or logits of any shape, every output with the same weight; ().
at::Tensor DiscriminatorLoss(AdversarialLoss loss, const at::Tensor& real, const at::Tensor& fake);
at::Tensor GeneratorLoss(AdversarialLoss loss, const at::Tensor& fake);

}  // namespace vitruvius
