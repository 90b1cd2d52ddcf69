// The numbers of a network: named weights and biases that share one flat tensor, so that an optimiser step, a
// moving average or a checkpoint is one operation on one tensor whatever the number of layers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <ATen/ATen.h>

namespace vitruvius {

// weight (out, in) and bias (out,); in = 0: a scale (out,), 1 at first, and a shift (out,), 0 at first.
struct LayerShape {
  std::string name;
  std::int64_t in = 0, out = 0;
};

struct Layer {
  at::Tensor weight, bias;
  at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

class ParameterSet {
 public:
  // Float, on `device`; zero but for the scales. Throws ContractError when a name is there twice.
  ParameterSet(std::vector<LayerShape> shapes, at::Device device);

  // A layer whose tensors share the flat one and want gradients. Throws ContractError for another name.
  Layer layer(const std::string& name) const;
  // (num_parameters,); writing to it, without gradient, changes the layers.
  const at::Tensor& flat() const { return flat_; }
  const std::vector<at::Tensor>& tensors() const { return tensors_; }  // weight, bias, weight, ... in order
  // "name.weight" and "name.bias", as in a state dict of PyTorch.
  std::map<std::string, at::Tensor> named() const;
  // PyTorch's default for linear layers: uniform within 1 / sqrt(in), weights and biases alike.
  void Initialise(std::uint64_t seed);

 private:
  std::vector<LayerShape> shapes_;
  at::Tensor flat_;
  std::vector<at::Tensor> tensors_;
};

// d loss / d flat, as one tensor of the flat one's size. Only what leads to these parameters is computed.
at::Tensor FlatGradient(const at::Tensor& loss, const ParameterSet& parameters);

// A generator of random numbers whose state follows from (seed, stream) alone: with the number of a training
// step as the stream, nothing has to be remembered to go on after an interruption.
at::Generator SeededGenerator(std::uint64_t seed, std::uint64_t stream);

}  // namespace vitruvius
