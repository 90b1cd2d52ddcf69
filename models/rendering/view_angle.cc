#include "models/rendering/view_angle.h"

#include <cmath>

#include <Eigen/Geometry>

#include "models/math/so3.h"

namespace vitruvius {

Eigen::Matrix3d UprightViewer(const FitResult& result, const BodyModel& model, const BodyMesh& mesh) {
  const bool has_camera = result.focal_px.allFinite() && result.focal_px.minCoeff() > 0;
  const int head = model.JointIndex("head");
  const bool y_up =
      !has_camera && head > 0 && mesh.joints.rows() > head && mesh.joints(head, 1) > mesh.joints(0, 1);
  return y_up ? Eigen::Vector3d(1, -1, -1).asDiagonal() : Eigen::Vector3d(1, 1, 1).asDiagonal();
}

Eigen::Matrix3d ViewerAt(const ViewAngle& angle, const FitResult& result, const Eigen::Matrix3d& upright) {
  double yaw = angle.yaw_rad;
  if (angle.front == ViewAngle::Front::kChest) {
    // A body at rest has its chest at +z. One that lies on its back has none that a viewer could stand
    // before.
    const Eigen::Vector3d chest = upright * ExpSO3(result.parameters.global_orient).col(2);
    constexpr double kLying = 0.3;  // sine of the least angle to the vertical
    if (std::hypot(chest.x(), chest.z()) > kLying) yaw += std::atan2(chest.x(), -chest.z());
  }
  // About y, which points down: a viewer at the body's left sees what was at the left come to the front.
  return Eigen::AngleAxisd(angle.pitch_rad, Eigen::Vector3d::UnitX()).toRotationMatrix() *
         Eigen::AngleAxisd(yaw, Eigen::Vector3d::UnitY()).toRotationMatrix() * upright;
}

}  // namespace vitruvius
