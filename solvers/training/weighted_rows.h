// Rows of a table, drawn by weight.
#pragma once

#include <vector>

#include <ATen/ATen.h>

namespace vitruvius {

class WeightedRows {
 public:
  // Not negative, with a positive sum. Throws ContractError.
  explicit WeightedRows(const std::vector<double>& weights);
  // Each with the same weight.
  explicit WeightedRows(std::int64_t count);
  // Drawn with replacement, each row as often as its weight says: (count,) int64, on the CPU.
  at::Tensor Draw(std::int64_t count, at::Generator generator) const;
  std::int64_t size() const { return cumulative_.size(0); }
  // (N,) double, on the CPU: sums of the weights, the last is 1.
  const at::Tensor& cumulative() const { return cumulative_; }

 private:
  at::Tensor cumulative_;
};

}  // namespace vitruvius
