#include "models/math/so3.h"

#include <algorithm>
#include <cmath>

#include <Eigen/LU>

#include "models/math/decompositions.h"

namespace vitruvius {
namespace {

// sin(t)/t, (1-cos t)/t^2, (t-sin t)/t^3 as functions of t^2.
struct Coefficients {
  double a, b, c;
};

Coefficients RodriguesCoefficients(double angle_squared) {
  // Below this the next term of the series (t^6/5040) is under 1e-16 relative.
  if (angle_squared < 1e-4) {
    const double t2 = angle_squared;
    return {1 - t2 / 6 * (1 - t2 / 20 * (1 - t2 / 42)), 0.5 - t2 / 24 * (1 - t2 / 30 * (1 - t2 / 56)),
            1.0 / 6 - t2 / 120 * (1 - t2 / 42 * (1 - t2 / 72))};
  }
  const double angle = std::sqrt(angle_squared);
  const double sine = std::sin(angle), cosine = std::cos(angle);
  return {sine / angle, (1 - cosine) / angle_squared, (angle - sine) / (angle_squared * angle)};
}

// I cos + a [w]x + b w w^T, with cos = 1 - b |w|^2.
Matrix3d RotationFrom(const Vector3d& w, double angle_squared, const Coefficients& k) {
  Matrix3d r = k.b * w * w.transpose();
  r.diagonal().array() += 1 - k.b * angle_squared;
  const Vector3d s = k.a * w;
  r(0, 1) -= s.z();
  r(0, 2) += s.y();
  r(1, 0) += s.z();
  r(1, 2) -= s.x();
  r(2, 0) -= s.y();
  r(2, 1) += s.x();
  return r;
}

// I - b [w]x + c [w]x^2, and [w]x^2 = w w^T - |w|^2 I.
Matrix3d JacobianFrom(const Vector3d& w, double angle_squared, const Coefficients& k) {
  Matrix3d j = k.c * w * w.transpose() - k.b * Skew(w);
  j.diagonal().array() += 1 - k.c * angle_squared;
  return j;
}

}  // namespace

Matrix3d ExpSO3(const Vector3d& axis_angle) {
  const double t2 = axis_angle.squaredNorm();
  return RotationFrom(axis_angle, t2, RodriguesCoefficients(t2));
}

Matrix3d RightJacobianSO3(const Vector3d& axis_angle) {
  const double t2 = axis_angle.squaredNorm();
  return JacobianFrom(axis_angle, t2, RodriguesCoefficients(t2));
}

void ExpSO3WithJacobian(const Vector3d& axis_angle, Matrix3d* rotation, Matrix3d* right_jacobian) {
  const double t2 = axis_angle.squaredNorm();
  const Coefficients k = RodriguesCoefficients(t2);
  *rotation = RotationFrom(axis_angle, t2, k);
  *right_jacobian = JacobianFrom(axis_angle, t2, k);
}

Matrix3d InverseRightJacobianSO3(const Vector3d& axis_angle) {
  const double t2 = axis_angle.squaredNorm();
  // (1 - t/2 cot(t/2)) / t^2; below 0.1 the series' next term, t^8/47900160, is under 1e-14 relative.
  double c;
  if (t2 < 0.01) {
    c = 1.0 / 12 * (1 + t2 / 60 * (1 + t2 / 42 * (1 + t2 / 40)));
  } else {
    const double half = 0.5 * std::sqrt(t2);
    c = (1 - half * std::cos(half) / std::sin(half)) / t2;
  }
  // I + [w]x / 2 + c [w]x^2
  Matrix3d j = c * axis_angle * axis_angle.transpose() + 0.5 * Skew(axis_angle);
  j.diagonal().array() += 1 - c * t2;
  return j;
}

Eigen::Vector4d QuaternionMinusIdentity(const Vector3d& axis_angle) {
  const double angle = axis_angle.norm();
  // sin(a / 2) / a; the series is exact to double precision below this angle.
  constexpr double kSmall = 1e-3;
  const double scale = angle < kSmall ? 0.5 - angle * angle / 48 : std::sin(angle / 2) / angle;
  const double quarter = std::sin(angle / 4);
  Eigen::Vector4d q;
  q << scale * axis_angle, -2 * quarter * quarter;
  return q;
}

Vector3d LogSO3(const Matrix3d& rotation) {
  // Eigen's conversion takes the largest of the four components (Shepperd), so it is stable up to pi.
  Eigen::Quaterniond q(rotation);
  q.normalize();
  if (q.w() < 0) q.coeffs() = -q.coeffs();
  const double sine_half = q.vec().norm();
  // 2 asin(s)/s = 2 + s^2/3 + ... for the half angle's sine s.
  if (sine_half < 1e-6) return 2 * q.vec() / q.w();
  return 2 * std::atan2(sine_half, q.w()) / sine_half * q.vec();
}

Vector3d WrapAxisAngle(const Vector3d& axis_angle) {
  const double angle = axis_angle.norm();
  if (angle <= EIGEN_PI) return axis_angle;
  const double wrapped = std::remainder(angle, 2 * EIGEN_PI);
  return axis_angle * (wrapped / angle);
}

Matrix3d WrapAxisAngleJacobian(const Vector3d& axis_angle) {
  const double angle = axis_angle.norm();
  if (angle <= EIGEN_PI) return Matrix3d::Identity();
  const double turns = angle - std::remainder(angle, 2 * EIGEN_PI);  // a multiple of 2 pi
  const Vector3d axis = axis_angle / angle;
  return (1 - turns / angle) * Matrix3d::Identity() + turns / angle * axis * axis.transpose();
}

Matrix3d RotationBetween(const Vector3d& from, const Vector3d& to) {
  const Vector3d a = from.normalized(), b = to.normalized();
  const double c = b.dot(a);
  constexpr double kOpposite = 1e-12;  // what the cross product cannot tell an axis from
  Eigen::Quaterniond q;
  if (c < -1 + kOpposite) {
    const double w2 = std::max(0.0, (1 + c) * 0.5);
    q.w() = std::sqrt(w2);
    q.vec() = std::sqrt(1 - w2) * a.unitOrthogonal();
  } else {
    // Twice the half angle's cosine: |a + b|.
    const double length = std::sqrt((1 + c) * 2);
    q.vec() = a.cross(b) * (1 / length);
    q.w() = length * 0.5;
  }
  return q.toRotationMatrix();
}

double RotationAngle(const Matrix3d& a, const Matrix3d& b) { return LogSO3(a.transpose() * b).norm(); }

Matrix3d NearestRotation(const Matrix3d& m) {
  if (!m.allFinite()) return Matrix3d::Identity();
  const Svd<3> svd = SvdOf(m);
  Vector3d d(1, 1, 1);
  if ((svd.u * svd.v.transpose()).determinant() < 0) d.z() = -1;
  return svd.u * d.asDiagonal() * svd.v.transpose();
}

}  // namespace vitruvius
