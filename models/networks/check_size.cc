#include "models/networks/check_size.h"

#include "models/util/check.h"

namespace vitruvius {

void CheckSize(const at::Tensor& tensor, const char* name, std::int64_t rows, std::int64_t columns) {
  if (tensor.dim() != 2 || tensor.size(0) != rows || tensor.size(1) != columns)
    throw ContractError(StrCat(name, ": found ", tensor.sizes(), ", expected [", rows, ", ", columns, "]"));
}

}  // namespace vitruvius
