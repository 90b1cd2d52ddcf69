// One forward pass of the body for all residual blocks of a problem. Ceres (or DenseLm) calls
// PrepareForEvaluation once an evaluation; the blocks then read points and Jacobians instead of each running
// the body again.
#pragma once

#include <algorithm>
#include <array>
#include <memory>

#include <ceres/evaluation_callback.h>

#include "models/body/body_evaluator.h"
#include "models/util/check.h"

namespace vitruvius {

class SharedBody : public ceres::EvaluationCallback {
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
    sizes_ = {3, 3 * body.num_body_joints(), body.num_betas(), 3};
    if (latent_dim_ > 0) pose_and_latent_.setZero(sizes_[kPose] + latent_dim_);
    offsets_ = {0, 3, 3 * body.num_joints(), 3 * body.num_joints() + body.num_betas()};
  }

  void PrepareForEvaluation(bool evaluate_jacobians, bool new_evaluation_point) override {
    if (!new_evaluation_point && (has_jacobian_ || !evaluate_jacobians)) return;
    evaluator_.Evaluate(parameters(), evaluate_jacobians);
    has_jacobian_ = evaluate_jacobians;
  }

  const BodyParameters& parameters() const {
    if (latent_dim_ > 0) parameters_.body_pose = pose_and_latent_.head(sizes_[kPose]);
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
    if (latent_dim_ > 0) pose_and_latent_.head(sizes_[kPose]) = parameters_.body_pose;
  }
  // (d), empty without a latent. Setting it leaves the pose alone.
  Eigen::VectorXd latent() const { return pose_and_latent_.tail(latent_dim_); }
  void SetLatent(const Eigen::VectorXd& latent) {
    VT_CHECK_EQ(latent.size(), latent_dim_);
    pose_and_latent_.tail(latent_dim_) = latent;
  }
  const BodyEvaluator& evaluator() const { return evaluator_; }

  // The memory Ceres optimises; betas may have size 0 (block_size tells), and such a block is left out.
  double* block(int i) {
    switch (i) {
      case kOrient:
        return parameters_.global_orient.data();
      case kPose:
        return latent_dim_ > 0 ? pose_and_latent_.data() : parameters_.body_pose.data();
      case kBetas:
        return parameters_.betas.data();
      default:
        return parameters_.transl.data();
    }
  }
  int block_size(int i) const { return sizes_[i] + (i == kPose ? latent_dim_ : 0); }
  // Leading numbers of a block that the body sees, all but a latent.
  int body_size(int i) const { return sizes_[i]; }
  int block_offset(int i) const { return offsets_[i]; }  // first column in the evaluator's Jacobian

 private:
  BodyEvaluator evaluator_;
  mutable BodyParameters parameters_;  // with a latent, body_pose is a copy of the head of the block below
  int latent_dim_;
  Eigen::VectorXd pose_and_latent_;
  std::array<int, kNumBlocks> sizes_, offsets_;
  bool has_jacobian_ = false;
};

}  // namespace vitruvius
