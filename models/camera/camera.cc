#include "models/camera/camera.h"

#include "models/math/decompositions.h"
#include "models/util/check.h"

namespace vitruvius {

bool SolveTranslation(
    const PerspectiveCamera& camera,
    const Eigen::Ref<const Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>>& points,
    const Eigen::Ref<const Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor>>& image_px,
    const Eigen::Ref<const Eigen::VectorXd>& weights, Eigen::Vector3d* translation) {
  VT_CHECK_EQ(image_px.rows(), points.rows());
  VT_CHECK_EQ(weights.size(), points.rows());
  Eigen::Matrix3d normal = Eigen::Matrix3d::Zero();
  Eigen::Vector3d right = Eigen::Vector3d::Zero();
  int used = 0;
  for (Eigen::Index i = 0; i < points.rows(); ++i) {
    if (!(weights[i] > 0)) continue;
    ++used;
    for (int axis = 0; axis < 2; ++axis) {
      const double f = camera.focal_px[axis], ray = camera.center_px[axis] - image_px(i, axis);
      Eigen::Vector3d row = Eigen::Vector3d::Zero();
      row[axis] = f;
      row.z() = ray;
      normal.noalias() += weights[i] * row * row.transpose();
      right += weights[i] * (-ray * points(i, 2) - f * points(i, axis)) * row;
    }
  }
  if (used < 2) return false;
  Eigen::Vector3d pivots;
  const Eigen::Vector3d solution = SolveLdlt(normal, right, &pivots);
  // Pivots tell a singular system more surely than an estimate of its condition.
  if (!(pivots.minCoeff() > 1e-14 * pivots.maxCoeff())) return false;
  if (!solution.allFinite()) return false;
  *translation = solution;
  return true;
}

}  // namespace vitruvius
