#include "solvers/training/training_poses.h"

#include <algorithm>

#include "models/body/joint_tree.h"
#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {

const std::vector<int>& CoveredJoints() {
  static const std::vector<int> joints = [] {
    const std::vector<std::string>& names = SmplJointNames();
    std::vector<int> covered;
    for (int j = 1; j < static_cast<int>(names.size()); ++j) {
      const std::string& name = names[j];
      const bool still = name.find("collar") != std::string::npos || name.find("hand") != std::string::npos;
      if (!still) covered.push_back(j);
    }
    return covered;
  }();
  return joints;
}

const std::vector<std::string>& CoveredJointNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> covered;
    for (const int j : CoveredJoints()) covered.push_back(SmplJointNames()[j]);
    return covered;
  }();
  return names;
}

TrainingPoses::TrainingPoses(const RowMatrixXd& body_poses, const std::vector<double>& weights,
                             at::Device device)
    : rows(weights) {
  VT_CHECK_GT(body_poses.rows(), 0);
  VT_CHECK_EQ(body_poses.cols(), 3 * (static_cast<Eigen::Index>(SmplJointNames().size()) - 1));
  VT_CHECK_EQ(static_cast<Eigen::Index>(weights.size()), body_poses.rows());
  const std::vector<int>& joints = CoveredJoints();
  const std::int64_t n = body_poses.rows(), j = static_cast<std::int64_t>(joints.size());
  axis_angle = at::empty({n, 3 * j}, at::kFloat);
  float* out = axis_angle.data_ptr<float>();
  for (Eigen::Index row = 0; row < n; ++row) {
    for (const int joint : joints) {
      for (int axis = 0; axis < 3; ++axis)
        *out++ = static_cast<float>(body_poses(row, 3 * (joint - 1) + axis));
    }
  }
  axis_angle = axis_angle.to(device);
  rotations = RotationsFromAxisAngle(axis_angle.view({n, j, 3}));
}

TrainingPoses TrainingPoses::Take(const at::Tensor& chosen) const {
  TrainingPoses taken = *this;
  taken.axis_angle = axis_angle.index_select(0, chosen);
  taken.rotations = rotations.index_select(0, chosen);
  taken.rows = WeightedRows(chosen.size(0));
  return taken;
}

at::Tensor TrainingPoses::Draw(std::int64_t count, at::Generator generator) const {
  return rows.Draw(count, generator).to(axis_angle.device());
}

TrainingPoses::Batch TrainingPoses::DrawBatch(std::int64_t count, double recombine,
                                              at::Generator generator) const {
  static const std::vector<std::string> kLimbs[] = {{"hip", "knee", "ankle", "foot"},
                                                    {"shoulder", "elbow", "wrist"}};
  const at::Tensor first = Draw(count, generator);
  Batch batch = {axis_angle.index_select(0, first), rotations.index_select(0, first)};
  if (recombine == 0) return batch;
  const std::int64_t joints = rotations.size(1);
  for (const std::vector<std::string>& limb : kLimbs) {
    at::Tensor of_limb = at::zeros({1, joints}, at::kBool);
    for (std::int64_t j = 0; j < joints; ++j) {
      for (const std::string& part : limb) {
        if (CoveredJointNames()[j].find(part) != std::string::npos) of_limb[0][j] = true;
      }
    }
    const at::Tensor chosen = at::rand({count, 1}, generator, at::TensorOptions(at::kDouble)).lt(recombine);
    const at::Tensor taken = chosen.logical_and(of_limb).to(first.device());  // (count, joints)
    const at::Tensor other = Draw(count, generator);
    batch.rotations =
        at::where(taken.view({count, joints, 1, 1}), rotations.index_select(0, other), batch.rotations);
    batch.axis_angle =
        at::where(taken.repeat_interleave(3, 1), axis_angle.index_select(0, other), batch.axis_angle);
  }
  return batch;
}

at::Tensor BodyRotations(const at::Tensor& covered, std::int64_t num_joints) {
  const std::vector<int>& joints = CoveredJoints();
  const auto rest = static_cast<std::int64_t>(joints.size());
  VT_CHECK_EQ(covered.size(1), rest);
  VT_CHECK_GT(num_joints, joints.back());
  std::vector<std::int64_t> place(num_joints, rest);
  for (std::size_t i = 0; i < joints.size(); ++i) place[joints[i]] = static_cast<std::int64_t>(i);
  const at::Tensor identity = at::eye(3, covered.options()).expand({covered.size(0), 1, 3, 3});
  return at::cat({covered, identity}, 1).index_select(1, at::tensor(place, at::kLong).to(covered.device()));
}

RowMatrixXd BodyPoses(const at::Tensor& covered) {
  const std::vector<int>& joints = CoveredJoints();
  const at::Tensor values = covered.detach().to(at::kCPU, at::kDouble).contiguous();
  const auto width = static_cast<Eigen::Index>(3 * (SmplJointNames().size() - 1));
  RowMatrixXd poses = RowMatrixXd::Zero(values.size(0), width);
  const double* at = values.data_ptr<double>();
  for (Eigen::Index row = 0; row < poses.rows(); ++row) {
    for (const int joint : joints) {
      const Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>> rotation(at);
      poses.row(row).segment<3>(3 * (joint - 1)) = LogSO3(NearestRotation(rotation)).transpose();
      at += 9;
    }
  }
  return poses;
}

at::Tensor JointsOf(const TorchBody& body, const at::Tensor& covered) {
  const at::Tensor betas = at::zeros({covered.size(0), body.num_betas()}, covered.options());
  return body.Joints(BodyRotations(covered, body.num_joints()), betas);
}

}  // namespace vitruvius
