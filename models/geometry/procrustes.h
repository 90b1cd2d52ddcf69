// The similarity that best maps one point set onto another in least squares.
// Source: Umeyama, "Least-squares estimation of transformation parameters between two point patterns", PAMI
// 1991.
#pragma once

#include <Eigen/Core>

namespace vitruvius {

using Points3d = Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>;  // (N, 3) metres

struct Similarity {
  double scale = 1;
  Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();
  Eigen::Vector3d translation = Eigen::Vector3d::Zero();

  Points3d Apply(const Points3d& points) const {
    return (scale * points * rotation.transpose()).rowwise() + translation.transpose();
  }
};

// (s, R, t) minimising sum |s R from_i + t - to_i|^2 with det R = 1; scale fixed to 1 when with_scale is
// false. Fewer than three points, or all in one place, give the identity.
Similarity AlignPoints(const Points3d& from, const Points3d& to, bool with_scale = true);

}  // namespace vitruvius
