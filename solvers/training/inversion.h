// How well a prior can show poses it was not trained on: for each pose the latent whose joints lie nearest.
#pragma once

#include <functional>

#include "models/networks/latent_distribution.h"
#include "solvers/training/training_poses.h"

namespace vitruvius {

// A trained map, differentiable.
struct LatentMap {
  LatentDistribution distribution = LatentDistribution::kNormal;
  std::int64_t latent_dim = 0;
  std::function<at::Tensor(const at::Tensor& latent)> rotations;  // (N, d) to (N, 19, 3, 3)
  // A latent to begin with (N, 57) -> (N, d), besides the drawn ones; may be empty.
  std::function<at::Tensor(const at::Tensor& axis_angle)> encode;
};

struct LatentSearchOptions {
  int draws = 256;  // latents tried for each pose
  int starts = 4;   // of those, the best are refined; an encoder's latent comes first
  int steps = 20;   // of Levenberg and Marquardt
  std::uint64_t seed = 1;
  void Check() const;  // throws ContractError
};

// min_z mean_j |joint_j(z) - joint_j|, millimetres, (N,) on the CPU, over all joints of the body but its
// root.
at::Tensor InversionErrors(const LatentMap& map, const TorchBody& body, const at::Tensor& axis_angle,
                           const LatentSearchOptions& options = {});

}  // namespace vitruvius
