#include "models/body/skeleton.h"

#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {

MatrixX3d RestJoints(const BodyModel& model, const Eigen::VectorXd& betas) {
  VT_CHECK_EQ(betas.size(), model.num_betas());
  const Eigen::VectorXd moved = model.joint_shapedirs() * betas;
  return model.joint_template() + Eigen::Map<const MatrixX3d>(moved.data(), model.num_joints(), 3);
}

PosedSkeleton PoseSkeleton(const BodyModel& model, const MatrixX3d& rest, const BodyParameters& parameters) {
  VT_CHECK_EQ(rest.rows(), model.num_joints());
  VT_CHECK_EQ(parameters.body_pose.size(), 3 * model.num_body_joints());
  PosedSkeleton posed;
  posed.rotations.resize(model.num_joints());
  posed.positions.resize(model.num_joints(), 3);
  posed.rotations[0] = ExpSO3(parameters.global_orient);
  posed.positions.row(0) = rest.row(0) + parameters.transl.transpose();
  for (int j = 1; j < model.num_joints(); ++j) {
    const int parent = model.parents()[j];
    const Vector3d offset = rest.row(j) - rest.row(parent);
    posed.rotations[j] = posed.rotations[parent] * ExpSO3(parameters.body_pose.segment<3>(3 * (j - 1)));
    posed.positions.row(j) = posed.positions.row(parent) + (posed.rotations[parent] * offset).transpose();
  }
  return posed;
}

BodyParameters TurnBody(const BodyModel& model, const Eigen::Matrix3d& new_from_old,
                        const BodyParameters& parameters) {
  const Vector3d pelvis = RestJoints(model, parameters.betas).row(0);
  BodyParameters turned = parameters;
  turned.global_orient = LogSO3(new_from_old * ExpSO3(parameters.global_orient));
  turned.transl = new_from_old * (pelvis + parameters.transl) - pelvis;
  return turned;
}

}  // namespace vitruvius
