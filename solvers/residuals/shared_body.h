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
  // Parameter blocks in this order: global_orient (3), body_pose (3(J-1)), betas (B), transl (3).
  static constexpr int kNumBlocks = 4;
  enum Block { kOrient = 0, kPose = 1, kBetas = 2, kTransl = 3 };

  SharedBody(std::shared_ptr<const BodyModel> model, const PointSet& points)
      : evaluator_(std::move(model), points), parameters_(BodyParameters::Zero(evaluator_.model())) {
    const BodyModel& body = evaluator_.model();
    sizes_ = {3, 3 * body.num_body_joints(), body.num_betas(), 3};
    offsets_ = {0, 3, 3 * body.num_joints(), 3 * body.num_joints() + body.num_betas()};
  }

  void PrepareForEvaluation(bool evaluate_jacobians, bool new_evaluation_point) override {
    if (!new_evaluation_point && (has_jacobian_ || !evaluate_jacobians)) return;
    evaluator_.Evaluate(parameters_, evaluate_jacobians);
    has_jacobian_ = evaluate_jacobians;
  }

  const BodyParameters& parameters() const { return parameters_; }
  // Copies values; the memory stays where the residual blocks found it.
  void SetParameters(const BodyParameters& parameters) {
    VT_CHECK_EQ(parameters.body_pose.size(), parameters_.body_pose.size());
    VT_CHECK_EQ(parameters.betas.size(), parameters_.betas.size());
    parameters_.global_orient = parameters.global_orient;
    std::copy_n(parameters.body_pose.data(), parameters.body_pose.size(), parameters_.body_pose.data());
    std::copy_n(parameters.betas.data(), parameters.betas.size(), parameters_.betas.data());
    parameters_.transl = parameters.transl;
  }
  const BodyEvaluator& evaluator() const { return evaluator_; }

  // The memory Ceres optimises; betas may have size 0 (block_size tells), and such a block is left out.
  double* block(int i) {
    switch (i) {
      case kOrient:
        return parameters_.global_orient.data();
      case kPose:
        return parameters_.body_pose.data();
      case kBetas:
        return parameters_.betas.data();
      default:
        return parameters_.transl.data();
    }
  }
  int block_size(int i) const { return sizes_[i]; }
  int block_offset(int i) const { return offsets_[i]; }  // first column in the evaluator's Jacobian

 private:
  BodyEvaluator evaluator_;
  BodyParameters parameters_;
  std::array<int, kNumBlocks> sizes_, offsets_;
  bool has_jacobian_ = false;
};

}  // namespace vitruvius
