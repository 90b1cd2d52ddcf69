// Points of a body of scaled segments for all residual blocks of a problem.
#pragma once

#include <algorithm>
#include <memory>

#include "models/body/segment_body.h"
#include "models/util/check.h"
#include "solvers/residuals/shared_points.h"

namespace vitruvius {

class SharedSegments final : public SharedPoints {
 public:
  // Parameter blocks in this order: angles (3(J-1)), scales (J), rotation (9), camera (3).
  static constexpr int kNumBlocks = 4;
  enum Block { kAngles = 0, kScales = 1, kRotation = 2, kCamera = 3 };

  SharedSegments(std::shared_ptr<const BodyModel> model, const PointSet& points)
      : evaluator_(std::move(model), points), parameters_(SegmentParameters::Rest(evaluator_.model())) {
    const int joints = evaluator_.model().num_joints(), angles = 3 * (joints - 1);
    blocks_ = {{parameters_.angles.data(), angles, angles, 0},
               {parameters_.scales.data(), joints, joints, angles},
               {parameters_.rotation.data(), 9, 9, angles + joints},
               {parameters_.camera.data(), 3, 3, angles + joints + 9}};
  }

  void PrepareForEvaluation(bool evaluate_jacobians, bool new_evaluation_point) override {
    if (!new_evaluation_point && (has_jacobian_ || !evaluate_jacobians)) return;
    is_valid_ =
        evaluator_.Evaluate(parameters_.angles.data(), parameters_.scales.data(), parameters_.rotation.data(),
                            parameters_.camera.data(), evaluate_jacobians, !is_pose_held_);
    has_jacobian_ = evaluate_jacobians;
  }

  const SegmentParameters& parameters() const { return parameters_; }
  // While angles and scales are held nobody asks for their derivatives.
  void HoldPose(bool is_held) { is_pose_held_ = is_held; }
  // Copies values; the memory stays where the residual blocks found it.
  void SetParameters(const SegmentParameters& parameters) {
    VT_CHECK_EQ(parameters.angles.size(), parameters_.angles.size());
    VT_CHECK_EQ(parameters.scales.size(), parameters_.scales.size());
    std::copy_n(parameters.angles.data(), parameters.angles.size(), parameters_.angles.data());
    std::copy_n(parameters.scales.data(), parameters.scales.size(), parameters_.scales.data());
    parameters_.rotation = parameters.rotation;
    parameters_.camera = parameters.camera;
  }
  const SegmentEvaluator& evaluator() const { return evaluator_; }

  const MatrixX3d& points() const override { return evaluator_.points(); }
  const RowMatrixXd& jacobian() const override { return evaluator_.jacobian(); }
  bool is_valid() const override { return is_valid_; }

 private:
  SegmentEvaluator evaluator_;
  SegmentParameters parameters_;
  bool has_jacobian_ = false, is_valid_ = false, is_pose_held_ = false;
};

}  // namespace vitruvius
