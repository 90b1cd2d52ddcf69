#include "models/math/orthonormal_columns.h"

namespace vitruvius {

using Eigen::Matrix3d;
using Eigen::Vector3d;

bool OrthonormalColumns(const RowMatrix3d& raw, RowMatrix3d* result, RowMatrix9d* derivative) {
  // A column's length against what is left of it once those before are taken away.
  constexpr double kLeastLeft = 1e-9;
  RowMatrix3d q;
  Vector3d left[3];
  for (int c = 0; c < 3; ++c) {
    left[c] = raw.col(c);
    for (int i = 0; i < c; ++i) left[c] -= q.col(i) * q.col(i).dot(raw.col(c));
    const double norm = left[c].norm();
    if (!(norm > kLeastLeft * raw.col(c).norm()) || !(norm < 1e150)) return false;
    q.col(c) = left[c] / norm;
  }
  *result = q;
  if (derivative == nullptr) return true;
  for (int entry = 0; entry < 9; ++entry) {
    RowMatrix3d moved = RowMatrix3d::Zero(), dq;
    moved(entry / 3, entry % 3) = 1;
    for (int c = 0; c < 3; ++c) {
      Vector3d d = moved.col(c);
      for (int i = 0; i < c; ++i) {
        d -= dq.col(i) * q.col(i).dot(raw.col(c)) +
             q.col(i) * (dq.col(i).dot(raw.col(c)) + q.col(i).dot(moved.col(c)));
      }
      dq.col(c) = (d - q.col(c) * q.col(c).dot(d)) / left[c].norm();
    }
    derivative->col(entry) = Eigen::Map<const Eigen::Matrix<double, 9, 1>>(dq.data());
  }
  return true;
}

}  // namespace vitruvius
