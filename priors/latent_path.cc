#include "priors/latent_path.h"

#include <cmath>

#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr double kNearlyPi = EIGEN_PI - 1e-6, kNearlyZero = 1e-12;

}  // namespace

LatentPath::LatentPath(LatentSpace space, const Eigen::VectorXd& from, const Eigen::VectorXd& to)
    : sphere_(space == LatentSpace::kSphere), from_(from), direction_(to - from) {
  VT_CHECK_EQ(from.size(), to.size());
  if (!sphere_) return;
  VT_CHECK_GE(from.size(), 2);
  constexpr double kNormTolerance = 1e-6;
  VT_CHECK_LE(std::abs(from.norm() - 1), kNormTolerance);
  VT_CHECK_LE(std::abs(to.norm() - 1), kNormTolerance);
  // By the chord, which is exact where the cosine is not.
  angle_ = 2 * std::atan2((to - from).norm(), (to + from).norm());
  Eigen::VectorXd towards = to;
  if (angle_ > kNearlyPi) {
    Eigen::Index least = 0;
    from.cwiseAbs().minCoeff(&least);
    towards = Eigen::VectorXd::Unit(from.size(), least);
  }
  direction_ = towards - from * from.dot(towards);
  const double length = direction_.norm();
  if (length > kNearlyZero) {
    direction_ /= length;
  } else {
    angle_ = 0;
  }
}

Eigen::VectorXd LatentPath::At(double t) const {
  if (!sphere_) return from_ + t * direction_;
  return std::cos(t * angle_) * from_ + std::sin(t * angle_) * direction_;
}

double LatentPath::FullCircle() const { return sphere_ && angle_ > 0 ? 2 * EIGEN_PI / angle_ : 0; }

}  // namespace vitruvius
