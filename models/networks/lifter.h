// The two networks of a depth lifter, and the turn that ties them: 2D keypoints to depths, and 2D keypoints
// to "is this how people look". Source: Learning Body Shape and Pose from Dense Correspondences, appendix,
// "depth cGAN": both are multilayer perceptrons of eight linear layers.
//
// The paper leaves open, and here is: 1024 wide; between the first and the last layer three residual pairs,
// h + leaky(W2 leaky(W1 h)); leaky ReLU with slope 0.2; no normalisation; PyTorch's
// default initialisation (that of He et al. 2015 learned more slowly).
#pragma once

#include "models/networks/parameters.h"

namespace vitruvius {

struct LifterSize {
  std::int64_t joints = 14;
  std::int64_t hidden = 1024;
  void Check() const;  // throws ContractError
};

// 2N -> 8 linear layers -> outputs, both networks' shape.
class ResidualPerceptron {
 public:
  static constexpr double kLeakySlope = 0.2;
  static constexpr int kPairs = 3;  // and one layer before, one after them: eight

  // Layers "in", "pair_0_1", "pair_0_2", ..., "out".
  ResidualPerceptron(const LifterSize& size, std::int64_t outputs, at::Device device);
  // (N, joints, 2) -> (N, outputs). Throws ContractError for another shape.
  at::Tensor Forward(const at::Tensor& keypoints) const;
  ParameterSet& parameters() { return parameters_; }
  const ParameterSet& parameters() const { return parameters_; }
  const LifterSize& size() const { return size_; }

 private:
  LifterSize size_;
  ParameterSet parameters_;
  std::vector<Layer> layers_;
};

// Normalised keypoints (N, J, 2) -> a depth for each (N, J), in the keypoints' unit.
class DepthGenerator : public ResidualPerceptron {
 public:
  DepthGenerator(const LifterSize& size, at::Device device) : ResidualPerceptron(size, size.joints, device) {}
};

// Normalised keypoints (N, J, 2) -> logits (N, 1): how real they are; no sigmoid.
class KeypointDiscriminator : public ResidualPerceptron {
 public:
  KeypointDiscriminator(const LifterSize& size, at::Device device) : ResidualPerceptron(size, 1, device) {}
};

// Points (N, J, 3) about the vertical axis through the origin, each row by its own angle (N,), radians:
//   x' = x cos + z sin,  y' = y,  z' = -x sin + z cos.
// Of the result, (x', y') is the paper's f(u, z; phi).
at::Tensor RotateAboutVertical(const at::Tensor& points, const at::Tensor& radians);

}  // namespace vitruvius
