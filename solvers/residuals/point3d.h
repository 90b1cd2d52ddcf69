// Where a body point should be in space.
#pragma once

#include <Eigen/Core>

namespace vitruvius {

// weight 0: not seen.
struct Keypoint3dTarget {
  Eigen::Vector3d position_m = Eigen::Vector3d::Zero();
  double weight = 0;
};

// One coordinate of the difference between a body point and a 3D keypoint.
//   r = x_axis - keypoint_axis
// Residual: 1, metres. Frame: the keypoints' own. Blocks: the body's (PointCost). Never fails. The weight
// (1/sigma per metre) and the robust loss stay outside.
struct Point3dCoordinate {
  static constexpr int kNumPoints = 1, kNumResiduals = 1;

  const Keypoint3dTarget* target;
  int axis;

  template <typename T>
  bool operator()(const Eigen::Matrix<T, 3, 1>* points, T* residuals) const {
    residuals[0] = target->weight > 0 ? T(points[0][axis] - target->position_m[axis]) : T(0);
    return true;
  }
};

}  // namespace vitruvius
