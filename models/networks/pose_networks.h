// Generator and discriminator of adversarial pose priors. Source: Davydov et al., Adversarial Parametric Pose
// Prior, CVPR 2022, sec. 3.2 and its released code (lib/models/gan.py); the decoder is that of VPoser 1
// (Pavlakos et al., SMPL-X, CVPR 2019).
//
// Not as released: no dropout (it made no difference on motion capture of this size), and the whole-pose head
// sees the trunk's features joint by joint, as HMR's did, not feature by feature.
#pragma once

#include "models/networks/parameters.h"

namespace vitruvius {

struct PoseNetworkSize {
  std::int64_t latent_dim = 32;
  std::int64_t hidden = 512;
  std::int64_t joints = 19;
  std::int64_t betas = 0;  // pose and shape: so many shape numbers besides the pose
  void Check() const;      // throws ContractError
};

class PoseGenerator {
 public:
  static constexpr double kLeakySlope = 0.2;
  struct Output {
    at::Tensor rotations;  // (N, J, 3, 3)
    at::Tensor betas;      // (N, B), or undefined
  };

  PoseGenerator(const PoseNetworkSize& size, at::Device device);
  Output Forward(const at::Tensor& latent) const;  // (N, latent_dim)
  ParameterSet& parameters() { return parameters_; }
  const ParameterSet& parameters() const { return parameters_; }

 private:
  ParameterSet parameters_;
  Layer first_, second_, out_, shape_;
};

class PoseDiscriminator {
 public:
  static constexpr double kLeakySlope = 0.2;
  PoseDiscriminator(const PoseNetworkSize& size, at::Device device);
  // rotations (N, J, 3, 3); betas (N, B) where the size has some, else undefined. Returns (N, heads): a head
  // a joint, one of the whole pose, and with betas one of the shape and one of pose and shape. No sigmoid.
  at::Tensor Forward(const at::Tensor& rotations, const at::Tensor& betas) const;
  std::int64_t num_heads() const { return size_.joints + 1 + (size_.betas > 0 ? 2 : 0); }
  ParameterSet& parameters() { return parameters_; }
  const ParameterSet& parameters() const { return parameters_; }

 private:
  PoseNetworkSize size_;
  ParameterSet parameters_;
};

}  // namespace vitruvius
