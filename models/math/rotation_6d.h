// Rotations as six numbers, the way networks give them: two columns a and b, made orthonormal by Gram and
// Schmidt. Source: Zhou et al., On the continuity of rotation representations in neural networks, CVPR 2019,
// eq. 15; the derivative is our own. Layout: interleaved, as a row-major (3, 2) matrix (human_body_prior):
// a = x[0, 2, 4], b = x[1, 3, 5].
//   c1 = a / |a|,  u = b - (c1 . b) c1,  c2 = u / |u|,  c3 = c1 x c2,  R = [c1 c2 c3]
// Where a or u has no length there is no such rotation: the identity then, with zero derivatives. A value
// that is not finite gives a rotation that is not.
#pragma once

#include <Eigen/Core>

namespace vitruvius {

using Vector6d = Eigen::Matrix<double, 6, 1>;
using Matrix36d = Eigen::Matrix<double, 3, 6>;

Eigen::Matrix3d RotationFrom6d(const Vector6d& x);
// tangent: RotationFrom6d(x + d) = rotation ExpSO3(tangent d) to first order.
Eigen::Matrix3d RotationFrom6d(const Vector6d& x, Matrix36d* tangent);
// The first two columns: RotationFrom6d(SixNumbersOf(R)) = R.
Vector6d SixNumbersOf(const Eigen::Matrix3d& rotation);

}  // namespace vitruvius
