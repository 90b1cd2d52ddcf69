#include "solvers/problem/decoded_pose_manifold.h"

#include <algorithm>
#include <cmath>

#include "models/util/check.h"

namespace vitruvius {

using Eigen::Map;
using Eigen::VectorXd;

DecodedPoseManifold::DecodedPoseManifold(const LatentPrior& prior, PoseDecoder* decoder, int pose_size,
                                         int num_decoded)
    : space_(prior.latent_space()),
      decoder_(decoder),
      pose_size_(pose_size),
      num_decoded_(num_decoded),
      latent_dim_(prior.latent_dim()),
      latent_tangent_(latent_dim_ - (space_ == LatentSpace::kSphere ? 1 : 0)),
      num_shared_(std::min(num_decoded, prior.dim())),
      decoded_(prior.dim()),
      step_(latent_dim_),
      decoder_jacobian_(prior.dim(), latent_dim_),
      basis_(latent_dim_, latent_tangent_) {
  VT_CHECK_GT(latent_tangent_, 0);
  VT_CHECK_LE(num_decoded, pose_size);
  basis_.setIdentity();
}

void DecodedPoseManifold::FillBasis(const double* z_in) const {
  if (space_ != LatentSpace::kSphere) return;  // the identity
  const Map<const VectorXd> z(z_in, latent_dim_);
  // I - v v^T / (1 + |z_d|) turns e_d into z or -z, whichever is farther from e_d, v = z + sign(z_d) e_d.
  const double last = z[latent_dim_ - 1], sign = last < 0 ? -1 : 1;
  const auto head = z.head(latent_tangent_);
  basis_.topRows(latent_tangent_).noalias() = head * (head.transpose() / -(1 + std::abs(last)));
  basis_.topRows(latent_tangent_).diagonal().array() += 1;
  basis_.row(latent_tangent_) = -sign * head.transpose();
}

void DecodedPoseManifold::Decode(double* x) const {
  if (num_decoded_ == 0) return;
  decoder_->Decode(x + pose_size_, decoded_.data());
  std::copy_n(decoded_.data(), num_shared_, x);
  std::fill(x + num_shared_, x + num_decoded_, 0.0);
}

bool DecodedPoseManifold::Plus(const double* x, const double* delta_in, double* y) const {
  const Map<const VectorXd> z(x + pose_size_, latent_dim_), delta(delta_in, latent_tangent_);
  Map<VectorXd> moved(y + pose_size_, latent_dim_);
  if (space_ == LatentSpace::kSphere) {
    const double angle = delta.norm();
    FillBasis(z.data());
    step_.noalias() = basis_ * delta;
    moved = std::cos(angle) * z + (angle > 0 ? std::sin(angle) / angle : 1.0) * step_;
    moved /= moved.norm();
  } else {
    moved = z + delta;
    if (space_ == LatentSpace::kBox) moved = moved.cwiseMax(-1).cwiseMin(1);
  }
  for (int i = num_decoded_; i < pose_size_; ++i) y[i] = x[i] + delta_in[latent_tangent_ + i - num_decoded_];
  Decode(y);
  return moved.allFinite() && Map<const VectorXd>(y, num_decoded_).allFinite();
}

bool DecodedPoseManifold::PlusJacobian(const double* x, double* jacobian) const {
  Map<RowMatrixXd> j(jacobian, AmbientSize(), TangentSize());
  j.setZero();
  FillBasis(x + pose_size_);
  if (num_decoded_ > 0) {
    decoder_->DecodeWithJacobian(x + pose_size_, decoded_.data(), decoder_jacobian_.data());
    const auto moving = decoder_jacobian_.topRows(num_shared_);
    if (space_ == LatentSpace::kSphere) {
      j.topLeftCorner(num_shared_, latent_tangent_).noalias() = moving * basis_;
    } else {
      j.topLeftCorner(num_shared_, latent_tangent_) = moving;
    }
  }
  const int num_free = pose_size_ - num_decoded_;
  j.block(num_decoded_, latent_tangent_, num_free, num_free).diagonal().setOnes();
  j.block(pose_size_, 0, latent_dim_, latent_tangent_) = basis_;
  return j.allFinite();
}

bool DecodedPoseManifold::Minus(const double* y, const double* x, double* y_minus_x) const {
  const Map<const VectorXd> to(y + pose_size_, latent_dim_), from(x + pose_size_, latent_dim_);
  Map<VectorXd> delta(y_minus_x, latent_tangent_);
  if (space_ == LatentSpace::kSphere) {
    FillBasis(from.data());
    delta.noalias() = basis_.transpose() * to;
    const double sine = delta.norm();
    if (sine > 0) delta *= std::atan2(sine, from.dot(to)) / sine;
  } else {
    delta = to - from;
  }
  for (int i = num_decoded_; i < pose_size_; ++i) y_minus_x[latent_tangent_ + i - num_decoded_] = y[i] - x[i];
  return true;
}

bool DecodedPoseManifold::MinusJacobian(const double* x, double* jacobian) const {
  Map<RowMatrixXd> j(jacobian, TangentSize(), AmbientSize());
  j.setZero();
  FillBasis(x + pose_size_);
  j.block(0, pose_size_, latent_tangent_, latent_dim_) = basis_.transpose();
  const int num_free = pose_size_ - num_decoded_;
  j.block(latent_tangent_, num_decoded_, num_free, num_free).diagonal().setOnes();
  return true;
}

}  // namespace vitruvius
