#include "solvers/residuals/self_penetration_cost.h"

#include <algorithm>

#include <Eigen/Geometry>

#include "models/util/check.h"

namespace vitruvius {

using Eigen::Vector3d;

SelfPenetrationCost::SelfPenetrationCost(const SharedBody* body, std::shared_ptr<const BodyCapsules> capsules,
                                         const double* weight)
    : body_(body), capsules_(std::move(capsules)), weight_(weight) {
  const BodyModel& model = body->evaluator().model();
  bones_.resize(model.num_joints());
  joints_.resize(model.num_joints());
  parts_.resize(capsules_->parts().size());
  const auto carries = [&](int joint, int part) {
    for (int k = capsules_->parts()[part].joint; k >= 0; k = model.parents()[k]) {
      if (k == joint) return true;
    }
    return false;
  };
  for (const BodyCapsules::Pair& pair : capsules_->pairs()) {
    Pair own = {pair.a, pair.b, pair.begin_a, pair.begin_b, static_cast<int>(movers_.size()), 0, 0};
    for (int k = 1; k < model.num_joints(); ++k) {
      if (carries(k, pair.a) && !carries(k, pair.b)) movers_.push_back(k);
    }
    own.movers_b = static_cast<int>(movers_.size());
    for (int k = 1; k < model.num_joints(); ++k) {
      if (carries(k, pair.b) && !carries(k, pair.a)) movers_.push_back(k);
    }
    own.movers_end = static_cast<int>(movers_.size());
    pairs_.push_back(own);
  }
  columns_.reserve(model.num_joints());
  SetShape(Eigen::VectorXd::Zero(model.num_betas()));
  set_num_residuals(static_cast<int>(pairs_.size()));
  mutable_parameter_block_sizes()->push_back(body->block_size(SharedBody::kPose));
}

void SelfPenetrationCost::SetShape(const Eigen::VectorXd& betas) {
  const BodyModel& model = body_->evaluator().model();
  const auto rest_joint = [&](int k) {
    Vector3d joint = model.joint_template().row(k);
    if (betas.size() > 0) joint.noalias() += model.joint_shapedirs().middleRows<3>(3 * k) * betas;
    return joint;
  };
  for (int k = 1; k < model.num_joints(); ++k) bones_[k] = rest_joint(k) - rest_joint(model.parents()[k]);
  for (size_t i = 0; i < parts_.size(); ++i) {
    Part& part = parts_[i];
    part.joint = capsules_->parts()[i].joint;
    part.in_joint = part.posed = capsules_->Rest(static_cast<int>(i), betas);
    const Vector3d joint = rest_joint(part.joint);
    for (Vector3d& end : part.in_joint.ends) end -= joint;
    part.reach = 0.5 * (part.in_joint.ends[1] - part.in_joint.ends[0]).norm() +
                 std::max(part.in_joint.radii[0], part.in_joint.radii[1]);
  }
}

void SelfPenetrationCost::Pose() const {
  const BodyEvaluator& evaluator = body_->evaluator();
  const std::vector<int>& parents = evaluator.model().parents();
  joints_[0].setZero();
  for (size_t k = 1; k < joints_.size(); ++k)
    joints_[k] = joints_[parents[k]] + evaluator.joint_rotation(parents[k]) * bones_[k];
  for (Part& part : parts_) {
    const Eigen::Matrix3d& rotation = evaluator.joint_rotation(part.joint);
    for (int end = 0; end < 2; ++end)
      part.posed.ends[end] = joints_[part.joint] + rotation * part.in_joint.ends[end];
    part.middle = 0.5 * (part.posed.ends[0] + part.posed.ends[1]);
  }
}

double SelfPenetrationCost::Depth(const Pair& pair, std::vector<Column>* columns) const {
  const Part &a = parts_[pair.a], &b = parts_[pair.b];
  const double reach = a.reach + b.reach;
  if ((a.middle - b.middle).squaredNorm() >= reach * reach) return 0;
  const CapsuleContact contact = NearestPoints(a.posed.Beyond(pair.begin_a), b.posed.Beyond(pair.begin_b));
  if (contact.distance >= 0) return 0;
  if (columns != nullptr) {
    columns->clear();
    for (int i = pair.movers_begin; i < pair.movers_end; ++i) {
      const int k = movers_[i];
      // The depth falls as a moves along the normal.
      const Vector3d lever = i < pair.movers_b
                                 ? Vector3d((joints_[k] - contact.point_a).cross(contact.normal))
                                 : Vector3d((contact.point_b - joints_[k]).cross(contact.normal));
      columns->push_back({3 * (k - 1), body_->evaluator().joint_tangent(k).transpose() * lever});
    }
  }
  return -contact.distance;
}

double SelfPenetrationCost::DeepestM() const {
  Pose();
  double deepest = 0;
  for (const Pair& pair : pairs_) deepest = std::max(deepest, Depth(pair, nullptr));
  return deepest;
}

bool SelfPenetrationCost::Evaluate(double const* const*, double* residuals, double** jacobians) const {
  const int size = body_->block_size(SharedBody::kPose);
  double* jacobian = jacobians != nullptr ? jacobians[0] : nullptr;
  std::fill_n(residuals, pairs_.size(), 0.0);
  if (jacobian != nullptr) std::fill_n(jacobian, pairs_.size() * size, 0.0);
  if (*weight_ == 0) return true;
  Pose();
  for (size_t i = 0; i < pairs_.size(); ++i) {
    residuals[i] = *weight_ * Depth(pairs_[i], jacobian != nullptr ? &columns_ : nullptr);
    if (residuals[i] == 0 || jacobian == nullptr) continue;
    for (const Column& column : columns_) {
      Eigen::Map<Vector3d>(jacobian + i * size + column.index) = *weight_ * column.value;
    }
  }
  return true;
}

double SelfPenetrationCost::AddNormalEquations(const double*, Eigen::Ref<Eigen::MatrixXd>* hessian,
                                               Eigen::Ref<Eigen::VectorXd>* gradient) const {
  if (*weight_ == 0) return 0;
  Pose();
  const double weight2 = *weight_ * *weight_;
  double cost = 0;
  for (const Pair& pair : pairs_) {
    const double depth = Depth(pair, hessian != nullptr ? &columns_ : nullptr);
    if (depth == 0) continue;
    cost += 0.5 * weight2 * depth * depth;
    if (hessian == nullptr) continue;
    for (const Column& row : columns_) {
      gradient->segment<3>(row.index) += weight2 * depth * row.value;
      for (const Column& column : columns_) {
        if (row.index < column.index) continue;
        hessian->block<3, 3>(row.index, column.index).noalias() +=
            weight2 * row.value * column.value.transpose();
      }
    }
  }
  return cost;
}

}  // namespace vitruvius
