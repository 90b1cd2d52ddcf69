#include "models/networks/latent_distribution.h"

namespace vitruvius {

std::string LatentName(LatentDistribution distribution) {
  switch (distribution) {
    case LatentDistribution::kSphere:
      return "sphere";
    case LatentDistribution::kBox:
      return "box";
    case LatentDistribution::kNormal:
      break;
  }
  return "normal";
}

at::Tensor SampleLatent(LatentDistribution distribution, std::int64_t count, std::int64_t dim,
                        at::Generator generator) {
  const at::TensorOptions options(at::kFloat);
  if (distribution == LatentDistribution::kBox)
    return at::rand({count, dim}, generator, options).mul_(2).sub_(1);
  return ProjectLatent(distribution, at::randn({count, dim}, generator, options));
}

at::Tensor ProjectLatent(LatentDistribution distribution, const at::Tensor& latent) {
  constexpr double kShortest = 1e-12;
  switch (distribution) {
    case LatentDistribution::kSphere:
      return latent / latent.norm(2, -1, true).clamp_min(kShortest);
    case LatentDistribution::kBox:
      return latent.clamp(-1, 1);
    case LatentDistribution::kNormal:
      break;
  }
  return latent;
}

}  // namespace vitruvius
