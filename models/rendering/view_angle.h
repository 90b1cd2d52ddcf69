// Where a distant viewer stands about a body: before it, at its side, above it.
#pragma once

#include <Eigen/Core>

#include "models/body/body_evaluator.h"
#include "models/scene/fit_result.h"

namespace vitruvius {

struct ViewAngle {
  double yaw_rad = 0;    // about the vertical: 0 before the body, pi/2 at its left, pi behind it
  double pitch_rad = 0;  // 0: level with it; pi/2: above it, looking down
  // What "before the body" is: where the chest points to, or where the camera of the result stood (of 3D
  // keypoints: a viewer who looks along the depth axis). The latter shows several bodies of one result, as a
  // fit and the truth, from one place.
  enum class Front { kChest, kCamera } front = Front::kChest;
};

// Rotations that turn the axes of a result into those of a distant viewer: x right, y down, z away.

// Upright and level, from where the camera stood. Of a result without a camera (3D keypoints) y points up or
// down, whichever way the head is from the root; the others have y down already.
Eigen::Matrix3d UprightViewer(const FitResult& result, const BodyModel& model, const BodyMesh& mesh);
// From the angle about what stands upright for `upright`, a rotation as that of UprightViewer.
Eigen::Matrix3d ViewerAt(const ViewAngle& angle, const FitResult& result, const Eigen::Matrix3d& upright);

}  // namespace vitruvius
