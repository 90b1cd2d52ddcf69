// Where a point of a body under weak perspective should be seen, and how deep it should lie.
#pragma once

#include <Eigen/Core>

namespace vitruvius {

// x, y: the image's, depth from the pelvis in the same unit. A weight of 0: not seen, not known.
struct PlanarTarget {
  Eigen::Vector3d position = Eigen::Vector3d::Zero();
  double weight = 0, depth_weight = 0;
};

// One coordinate of the difference,
//   r = point_axis - target_axis,  axis 0 and 1 the image's, 2 depth
// Residual: 1, image units. Frame of the point: SegmentEvaluator's. Blocks: the body's (PointCost). Weight
// and robust loss stay outside, in GemanMcClureLoss. Never fails. Source: "Learning body shape and pose from
// dense correspondences", L_dense and L_KP.
struct PlanarCoordinate {
  static constexpr int kNumPoints = 1, kNumResiduals = 1;

  const PlanarTarget* target;
  int axis;

  template <typename T>
  bool operator()(const Eigen::Matrix<T, 3, 1>* points, T* residuals) const {
    const double weight = axis == 2 ? target->depth_weight : target->weight;
    residuals[0] = weight > 0 ? T(points[0][axis] - target->position[axis]) : T(0);
    return true;
  }
};

}  // namespace vitruvius
