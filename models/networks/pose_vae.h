// A variational autoencoder of body poses with the layers of VPoser 2. Source: Pavlakos et al., SMPL-X, CVPR
// 2019, sec. 3.3; human_body_prior, vposer_model.py (V02_05).
#pragma once

#include "models/networks/parameters.h"
#include "models/networks/pose_networks.h"

namespace vitruvius {

class PoseVae {
 public:
  static constexpr double kLeakySlope = 0.01, kBatchNormEpsilon = 1e-5;
  struct Posterior {
    at::Tensor mean, std;  // (N, latent_dim)
  };

  // size.betas must be 0; dropout: share of hidden numbers left out in training, 0.1 in VPoser 2.
  PoseVae(const PoseNetworkSize& size, at::Device device, double dropout = 0);
  // Axis-angle numbers of the joints (N, 3J). While training, batch normalisation takes the batch's own
  // moments and moves the running ones, and `generator` draws the dropout; without one, neither happens.
  Posterior Encode(const at::Tensor& axis_angle, at::Generator* training = nullptr);
  at::Tensor Decode(const at::Tensor& latent, at::Generator* training = nullptr) const;  // (N, J, 3, 3)

  ParameterSet& parameters() { return parameters_; }
  const ParameterSet& parameters() const { return parameters_; }
  // Running moments: mean and variance of both normalisations' inputs, [3J, 3J, hidden, hidden] numbers.
  const at::Tensor& moments() const { return moments_; }
  // The encoder's first (0) or second (1) linear layer with the normalisation in front of it folded in.
  Layer FoldedEncoderLayer(int index) const;

 private:
  at::Tensor Normalise(int index, const at::Tensor& x, bool training);
  at::Tensor Dropout(const at::Tensor& x, at::Generator* training) const;
  PoseNetworkSize size_;
  double dropout_;
  ParameterSet parameters_;
  at::Tensor moments_;
};

}  // namespace vitruvius
