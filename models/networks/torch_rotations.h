// Rotations as batched, differentiable LibTorch functions.
#pragma once

#include <ATen/ATen.h>

namespace vitruvius {

// Axis-angle (..., 3) to rotation matrices (..., 3, 3) with gradients that are finite at zero.
at::Tensor RotationsFromAxisAngle(const at::Tensor& axis_angle);

// Six numbers a joint (N, 6J) to rotation matrices (N, J, 3, 3). Of a joint's numbers x, (x0, x2, x4) and
// (x1, x3, x5) are, after Gram and Schmidt, the first two columns: the interleaved layout of VPoser and the
// adversarial prior. Source: Zhou et al., On the continuity of rotation representations, CVPR 2019, sec. 4.
at::Tensor RotationsFrom6d(const at::Tensor& six);

// Angles between rotations (..., 3, 3), radians, (...). Kept 1e-3 away from 0 and pi, where the slope of the
// arc cosine has no bound.
at::Tensor RotationAngles(const at::Tensor& a, const at::Tensor& b);

}  // namespace vitruvius
