// Bodies of scaled segments as a batched, differentiable LibTorch function: the formulas of
// models/body/segment_body.h over chosen points, other ones in each row.
#pragma once

#include <vector>

#include <ATen/ATen.h>

#include "models/body/segment_body.h"

namespace vitruvius {

class TorchSegments {
 public:
  struct Parameters {
    at::Tensor angles;    // (N, 3(J-1)) axis-angle, radians
    at::Tensor scales;    // (N, J)
    at::Tensor rotation;  // (N, 9), row by row
    at::Tensor camera;    // (N, 3): s, t_x, t_y
    std::vector<at::Tensor> All() const { return {angles, scales, rotation, camera}; }
  };

  // A row of the batch for each point set; shorter ones are filled up with points that stay at t. The tensors
  // carry no gradient.
  TorchSegments(const BodyModel& model, const std::vector<PointSet>& points, at::TensorOptions options);

  // (N, P, 3), P the most points of a row. Gradients flow to every parameter, also at angle zero. Throws
  // ContractError for other sizes.
  at::Tensor Forward(const Parameters& parameters) const;

  std::int64_t num_rows() const { return weights_.size(0); }
  std::int64_t num_points() const { return weights_.size(1); }

 private:
  std::vector<int> parents_;
  at::Tensor bones_;    // (J, 3)
  at::Tensor weights_;  // (N, P, J)
  at::Tensor offsets_;  // (N, P, J, 3)
};

// (N, 9) to (N, 3, 3): columns made orthonormal one after the other, as OrthonormalColumns does.
at::Tensor TorchOrthonormalColumns(const at::Tensor& nine);

}  // namespace vitruvius
