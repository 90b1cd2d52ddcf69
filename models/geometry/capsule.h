// Tapered capsules and how far they are from points and from each other.
#pragma once

#include <array>

#include <Eigen/Core>

namespace vitruvius {

// The union of the balls B(c(s), r(s)) with c and r linear in s from ends[0], radii[0] at s = 0 to ends[1],
// radii[1] at s = 1. Metres.
struct Capsule {
  std::array<Eigen::Vector3d, 2> ends = {Eigen::Vector3d::Zero(), Eigen::Vector3d::Zero()};
  std::array<double, 2> radii = {0, 0};

  Eigen::Vector3d CenterAt(double s) const { return ends[0] + s * (ends[1] - ends[0]); }
  double RadiusAt(double s) const { return radii[0] + s * (radii[1] - radii[0]); }
  // The part of it beyond s = begin.
  Capsule Beyond(double begin) const { return {{CenterAt(begin), ends[1]}, {RadiusAt(begin), radii[1]}}; }
};

// The signed distance min_s |x - c(s)| - r(s), negative inside (exact outside; inside it is the distance to
// the surface of the nearest ball), and the s that attains it. A convex problem, in closed form.
double DistanceToCapsule(const Capsule& capsule, const Eigen::Vector3d& x, double* s);

// Two capsules where they are nearest, or where they overlap most:
//   distance = min_{s,t} |a(s) - b(t)| - r_a(s) - r_b(t)
// A convex problem in two variables over a square, in closed form: the stationary point where it lies inside,
// else the best of the four edges. By the envelope theorem the derivative of the distance with respect to a
// motion of the capsules is that of `normal . (point_a - point_b)` with both points riding on their capsules.
// Where axes cross the distance has a ridge; one of its two normals is given.
struct CapsuleContact {
  double distance = 0;                                // metres, negative by how much they overlap
  Eigen::Vector3d point_a, point_b;                   // on the axes: a(s), b(t)
  Eigen::Vector3d normal = Eigen::Vector3d::UnitX();  // from b(t) to a(s), length 1
};
CapsuleContact NearestPoints(const Capsule& a, const Capsule& b);

}  // namespace vitruvius
