// Where a body point should be seen.
#pragma once

#include <Eigen/Core>

#include "models/camera/camera.h"

namespace vitruvius {

// A detected keypoint that the problem may change between solves. weight 0: not seen.
struct Keypoint2dTarget {
  Eigen::Vector2d image_px = Eigen::Vector2d::Zero();
  double weight = 0;
};

inline constexpr double kMinDepthM = 0.05;

// One coordinate of the difference between a projected body point and a keypoint.
//   r = Project(x)_axis - keypoint_axis
// Residual: 1, pixels. Frame of x: camera, metres. Blocks: the body's (PointCost). The weight and the robust
// loss stay outside, in GemanMcClureLoss. Fails (false) for a seen point closer than kMinDepthM to the camera
// plane or behind it, so that such a point never looks like a good one; a keypoint of weight 0 gives 0. Per
// coordinate because SMPLify's loss is per coordinate (Bogo et al., Keep it SMPL, ECCV 2016, public code).
struct ReprojectionCoordinate {
  static constexpr int kNumPoints = 1, kNumResiduals = 1;

  const PerspectiveCamera* camera;
  const Keypoint2dTarget* target;
  int axis;

  template <typename T>
  bool operator()(const Eigen::Matrix<T, 3, 1>* points, T* residuals) const {
    if (target->weight <= 0) {
      residuals[0] = T(0);
      return true;
    }
    if (points[0].z() < T(kMinDepthM)) return false;
    residuals[0] = camera->ImgFromCam(points[0])[axis] - target->image_px[axis];
    return true;
  }
};

// The same under weak perspective: the second point is the body's root, whose depth sets the scale.
//   r = WeakProject(x; root_z)_axis - keypoint_axis
// Fails (false) when the root is closer than kMinDepthM or behind the camera.
struct WeakReprojectionCoordinate {
  static constexpr int kNumPoints = 2, kNumResiduals = 1;

  const PerspectiveCamera* camera;
  const Keypoint2dTarget* target;
  int axis;

  template <typename T>
  bool operator()(const Eigen::Matrix<T, 3, 1>* points, T* residuals) const {
    if (target->weight <= 0) {
      residuals[0] = T(0);
      return true;
    }
    if (points[1].z() < T(kMinDepthM)) return false;
    residuals[0] = camera->WeakImgFromCam(points[0], T(points[1].z()))[axis] - target->image_px[axis];
    return true;
  }
};

}  // namespace vitruvius
