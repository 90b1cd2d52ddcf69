#include "models/math/rotation_6d.h"

#include <Eigen/Geometry>

namespace vitruvius {
namespace {

// Below this a length is taken for none: torch.nn.functional.normalize's.
constexpr double kNoLength = 1e-12;

struct GramSchmidt {
  Eigen::Vector3d c1, c2, c3;
  double a_norm, u_norm, c1_dot_b;
  bool spans_a_plane;
};

GramSchmidt Orthonormalise(const Vector6d& x) {
  const Eigen::Vector3d a(x[0], x[2], x[4]), b(x[1], x[3], x[5]);
  GramSchmidt g;
  g.a_norm = a.norm();
  g.c1 = a / g.a_norm;
  g.c1_dot_b = g.c1.dot(b);
  const Eigen::Vector3d u = b - g.c1_dot_b * g.c1;
  g.u_norm = u.norm();
  g.c2 = u / g.u_norm;
  g.c3 = g.c1.cross(g.c2);
  // So written that values that are not finite pass.
  g.spans_a_plane = !(g.a_norm < kNoLength) && !(g.u_norm < kNoLength);
  return g;
}

Eigen::Matrix3d Columns(const GramSchmidt& g) {
  Eigen::Matrix3d rotation;
  if (g.spans_a_plane) {
    rotation << g.c1, g.c2, g.c3;
  } else {
    rotation.setIdentity();
  }
  return rotation;
}

}  // namespace

Eigen::Matrix3d RotationFrom6d(const Vector6d& x) { return Columns(Orthonormalise(x)); }

Eigen::Matrix3d RotationFrom6d(const Vector6d& x, Matrix36d* tangent) {
  const GramSchmidt g = Orthonormalise(x);
  if (!g.spans_a_plane) {
    tangent->setZero();
    return Columns(g);
  }
  // [d]x = R^T dR, so that d = (c3 . dc2, -c3 . dc1, c2 . dc1). With dc1 = (I - c1 c1^T) da / |a| and the
  // same for c2: c2 . dc1 = c2 . da / |a|, c3 . dc1 = c3 . da / |a|, c3 . dc2 = c3 . du / |u| and c3 . du =
  // c3 . db - (c1 . b) c3 . dc1.
  const Eigen::RowVector3d c2 = g.c2 / g.a_norm, c3 = g.c3 / g.a_norm;
  for (int axis = 0; axis < 3; ++axis) {
    tangent->col(2 * axis) << -g.c1_dot_b * c3[axis] / g.u_norm, -c3[axis], c2[axis];
    tangent->col(2 * axis + 1) << g.c3[axis] / g.u_norm, 0, 0;
  }
  return Columns(g);
}

Vector6d SixNumbersOf(const Eigen::Matrix3d& rotation) {
  Vector6d x;
  for (int axis = 0; axis < 3; ++axis) {
    x[2 * axis] = rotation(axis, 0);
    x[2 * axis + 1] = rotation(axis, 1);
  }
  return x;
}

}  // namespace vitruvius
