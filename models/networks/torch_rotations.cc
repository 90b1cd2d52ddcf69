#include "models/networks/torch_rotations.h"

#include <cmath>

namespace vitruvius {

at::Tensor RotationsFromAxisAngle(const at::Tensor& axis_angle) {
  // Series below, so that the root's infinite slope at zero never enters the graph: both branches of a
  // where() are differentiated, hence the replaced angle in the one that is not taken.
  constexpr double kSmall = 1e-4;
  const at::Tensor squared = (axis_angle * axis_angle).sum(-1, true).unsqueeze(-1);  // (..., 1, 1)
  const at::Tensor is_small = squared < kSmall;
  const at::Tensor safe = at::where(is_small, at::ones_like(squared), squared);
  const at::Tensor angle = safe.sqrt();
  const at::Tensor a = at::where(is_small, 1 - squared / 6 * (1 - squared / 20), angle.sin() / angle);
  const at::Tensor b = at::where(is_small, 0.5 - squared / 24 * (1 - squared / 30), (1 - angle.cos()) / safe);
  const std::vector<at::Tensor> w = axis_angle.unbind(-1);
  const at::Tensor zero = at::zeros_like(w[0]);
  std::vector<int64_t> shape = axis_angle.sizes().vec();
  shape.push_back(3);
  const at::Tensor skew =
      at::stack({zero, -w[2], w[1], w[2], zero, -w[0], -w[1], w[0], zero}, -1).reshape(shape);
  const at::Tensor outer = axis_angle.unsqueeze(-1) * axis_angle.unsqueeze(-2);
  const at::Tensor identity = at::eye(3, axis_angle.options());
  return identity * (1 - b * squared) + a * skew + b * outer;
}

at::Tensor RotationsFrom6d(const at::Tensor& six) {
  constexpr double kShortest = 1e-16;  // squared; a vector of length zero stays one
  const auto unit = [](const at::Tensor& v) {
    return v * v.square().sum(0, true).clamp_min(kShortest).rsqrt();
  };
  const std::int64_t n = six.size(0);
  // The coordinate first and the joints of all poses last, (3, NJ): sums over coordinates then run along
  // memory, which is several times faster than sums of three neighbours.
  const at::Tensor columns = six.reshape({-1, 3, 2}).permute({2, 1, 0}).contiguous();
  const at::Tensor first = unit(columns[0]), second_raw = columns[1];
  const at::Tensor second = unit(second_raw - (first * second_raw).sum(0, true) * first);
  const at::Tensor third = at::cross(first, second, 0);
  return at::stack({first, second, third}).permute({2, 1, 0}).contiguous().view({n, -1, 3, 3});
}

at::Tensor RotationAngles(const at::Tensor& a, const at::Tensor& b) {
  constexpr double kNearest = 1e-3;
  const at::Tensor cosine = ((a * b).sum({-2, -1}) - 1) / 2;  // trace of a b^T
  const double most = std::cos(kNearest);
  return cosine.clamp(-most, most).acos();
}

}  // namespace vitruvius
