// What a rendered picture shows.
#pragma once

#include <Eigen/Core>

namespace vitruvius {

// Size, focal lengths and principal point, px. A point (X, Y, Z) in camera axes (x right, y down, z forward,
// camera at the origin) is seen at (fx X / Z + cx, fy Y / Z + cy).
struct RenderView {
  int width = 0, height = 0;
  Eigen::Vector2d focal_px = Eigen::Vector2d::Zero();
  Eigen::Vector2d center_px = Eigen::Vector2d::Zero();

  // Direction of the line of sight through a place in the picture, with z = 1.
  Eigen::Vector3d RayAt(double x_px, double y_px) const {
    return {(x_px - center_px.x()) / focal_px.x(), (y_px - center_px.y()) / focal_px.y(), 1};
  }
};

}  // namespace vitruvius
