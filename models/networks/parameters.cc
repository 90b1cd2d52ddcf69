#include "models/networks/parameters.h"

#include <cmath>
#include <set>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius {

ParameterSet::ParameterSet(std::vector<LayerShape> shapes, at::Device device) : shapes_(std::move(shapes)) {
  std::int64_t total = 0;
  std::set<std::string> names;
  for (const LayerShape& shape : shapes_) {
    if (!names.insert(shape.name).second) throw ContractError(StrCat(shape.name, ": named twice"));
    total += shape.out * (std::max<std::int64_t>(shape.in, 1) + 1);
  }
  flat_ = at::zeros({total}, at::TensorOptions(at::kFloat).device(device));
  std::int64_t at = 0;
  const auto take = [&](std::vector<std::int64_t> size, std::int64_t count) {
    tensors_.push_back(flat_.narrow(0, at, count).view(size).detach().requires_grad_(true));
    at += count;
  };
  at::NoGradGuard no_grad;
  for (const LayerShape& shape : shapes_) {
    if (shape.in > 0) {
      take({shape.out, shape.in}, shape.out * shape.in);
    } else {
      take({shape.out}, shape.out);
      tensors_.back().fill_(1);
    }
    take({shape.out}, shape.out);
  }
}

Layer ParameterSet::layer(const std::string& name) const {
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    if (shapes_[i].name == name) return {tensors_[2 * i], tensors_[2 * i + 1]};
  }
  throw ContractError(StrCat("found no layer \"", name, "\""));
}

std::map<std::string, at::Tensor> ParameterSet::named() const {
  std::map<std::string, at::Tensor> named;
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    named[shapes_[i].name + ".weight"] = tensors_[2 * i];
    named[shapes_[i].name + ".bias"] = tensors_[2 * i + 1];
  }
  return named;
}

void ParameterSet::Initialise(std::uint64_t seed) {
  at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    if (shapes_[i].in == 0) continue;
    // On the CPU whatever the device: the same seed begins alike everywhere.
    at::Generator generator = SeededGenerator(seed, i);
    const double bound = 1 / std::sqrt(static_cast<double>(shapes_[i].in));
    for (const at::Tensor& tensor : {tensors_[2 * i], tensors_[2 * i + 1]}) {
      tensor.copy_(
          at::rand(tensor.sizes(), generator, at::TensorOptions(at::kFloat)).mul_(2 * bound).sub_(bound));
    }
  }
}

at::Tensor FlatGradient(const at::Tensor& loss, const ParameterSet& parameters) {
  const torch::autograd::variable_list gradients =
      torch::autograd::grad({loss}, parameters.tensors(), {}, /*retain_graph=*/false, /*create_graph=*/false,
                            /*allow_unused=*/true);
  std::vector<at::Tensor> parts;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    parts.push_back(gradients[i].defined() ? gradients[i].reshape({-1})
                                           : at::zeros_like(parameters.tensors()[i]).reshape({-1}));
  }
  return at::cat(parts);
}

at::Generator SeededGenerator(std::uint64_t seed, std::uint64_t stream) {
  Rng rng(HashString("training", seed) + 0x632be59bd9b4e019ull * stream);
  return at::detail::createCPUGenerator(rng.NextUint64());
}

}  // namespace vitruvius
