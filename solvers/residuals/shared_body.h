// Points of a parametric body for all residual blocks of a problem.
#pragma once

#include <algorithm>
#include <memory>

#include "models/body/body_evaluator.h"
#include "models/util/check.h"
#include "solvers/residuals/shared_points.h"

namespace vitruvius {

class SharedBody final : public SharedPoints {
 public:
  // Parameter blocks in this order: global_orient (3), body_pose (3(J-1), and the latent that it is decoded
  // from behind it), betas (B), transl (3).
  static constexpr int kNumBlocks = 4;
  enum Block { kOrient = 0, kPose = 1, kBetas = 2, kTransl = 3 };

  SharedBody(std::shared_ptr<const BodyModel> model, const PointSet& points, int latent_dim = 0)
      : evaluator_(std::move(model), points),
        parameters_(BodyParameters::Zero(evaluator_.model())),
        latent_dim_(latent_dim) {
    const BodyModel& body = evaluator_.model();
    const int pose = 3 * body.num_body_joints(), betas = body.num_betas();
    if (latent_dim_ > 0) pose_and_latent_.setZero(pose + latent_dim_);
    double* pose_values = latent_dim_ > 0 ? pose_and_latent_.data() : parameters_.body_pose.data();
    blocks_ = {{parameters_.global_orient.data(), 3, 3, 0},
               {pose_values, pose + latent_dim_, pose, 3},
               {parameters_.betas.data(), betas, betas, 3 + pose},
               {parameters_.transl.data(), 3, 3, 3 + pose + betas}};
  }

  void PrepareForEvaluation(bool evaluate_jacobians, bool new_evaluation_point) override {
    if (!new_evaluation_point && (has_jacobian_ || !evaluate_jacobians)) return;
    evaluator_.Evaluate(parameters(), evaluate_jacobians);
    has_jacobian_ = evaluate_jacobians;
  }

  const BodyParameters& parameters() const {
    if (latent_dim_ > 0) parameters_.body_pose = pose_and_latent_.head(body_size(kPose));
    return parameters_;
  }
  // Copies values; the memory stays where the residual blocks found it.
  void SetParameters(const BodyParameters& parameters) {
    VT_CHECK_EQ(parameters.body_pose.size(), parameters_.body_pose.size());
    VT_CHECK_EQ(parameters.betas.size(), parameters_.betas.size());
    parameters_.global_orient = parameters.global_orient;
    std::copy_n(parameters.body_pose.data(), parameters.body_pose.size(), parameters_.body_pose.data());
    std::copy_n(parameters.betas.data(), parameters.betas.size(), parameters_.betas.data());
    parameters_.transl = parameters.transl;
    if (latent_dim_ > 0) pose_and_latent_.head(body_size(kPose)) = parameters_.body_pose;
  }
  // (d), empty without a latent. Setting it leaves the pose alone.
  Eigen::VectorXd latent() const { return pose_and_latent_.tail(latent_dim_); }
  void SetLatent(const Eigen::VectorXd& latent) {
    VT_CHECK_EQ(latent.size(), latent_dim_);
    pose_and_latent_.tail(latent_dim_) = latent;
  }
  const BodyEvaluator& evaluator() const { return evaluator_; }

  const MatrixX3d& points() const override { return evaluator_.points(); }
  const RowMatrixXd& jacobian() const override { return evaluator_.jacobian(); }

 private:
  BodyEvaluator evaluator_;
  mutable BodyParameters parameters_;  // with a latent, body_pose is a copy of the head of the block below
  int latent_dim_;
  Eigen::VectorXd pose_and_latent_;
  bool has_jacobian_ = false;
};

}  // namespace vitruvius
