// The body as a batched, differentiable LibTorch function: what networks are trained through. The same
// formulas as models/body/body_model.h; BodyEvaluator stays the one for fitting. Compiles with LibTorch 1.13
// and 2.x, CPU or CUDA.
#pragma once

#include <vector>

#include <ATen/ATen.h>

#include "models/body/body_model.h"

namespace vitruvius {

class TorchBody {
 public:
  struct Output {
    at::Tensor vertices;  // (N, V, 3) metres
    at::Tensor joints;    // (N, J, 3) metres
  };

  // Copies the model into tensors of the given kind and place; they carry no gradient.
  explicit TorchBody(const BodyModel& model, at::TensorOptions options = at::kFloat);

  // global_orient (N, 3), body_pose (N, 3(J-1)) axis-angle in radians; betas (N, B); transl (N, 3) metres;
  // all of the constructor's kind. Gradients flow to every input, also at angle zero. Throws ContractError
  // for other sizes.
  Output Forward(const at::Tensor& global_orient, const at::Tensor& body_pose, const at::Tensor& betas,
                 const at::Tensor& transl) const;

 private:
  std::vector<int> parents_;
  at::Tensor v_template_;       // (V, 3)
  at::Tensor shapedirs_;        // (B, 3V)
  at::Tensor posedirs_;         // (9(J-1), 3V), or undefined
  at::Tensor joint_template_;   // (J, 3)
  at::Tensor joint_shapedirs_;  // (B, 3J)
  at::Tensor weights_;          // (V, J)
};

// Axis-angle (..., 3) to rotation matrices (..., 3, 3) with gradients that are finite at zero.
at::Tensor RotationsFromAxisAngle(const at::Tensor& axis_angle);

}  // namespace vitruvius
