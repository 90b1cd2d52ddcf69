// Tensors as arrays of files, and back.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "data/io/npz.h"
#include "models/networks/parameters.h"

namespace vitruvius {

// float, double, int32, int64 (as int32) or int8.
NpyArray ArrayOf(const at::Tensor& tensor);
// Into a tensor of the same number of elements. Throws InputError when the array has another shape.
void CopyInto(const NpyArray& array, at::Tensor tensor);

// prefix + "weight_i", prefix + "bias_i" for layers i = 0, 1, ..., and prefix + "leaky".
void AddLayers(const std::string& prefix, const std::vector<Layer>& layers,
               const std::vector<std::int8_t>& leaky, std::map<std::string, NpyArray>* arrays);
// family, latent, latent_dim, leaky_slope and, for networks that give rotations, the joints' names.
void AddDescription(const std::string& family, const std::string& latent, std::int64_t latent_dim,
                    double leaky_slope, std::map<std::string, NpyArray>* arrays);

}  // namespace vitruvius
