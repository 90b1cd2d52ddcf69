#include "models/geometry/procrustes.h"

#include <Eigen/LU>

#include "models/math/decompositions.h"
#include "models/util/check.h"

namespace vitruvius {

Similarity AlignPoints(const Points3d& from, const Points3d& to, bool with_scale) {
  VT_CHECK_EQ(from.rows(), to.rows());
  Similarity result;
  if (from.rows() < 3 || !from.allFinite() || !to.allFinite()) return result;
  const Eigen::RowVector3d mean_from = from.colwise().mean(), mean_to = to.colwise().mean();
  const Points3d x = from.rowwise() - mean_from, y = to.rowwise() - mean_to;
  const double spread = x.squaredNorm();
  if (!(spread > 1e-20)) return result;
  const Eigen::Matrix3d k = x.transpose() * y;
  const Svd<3> svd = SvdOf(k);
  Eigen::Vector3d d(1, 1, 1);
  if ((svd.u * svd.v.transpose()).determinant() < 0) d.z() = -1;
  result.rotation = svd.v * d.asDiagonal() * svd.u.transpose();
  if (with_scale) result.scale = svd.values.dot(d) / spread;
  result.translation = mean_to.transpose() - result.scale * result.rotation * mean_from.transpose();
  return result;
}

}  // namespace vitruvius
