// RealNVP over axis-angle numbers: a bijection between poses and a standard normal latent. Source: Dinh,
// Sohl-Dickstein, Bengio, Density estimation using Real NVP, ICLR 2017, eq. 7-9.
//
// Coupling c with mask m, from latent to pose: x <- m x + (1 - m) (x exp(s(m x)) + t(m x)), in the order c =
// 0, 1, ...; s and t are three linear layers with leaky rectifiers between, and s ends in tanh. Last, pose =
// mean + scale x.
#pragma once

#include "models/networks/parameters.h"

namespace vitruvius {

struct PoseFlowSize {
  std::int64_t dim = 57;  // numbers of a pose
  std::int64_t hidden = 128;
  std::int64_t couplings = 8;
  void Check() const;  // throws ContractError
};

class PoseFlow {
 public:
  static constexpr double kLeakySlope = 0.2;
  // Masks, drawn from the seed: random halves, each followed by its complement. mean and scale (dim,), scale
  // positive.
  PoseFlow(const PoseFlowSize& size, const at::Tensor& mean, const at::Tensor& scale, std::uint64_t mask_seed,
           at::Device device);
  at::Tensor Decode(const at::Tensor& latent) const;  // (N, dim) to (N, dim) axis-angle numbers
  struct Inverse {
    at::Tensor latent;        // (N, dim)
    at::Tensor log_jacobian;  // (N,): log |det d pose / d latent|
  };
  Inverse Encode(const at::Tensor& pose) const;
  at::Tensor NegativeLogLikelihood(const at::Tensor& pose) const;  // (N,) nats

  static std::string LayerName(char network, std::int64_t coupling, int layer);  // "flow_s_0_2"
  ParameterSet& parameters() { return parameters_; }
  const ParameterSet& parameters() const { return parameters_; }
  const at::Tensor& masks() const { return masks_; }  // (couplings, dim) of 0 and 1
  const at::Tensor& mean() const { return mean_; }
  const at::Tensor& scale() const { return scale_; }

 private:
  at::Tensor Net(char network, std::int64_t coupling, const at::Tensor& x) const;
  PoseFlowSize size_;
  ParameterSet parameters_;
  at::Tensor masks_, mean_, scale_;
};

}  // namespace vitruvius
