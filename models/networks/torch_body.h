// The body as a batched, differentiable LibTorch function: what networks are trained through. The same
// formulas as models/body/body_model.h; BodyEvaluator stays the one for fitting. Compiles with LibTorch 1.13
// and 2.x, CPU or CUDA.
#pragma once

#include <vector>

#include <ATen/ATen.h>

#include "models/body/body_model.h"
#include "models/networks/torch_rotations.h"

namespace vitruvius {

class TorchBody {
 public:
  struct Output {
    at::Tensor vertices;  // (N, V, 3) metres
    at::Tensor joints;    // (N, J, 3) metres
  };

  // Copies the model into tensors of the given kind and place; they carry no gradient. `vertices`: which of
  // them Output holds, in this order; empty: all. Throws ContractError for one that the model lacks.
  explicit TorchBody(const BodyModel& model, at::TensorOptions options = at::kFloat,
                     const std::vector<std::int64_t>& vertices = {});

  // global_orient (N, 3), body_pose (N, 3(J-1)) axis-angle in radians; betas (N, B); transl (N, 3) metres;
  // all of the constructor's kind. Gradients flow to every input, also at angle zero. Throws ContractError
  // for other sizes.
  Output Forward(const at::Tensor& global_orient, const at::Tensor& body_pose, const at::Tensor& betas,
                 const at::Tensor& transl) const;

  // The same from local rotations (N, J, 3, 3), the root's first, and without translation.
  Output ForwardRotations(const at::Tensor& rotations, const at::Tensor& betas) const;
  // Its joints alone (N, J, 3), without the surface.
  at::Tensor Joints(const at::Tensor& rotations, const at::Tensor& betas) const;

  std::int64_t num_joints() const { return static_cast<std::int64_t>(parents_.size()); }
  std::int64_t num_betas() const { return shapedirs_.size(0); }

 private:
  struct Chain {
    at::Tensor rest;      // (N, J, 3) joints at rest
    at::Tensor rotation;  // (N, J, 3, 3) from each joint to the world
    at::Tensor joints;    // (N, J, 3) posed
  };
  Chain PoseChain(const at::Tensor& rotations, const at::Tensor& betas) const;

  std::vector<int> parents_;
  // The tree by depth: joints of one depth are posed together, from those of the depth above. `parent` counts
  // within that depth.
  struct Generation {
    at::Tensor joints, parents, parent;  // (n,) int64
  };
  std::vector<Generation> generations_;
  at::Tensor order_;            // (J,) where each joint is among the generations' joints one after the other
  at::Tensor v_template_;       // (V, 3)
  at::Tensor shapedirs_;        // (B, 3V)
  at::Tensor posedirs_;         // (9(J-1), 3V), or undefined
  at::Tensor joint_template_;   // (J, 3)
  at::Tensor joint_shapedirs_;  // (B, 3J)
  at::Tensor weights_;          // (V, J)
};

}  // namespace vitruvius
