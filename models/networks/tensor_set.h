// Named tensors of any shape that share one flat tensor: what ParameterSet is to linear layers, for
// convolutions, normalisations and running statistics.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <ATen/ATen.h>

namespace vitruvius {

struct TensorShape {
  std::string name;
  std::vector<std::int64_t> shape;
};

class TensorSet {
 public:
  // Float, on `device`, zero. Tensors of four dimensions lie in memory channels last, which convolutions on a
  // CPU want. Throws ContractError when a name is there twice.
  TensorSet(std::vector<TensorShape> shapes, at::Device device, bool requires_grad);

  // Shares the flat one. Throws ContractError for another name.
  const at::Tensor& at(const std::string& name) const;
  // (num_numbers,); writing to it, without gradient, changes the tensors.
  const at::Tensor& flat() const { return flat_; }
  const std::vector<TensorShape>& shapes() const { return shapes_; }
  const std::vector<at::Tensor>& tensors() const { return tensors_; }  // in order of the shapes

 private:
  std::vector<TensorShape> shapes_;
  at::Tensor flat_;
  std::vector<at::Tensor> tensors_;
  std::map<std::string, std::size_t> index_;
};

// d loss / d flat, in the flat one's order; zero where the loss does not depend on a tensor. Only what leads
// to these tensors is computed.
at::Tensor FlatGradient(const at::Tensor& loss, const TensorSet& tensors);

}  // namespace vitruvius
