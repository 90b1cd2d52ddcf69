// Signed areas in the plane, positive counter-clockwise.
#pragma once

#include <Eigen/Core>

namespace vitruvius {

// The third component of the cross product of two vectors of the plane.
inline double Cross2d(const Eigen::Vector2d& a, const Eigen::Vector2d& b) {
  return a.x() * b.y() - a.y() * b.x();
}

// Area of the triangle a, b, c, in the square of its unit.
inline double SignedArea(const Eigen::Vector2d& a, const Eigen::Vector2d& b, const Eigen::Vector2d& c) {
  return 0.5 * Cross2d(b - a, c - a);
}

}  // namespace vitruvius
