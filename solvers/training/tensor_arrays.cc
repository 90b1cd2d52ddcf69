#include "solvers/training/tensor_arrays.h"

#include <ATen/core/grad_mode.h>

#include "models/util/check.h"
#include "solvers/training/training_poses.h"

namespace vitruvius {

NpyArray ArrayOf(const at::Tensor& tensor) {
  const at::Tensor here = tensor.detach().to(at::kCPU).contiguous();
  const std::vector<std::int64_t> shape = here.sizes().vec();
  switch (here.scalar_type()) {
    case at::kFloat:
      return NpyArray::FromFloats(here.data_ptr<float>(), shape);
    case at::kDouble:
      return NpyArray::FromDoubles(here.data_ptr<double>(), shape);
    case at::kChar:
      return NpyArray::FromInt8(here.data_ptr<std::int8_t>(), shape);
    default:
      const at::Tensor narrow = here.to(at::kInt);
      return NpyArray::FromInt32(narrow.data_ptr<std::int32_t>(), shape);
  }
}

void CopyInto(const NpyArray& array, at::Tensor tensor) {
  if (array.shape != tensor.sizes().vec()) {
    throw InputError(array.origin, "",
                     StrCat("found shape ", array.ShapeName(), ", expected ", tensor.sizes()));
  }
  at::Tensor values = at::empty(tensor.sizes(), at::kDouble);
  array.CopyTo(values.data_ptr<double>());
  at::NoGradGuard no_grad;
  tensor.copy_(values);
}

void AddLayers(const std::string& prefix, const std::vector<Layer>& layers,
               const std::vector<std::int8_t>& leaky, std::map<std::string, NpyArray>* arrays) {
  VT_CHECK_EQ(layers.size(), leaky.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    (*arrays)[StrCat(prefix, "weight_", i)] = ArrayOf(layers[i].weight);
    (*arrays)[StrCat(prefix, "bias_", i)] = ArrayOf(layers[i].bias);
  }
  (*arrays)[prefix + "leaky"] = NpyArray::FromInt8(leaky.data(), {static_cast<std::int64_t>(leaky.size())});
}

void AddDescription(const std::string& family, const std::string& latent, std::int64_t latent_dim,
                    double leaky_slope, std::map<std::string, NpyArray>* arrays) {
  const auto dim = static_cast<std::int32_t>(latent_dim);
  (*arrays)["family"] = NpyArray::FromString(family);
  (*arrays)["latent"] = NpyArray::FromString(latent);
  (*arrays)["latent_dim"] = NpyArray::FromInt32(&dim, {});
  (*arrays)["leaky_slope"] = NpyArray::FromDoubles(&leaky_slope, {});
  (*arrays)["joints"] = NpyArray::FromStrings(CoveredJointNames());
}

}  // namespace vitruvius
