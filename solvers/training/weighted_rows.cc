#include "solvers/training/weighted_rows.h"

#include "models/util/check.h"

namespace vitruvius {

WeightedRows::WeightedRows(const std::vector<double>& weights) {
  cumulative_ = at::empty({static_cast<std::int64_t>(weights.size())}, at::kDouble);
  double sum = 0, *out = cumulative_.data_ptr<double>();
  for (const double weight : weights) {
    VT_CHECK_GE(weight, 0);
    *out++ = sum += weight;
  }
  VT_CHECK_GT(sum, 0);
  cumulative_.div_(sum);
}

WeightedRows::WeightedRows(std::int64_t count)
    : cumulative_(at::arange(1, count + 1, at::TensorOptions(at::kDouble)).div_(static_cast<double>(count))) {
  VT_CHECK_GT(count, 0);
}

at::Tensor WeightedRows::Draw(std::int64_t count, at::Generator generator) const {
  const at::Tensor places = at::rand({count}, generator, at::TensorOptions(at::kDouble));
  // Right: the row after the last sum that is not above, so that one of weight zero is never drawn.
  return at::searchsorted(cumulative_, places, /*out_int32=*/false, /*right=*/true).clamp_max(size() - 1);
}

}  // namespace vitruvius
