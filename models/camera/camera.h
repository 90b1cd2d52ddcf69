// Cameras without distortion, OpenCV axes: x right, y down, z forward, camera at the origin.
#pragma once

#include <Eigen/Core>

namespace vitruvius {

struct PerspectiveCamera {
  Eigen::Vector2d focal_px = {1000, 1000};
  Eigen::Vector2d center_px = {0, 0};

  // Image point of a point in the camera's frame. The caller sees to point.z > 0.
  template <typename T>
  Eigen::Matrix<T, 2, 1> ImgFromCam(const Eigen::Matrix<T, 3, 1>& point) const {
    return {focal_px.x() * point.x() / point.z() + center_px.x(),
            focal_px.y() * point.y() / point.z() + center_px.y()};
  }
  // Weak perspective (scaled orthographic): every point is projected as if at the given depth, which is that
  // of the body's root; the scale is focal / depth.
  template <typename T>
  Eigen::Matrix<T, 2, 1> WeakImgFromCam(const Eigen::Matrix<T, 3, 1>& point, const T& depth) const {
    return {focal_px.x() * point.x() / depth + center_px.x(),
            focal_px.y() * point.y() / depth + center_px.y()};
  }
  // The point at the given depth that is seen at an image point.
  Eigen::Vector3d CamFromImg(const Eigen::Vector2d& image_px, double depth_m) const {
    const Eigen::Vector2d ray = (image_px - center_px).cwiseQuotient(focal_px);
    return {ray.x() * depth_m, ray.y() * depth_m, depth_m};
  }
};

// Translation t that brings points S + t closest to image points u in the linear sense of two rows a point,
//   f t_x + (c_x - u_x) t_z = (u_x - c_x) S_z - f S_x   (and the same for y),
// weighted. Returns false, and leaves t alone, when fewer than two points carry weight or the system is
// singular. Source: Kolotouros et al., SPIN (ICCV 2019), camera from keypoints.
bool SolveTranslation(
    const PerspectiveCamera& camera,
    const Eigen::Ref<const Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>>& points,
    const Eigen::Ref<const Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor>>& image_px,
    const Eigen::Ref<const Eigen::VectorXd>& weights, Eigen::Vector3d* translation);

}  // namespace vitruvius
