// Ties a pose to what its latent decodes to, without binding it.
#pragma once

#include <algorithm>

#include <ceres/cost_function.h>
#include <Eigen/Core>

#include "models/body/body_model.h"
#include "models/math/quadratic_term.h"
#include "models/util/check.h"
#include "priors/latent_prior.h"

namespace vitruvius {

// r = w (pose - Decode(z)), of the first num_decoded numbers of the pose; zero takes the place of what the
// prior has no number for. Residuals: num_decoded, radians times the weight's unit. Block: [pose P ; z d].
// With a residual on z it makes an energy over poses of a prior that has none: the smallest over z of
// |z|^2 / 2 + w^2 |pose - Decode(z)|^2. Never fails; weight 0 computes nothing. Own derivation.
class DecodedPoseCost final : public ceres::CostFunction, public QuadraticTerm {
 public:
  // `decoder` (of a prior of `dim` numbers) and `weight` must outlive this; one a thread.
  DecodedPoseCost(PoseDecoder* decoder, int dim, int pose_size, int num_decoded, int latent_dim,
                  const double* weight)
      : decoder_(decoder),
        pose_size_(pose_size),
        num_decoded_(num_decoded),
        num_shared_(std::min(dim, num_decoded)),
        weight_(weight),
        residual_(num_decoded),
        decoded_(dim),
        jacobian_(dim, latent_dim) {
    VT_CHECK_LE(num_decoded, pose_size);
    set_num_residuals(num_decoded);
    mutable_parameter_block_sizes()->push_back(pose_size + latent_dim);
  }

  bool Evaluate(double const* const* parameters, double* residuals, double** jacobians) const override {
    const int size = parameter_block_sizes()[0];
    Eigen::Map<Eigen::VectorXd> r(residuals, num_decoded_);
    double* j = jacobians != nullptr ? jacobians[0] : nullptr;
    if (j != nullptr) std::fill_n(j, num_decoded_ * size, 0.0);
    r.setZero();
    if (*weight_ == 0) return true;
    Residual(parameters[0], j != nullptr);
    r = residual_;
    if (j == nullptr) return true;
    Eigen::Map<RowMatrixXd> full(j, num_decoded_, size);
    full.leftCols(num_decoded_).diagonal().setConstant(*weight_);
    full.topRightCorner(num_shared_, size - pose_size_) = -*weight_ * jacobian_.topRows(num_shared_);
    return true;
  }

  double AddNormalEquations(const double* x, Eigen::Ref<Eigen::MatrixXd>* hessian,
                            Eigen::Ref<Eigen::VectorXd>* gradient) const override {
    if (*weight_ == 0) return 0;
    Residual(x, hessian != nullptr);
    if (hessian != nullptr) {
      const double w = *weight_;
      const auto moving = jacobian_.topRows(num_shared_);
      const Eigen::Index d = jacobian_.cols();
      gradient->head(num_decoded_) += w * residual_;
      gradient->segment(pose_size_, d).noalias() -= w * moving.transpose() * residual_.head(num_shared_);
      hessian->diagonal().head(num_decoded_).array() += w * w;
      hessian->block(pose_size_, 0, d, num_shared_) -= w * w * moving.transpose();
      hessian->block(pose_size_, pose_size_, d, d)
          .selfadjointView<Eigen::Lower>()
          .rankUpdate(moving.transpose(), w * w);
    }
    return 0.5 * residual_.squaredNorm();
  }

 private:
  void Residual(const double* x, bool with_jacobian) const {
    if (with_jacobian) {
      decoder_->DecodeWithJacobian(x + pose_size_, decoded_.data(), jacobian_.data());
    } else {
      decoder_->Decode(x + pose_size_, decoded_.data());
    }
    residual_ = Eigen::Map<const Eigen::VectorXd>(x, num_decoded_);
    residual_.head(num_shared_) -= decoded_.head(num_shared_);
    residual_ *= *weight_;
  }

  PoseDecoder* decoder_;
  int pose_size_, num_decoded_, num_shared_;
  const double* weight_;
  mutable Eigen::VectorXd residual_, decoded_;
  mutable RowMatrixXd jacobian_;
};

}  // namespace vitruvius
