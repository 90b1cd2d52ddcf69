// The distributions of a prior's latent as LibTorch sees them: to draw from, and to stay within. Source:
// Davydov et al., Adversarial Parametric Pose Prior, CVPR 2022, sec. 3.1.
#pragma once

#include <string>

#include <ATen/ATen.h>

namespace vitruvius {

enum class LatentDistribution {
  kNormal,
  kSphere,
  kBox
};  // N(0, I), uniform on |z| = 1, uniform in [-1, 1]^d

// "normal", "sphere" or "box", as in the files of priors.
std::string LatentName(LatentDistribution distribution);

// (count, dim) float on the CPU.
at::Tensor SampleLatent(LatentDistribution distribution, std::int64_t count, std::int64_t dim,
                        at::Generator generator);
// The nearest points of the latent space.
at::Tensor ProjectLatent(LatentDistribution distribution, const at::Tensor& latent);

}  // namespace vitruvius
