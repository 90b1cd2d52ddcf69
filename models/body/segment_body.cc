#include "models/body/segment_body.h"

#include <map>
#include <utility>

#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {

SegmentParameters SegmentParameters::Rest(const BodyModel& model) {
  SegmentParameters rest;
  rest.angles = Eigen::VectorXd::Zero(3 * static_cast<Eigen::Index>(model.num_body_joints()));
  rest.scales = Eigen::VectorXd::Ones(model.num_joints());
  rest.rotation = Eigen::Vector3d(1, -1, -1).asDiagonal();  // y up to y down
  rest.camera = {1, 0, 0};
  return rest;
}

std::vector<std::vector<SegmentShare>> SegmentShares(const BodyModel& model, const PointSet& points) {
  std::vector<std::vector<SegmentShare>> all;
  const MatrixX3d& rest = model.joint_template();
  for (const PointSet::Item& item : points.items) {
    std::map<int, SegmentShare> shares;
    const auto add = [&](int joint, double weight, const Eigen::Vector3d& offset) {
      SegmentShare& share =
          shares.try_emplace(joint, SegmentShare{joint, 0, Eigen::Vector3d::Zero()}).first->second;
      share.weight += weight;
      share.offset += weight * offset;
    };
    if (item.joint >= 0) {
      VT_CHECK_LT(item.joint, model.num_joints());
      add(item.joint, 1, Eigen::Vector3d::Zero());
    }
    for (const auto& [vertex, part] : item.vertices) {
      VT_CHECK_LT(vertex, model.num_vertices());
      for (SparseRowMatrixd::InnerIterator it(model.weights(), vertex); it; ++it) {
        const int joint = static_cast<int>(it.col());
        add(joint, part * it.value(), (model.v_template().row(vertex) - rest.row(joint)).transpose());
      }
    }
    all.emplace_back();
    for (const auto& [joint, share] : shares) all.back().push_back(share);
  }
  return all;
}

SegmentEvaluator::SegmentEvaluator(std::shared_ptr<const BodyModel> model, const PointSet& points)
    : model_(std::move(model)), shares_(SegmentShares(*model_, points)) {
  const int num_joints = model_->num_joints();
  const MatrixX3d& rest = model_->joint_template();
  bones_.setZero(num_joints, 3);
  for (int j = 1; j < num_joints; ++j) bones_.row(j) = rest.row(j) - rest.row(model_->parents()[j]);
  const auto num_points = static_cast<Eigen::Index>(points.items.size());
  turn_.assign(num_joints, Eigen::Matrix3d::Identity());
  right_jacobian_ = global_ = turn_;
  joints_.setZero(num_joints, 3);
  carried_.resize(num_joints);
  carried_weight_.resize(num_joints);
  points_.setZero(num_points, 3);
  in_body_ = points_;
  jacobian_.setZero(3 * num_points, 4 * num_joints - 3 + 9 + 3);
}

bool SegmentEvaluator::Evaluate(const SegmentParameters& p, bool with_jacobian) {
  VT_CHECK_EQ(p.angles.size(), 3 * static_cast<Eigen::Index>(model_->num_body_joints()));
  VT_CHECK_EQ(p.scales.size(), model_->num_joints());
  return Evaluate(p.angles.data(), p.scales.data(), p.rotation.data(), p.camera.data(), with_jacobian);
}

bool SegmentEvaluator::Evaluate(const double* angles, const double* scales, const double* rotation_in,
                                const double* camera, bool with_jacobian, bool with_pose) {
  RowMatrix3d rotation;
  RowMatrix9d by_raw;
  if (!OrthonormalColumns(Eigen::Map<const RowMatrix3d>(rotation_in), &rotation,
                          with_jacobian ? &by_raw : nullptr)) {
    return false;
  }
  const int num_joints = model_->num_joints();
  const std::vector<int>& parents = model_->parents();
  for (int j = 1; j < num_joints; ++j) {
    const Eigen::Map<const Eigen::Vector3d> angle(angles + 3 * (j - 1));
    if (with_jacobian && with_pose) {
      ExpSO3WithJacobian(angle, &turn_[j], &right_jacobian_[j]);
    } else {
      turn_[j] = ExpSO3(angle);
    }
    const int parent = parents[j];
    global_[j].noalias() = global_[parent] * turn_[j];
    joints_.row(j) =
        joints_.row(parent) + scales[parent] * (global_[parent] * bones_.row(j).transpose()).transpose();
  }
  const double s = camera[0];
  const int scale_column = 3 * (num_joints - 1), rotation_column = scale_column + num_joints,
            camera_column = rotation_column + 9;
  for (Eigen::Index i = 0; i < points_.rows(); ++i) {
    Eigen::Vector3d u = Eigen::Vector3d::Zero();
    for (const SegmentShare& share : shares_[i]) {
      u += scales[share.joint] * (global_[share.joint] * share.offset) +
           share.weight * joints_.row(share.joint).transpose();
    }
    in_body_.row(i) = u.transpose();
    const Eigen::Vector3d turned = rotation * u;
    points_.row(i) = s * turned.transpose() + Eigen::RowVector3d(camera[1], camera[2], 0);
    if (!with_jacobian) continue;

    auto rows = jacobian_.middleRows<3>(3 * i);
    // d (R u)_a / d R_ab = u_b.
    for (int a = 0; a < 3; ++a)
      rows.row(a).segment<9>(rotation_column).noalias() = s * u.transpose() * by_raw.middleRows<3>(3 * a);
    rows.col(camera_column) = turned;
    rows.rightCols<2>().setZero();
    rows(0, camera_column + 1) = 1;
    rows(1, camera_column + 2) = 1;
    if (!with_pose) continue;
    rows.leftCols(rotation_column).setZero();
    std::fill(carried_.begin(), carried_.end(), Eigen::Vector3d::Zero());
    std::fill(carried_weight_.begin(), carried_weight_.end(), 0.0);
    for (const SegmentShare& share : shares_[i]) {
      const Eigen::Vector3d in_place = global_[share.joint] * share.offset;
      carried_[share.joint] +=
          scales[share.joint] * in_place + share.weight * joints_.row(share.joint).transpose();
      carried_weight_[share.joint] += share.weight;
      rows.col(scale_column + share.joint) += s * (rotation * in_place);
    }
    // From the leaves to the root: what a joint carries is its own share and its children's.
    const Eigen::Matrix3d scaled = s * rotation;
    for (int j = num_joints - 1; j > 0; --j) {
      if (carried_weight_[j] == 0 && carried_[j].isZero(0)) continue;
      const Eigen::Vector3d arm = carried_[j] - carried_weight_[j] * joints_.row(j).transpose();
      rows.middleCols<3>(3 * (j - 1)).noalias() = scaled * (-Skew(arm) * global_[j] * right_jacobian_[j]);
      const int parent = parents[j];
      rows.col(scale_column + parent) +=
          carried_weight_[j] * (scaled * (global_[parent] * bones_.row(j).transpose()));
      carried_[parent] += carried_[j];
      carried_weight_[parent] += carried_weight_[j];
    }
  }
  return true;
}

}  // namespace vitruvius
