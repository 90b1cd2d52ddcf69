#include "models/networks/tensor_set.h"

#include <torch/csrc/autograd/autograd.h>

#include "models/util/check.h"

namespace vitruvius {
namespace {

// In the order in which the flat tensor holds it.
at::Tensor InOrder(const at::Tensor& tensor) {
  return (tensor.dim() == 4 ? tensor.permute({0, 2, 3, 1}) : tensor).reshape({-1});
}

}  // namespace

TensorSet::TensorSet(std::vector<TensorShape> shapes, at::Device device, bool requires_grad)
    : shapes_(std::move(shapes)) {
  std::int64_t total = 0;
  std::vector<std::int64_t> counts;
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    if (!index_.emplace(shapes_[i].name, i).second)
      throw ContractError(StrCat(shapes_[i].name, ": named twice"));
    std::int64_t count = 1;
    for (const std::int64_t length : shapes_[i].shape) count *= length;
    counts.push_back(count);
    total += count;
  }
  flat_ = at::zeros({total}, at::TensorOptions(at::kFloat).device(device));
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    const std::vector<std::int64_t>& shape = shapes_[i].shape;
    at::Tensor own = flat_.narrow(0, begin, counts[i]);
    own = shape.size() == 4 ? own.view({shape[0], shape[2], shape[3], shape[1]}).permute({0, 3, 1, 2})
                            : own.view(shape);
    tensors_.push_back(own.detach().requires_grad_(requires_grad));
    begin += counts[i];
  }
}

const at::Tensor& TensorSet::at(const std::string& name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) throw ContractError(StrCat("found no tensor \"", name, "\""));
  return tensors_[found->second];
}

at::Tensor FlatGradient(const at::Tensor& loss, const TensorSet& tensors) {
  const torch::autograd::variable_list gradients =
      torch::autograd::grad({loss}, tensors.tensors(), {}, /*retain_graph=*/false, /*create_graph=*/false,
                            /*allow_unused=*/true);
  std::vector<at::Tensor> parts;
  for (std::size_t i = 0; i < gradients.size(); ++i)
    parts.push_back(InOrder(gradients[i].defined() ? gradients[i] : at::zeros_like(tensors.tensors()[i])));
  return at::cat(parts);
}

}  // namespace vitruvius
