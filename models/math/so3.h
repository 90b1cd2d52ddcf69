// Rotations: the exponential and logarithm of SO(3), their Jacobians, and the layouts that files use.
// Everything is safe at angle 0 (series) and near pi (quaternions by the four-case rule). Matrices act on
// columns. Source: Rodrigues' formula; Forster et al., "On-manifold preintegration", eqs. 3-9; quaternion
// rule of Shepperd.
#pragma once

#include <Eigen/Core>
#include <Eigen/Geometry>

namespace vitruvius {

using Matrix3d = Eigen::Matrix3d;
using Vector3d = Eigen::Vector3d;

// [w]x, so that Skew(a) * b = a x b.
inline Matrix3d Skew(const Vector3d& w) {
  Matrix3d m;
  m << 0, -w.z(), w.y(), w.z(), 0, -w.x(), -w.y(), w.x(), 0;
  return m;
}

// Axis-angle (radians) to rotation matrix.
Matrix3d ExpSO3(const Vector3d& axis_angle);

// Right Jacobian: ExpSO3(w + d) = ExpSO3(w) ExpSO3(RightJacobianSO3(w) d) to first order.
Matrix3d RightJacobianSO3(const Vector3d& axis_angle);

// Both at once, sharing the trigonometry: what the body evaluator needs for every joint.
void ExpSO3WithJacobian(const Vector3d& axis_angle, Matrix3d* rotation, Matrix3d* right_jacobian);

// LogSO3(ExpSO3(w) ExpSO3(d)) = w + InverseRightJacobianSO3(w) d to first order. Finite up to an angle of pi
// and beyond; infinite only at 2 pi.
Matrix3d InverseRightJacobianSO3(const Vector3d& axis_angle);

// Axis-angle to the unit quaternion (x, y, z, w) of half the angle, and without the whole in w: w - 1, exact
// near zero. Continuous in w: the sign of the quaternion is not normalised.
Eigen::Vector4d QuaternionMinusIdentity(const Vector3d& axis_angle);

// Rotation matrix to axis-angle with angle in [0, pi].
Vector3d LogSO3(const Matrix3d& rotation);

// The same rotation with its angle in [0, pi] (the principal branch).
Vector3d WrapAxisAngle(const Vector3d& axis_angle);
// Its derivative with respect to axis_angle, within the branch.
Matrix3d WrapAxisAngleJacobian(const Vector3d& axis_angle);

// The shortest rotation that turns the direction `from` into the direction `to`; opposite ones about some
// axis.
Matrix3d RotationBetween(const Vector3d& from, const Vector3d& to);

// The angle between two vectors, radians, 0 to pi, as exact near 0 and pi as anywhere.
inline double AngleBetween(const Eigen::Vector3d& a, const Eigen::Vector3d& b) {
  return std::atan2(a.cross(b).norm(), a.dot(b));
}

// Angle between two rotations, radians in [0, pi].
double RotationAngle(const Matrix3d& a, const Matrix3d& b);

// Mirror image of a joint's rotation in the plane x = 0: (a, b, c) -> (a, -b, -c).
inline Vector3d MirrorAxisAngle(const Vector3d& w) { return {w.x(), -w.y(), -w.z()}; }

// The nearest rotation (Frobenius) to any 3x3 matrix; identity for a non-finite one.
Matrix3d NearestRotation(const Matrix3d& m);

}  // namespace vitruvius
