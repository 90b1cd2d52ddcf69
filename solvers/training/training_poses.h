// Poses as training sees them: tensors of the joints that priors are trained on, drawn by weight.
//
// The motion capture never moves the collars and the hands. Learning them as constants would tie them to
// whatever the other joints do, so that networks leave them out: 19 of SMPL's joints are covered, from
// left_hip to right_wrist without the collars.
#pragma once

#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "data/datasets/pose_collection.h"
#include "models/networks/torch_body.h"
#include "solvers/training/weighted_rows.h"

namespace vitruvius {

const std::vector<std::string>& CoveredJointNames();  // 19
const std::vector<int>& CoveredJoints();              // their places in SmplJointNames(), rising

struct TrainingPoses {
  at::Tensor axis_angle;  // (N, 57) float, radians, on the device
  at::Tensor rotations;   // (N, 19, 3, 3) float, on the device
  WeightedRows rows;      // their weights

  // body_poses (N, 69), N >= 1; weights (N) not negative with a positive sum. Throws ContractError.
  TrainingPoses(const RowMatrixXd& body_poses, const std::vector<double>& weights, at::Device device);
  // These rows, each with the same weight.
  TrainingPoses Take(const at::Tensor& chosen) const;
  std::int64_t size() const { return axis_angle.size(0); }
  // Drawn with replacement, each pose as often as its weight says: (count,) int64 on the device.
  at::Tensor Draw(std::int64_t count, at::Generator generator) const;

  struct Batch {
    at::Tensor axis_angle, rotations;  // (count, 57), (count, 19, 3, 3)
  };
  // Poses drawn so. A share `recombine` of them has the legs of another pose, and as large a share the arms
  // of a third: few people were captured, and what their limbs do says more about others than how they
  // combine.
  Batch DrawBatch(std::int64_t count, double recombine, at::Generator generator) const;
};

// Rotations of all joints of a body (N, J, 3, 3), J >= 22, from those of the covered ones (N, 19, 3, 3): the
// others are at rest.
at::Tensor BodyRotations(const at::Tensor& covered, std::int64_t num_joints);

// Axis-angle numbers of body_pose (N, 69), principal branch, from rotations of the covered joints.
RowMatrixXd BodyPoses(const at::Tensor& covered);

// Posed joints of a body at its mean shape (N, J, 3), metres, pelvis at its rest place.
at::Tensor JointsOf(const TorchBody& body, const at::Tensor& covered);

}  // namespace vitruvius
