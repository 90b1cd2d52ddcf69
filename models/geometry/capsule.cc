#include "models/geometry/capsule.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Geometry>

namespace vitruvius {
namespace {

using Eigen::Vector3d;

// An edge of the square: the ball at the end of one capsule against the whole other one. The normal points
// from the other capsule's axis to the ball.
struct EdgeContact {
  double distance;
  double s;  // on the other capsule
};

EdgeContact BallAgainst(const Capsule& other, const Vector3d& center, double radius) {
  EdgeContact contact;
  contact.distance = DistanceToCapsule(other, center, &contact.s) - radius;
  return contact;
}

// Any unit vector for axes that meet: across both of them, so that it leads out of either.
Vector3d UnitOr(const Vector3d& direction, const Vector3d& axis_a, const Vector3d& axis_b) {
  const double length = direction.norm();
  if (length > 1e-12) return direction / length;
  Vector3d across = axis_a.cross(axis_b);
  if (!(across.squaredNorm() > 0)) across = axis_a.unitOrthogonal();
  return across.allFinite() && across.squaredNorm() > 0 ? Vector3d(across.normalized())
                                                        : Vector3d(Vector3d::UnitX());
}

}  // namespace

// With z the coordinate along the axis, rho the distance from it, k = dr/dz: |x - c(u)| - r(u) is stationary
// at u - z = k |x - c(u)|, so u = z + k rho / sqrt(1 - k^2).
double DistanceToCapsule(const Capsule& capsule, const Vector3d& x, double* s) {
  const Vector3d axis = capsule.ends[1] - capsule.ends[0], from = x - capsule.ends[0];
  const double length2 = axis.squaredNorm(), rise = capsule.radii[1] - capsule.radii[0];
  const double room = length2 - rise * rise;  // (1 - k^2) length^2
  if (room > 0) {
    const double along = from.dot(axis) / length2;
    const double across2 = std::max(0.0, from.squaredNorm() - along * along * length2);
    *s = std::min(1.0, std::max(0.0, along + rise * std::sqrt(across2 / (length2 * room))));
  } else {
    *s = rise > 0 ? 1 : 0;  // one end's ball holds the other's
  }
  return (x - capsule.CenterAt(*s)).norm() - capsule.RadiusAt(*s);
}

// Inside the square, with unit normal n, axes A and B, rises p and q of the radii: n . A = p and n . B = -q
// fix the part of n in the plane of the axes; what is left is across it, on the side where a lies.
CapsuleContact NearestPoints(const Capsule& a, const Capsule& b) {
  const Vector3d axis_a = a.ends[1] - a.ends[0], axis_b = b.ends[1] - b.ends[0];
  const double aa = axis_a.squaredNorm(), bb = axis_b.squaredNorm(), ab = axis_a.dot(axis_b);
  const double det = aa * bb - ab * ab;
  CapsuleContact contact;
  constexpr double kParallel = 1e-9;  // sine squared; the edges serve such axes as well
  if (det > kParallel * aa * bb) {
    const double p = a.radii[1] - a.radii[0], q = b.radii[1] - b.radii[0];
    const Vector3d in_plane = ((p * bb + q * ab) * axis_a - (q * aa + p * ab) * axis_b) / det;
    const double rest = 1 - in_plane.squaredNorm();
    if (rest > 0) {
      const Vector3d across = axis_a.cross(axis_b) / std::sqrt(det);
      const Vector3d between = a.ends[0] - b.ends[0];
      const double height = between.dot(across);
      const double side = height >= 0 ? 1 : -1, rise = std::sqrt(rest);
      const Vector3d normal = in_plane + side * rise * across;
      const Vector3d v = (std::abs(height) / rise) * normal - between;  // s A - t B
      const double va = v.dot(axis_a), vb = v.dot(axis_b);
      const double s = (va * bb - vb * ab) / det, t = (va * ab - vb * aa) / det;
      if (s >= 0 && s <= 1 && t >= 0 && t <= 1) {
        contact.point_a = a.CenterAt(s);
        contact.point_b = b.CenterAt(t);
        contact.normal = normal;
        contact.distance = std::abs(height) / rise - a.RadiusAt(s) - b.RadiusAt(t);
        return contact;
      }
    }
  }
  double best = 0;
  for (int i = 0; i < 4; ++i) {
    const bool ball_of_a = i < 2;
    const Capsule &ball = ball_of_a ? a : b, &other = ball_of_a ? b : a;
    const EdgeContact edge = BallAgainst(other, ball.ends[i % 2], ball.radii[i % 2]);
    if (i > 0 && edge.distance >= best) continue;
    best = edge.distance;
    contact.point_a = ball_of_a ? ball.ends[i % 2] : other.CenterAt(edge.s);
    contact.point_b = ball_of_a ? other.CenterAt(edge.s) : ball.ends[i % 2];
  }
  contact.distance = best;
  contact.normal = UnitOr(contact.point_a - contact.point_b, axis_a, axis_b);
  return contact;
}

}  // namespace vitruvius
