// Sizes of tensors, checked.
#pragma once

#include <cstdint>

#include <ATen/core/TensorBody.h>

namespace vitruvius {

// Throws ContractError with the tensor's name and both sizes unless it is (rows, columns).
void CheckSize(const at::Tensor& tensor, const char* name, std::int64_t rows, std::int64_t columns);

}  // namespace vitruvius
