// The joints of a body without its mesh: the rest skeleton of a shape, where a pose puts it, and turning a
// body as a whole.
#pragma once

#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

// Joints of the shaped body at rest, (J, 3) metres.
MatrixX3d RestJoints(const BodyModel& model, const Eigen::VectorXd& betas);

// What forward kinematics gives: rotations[j] is G_j of models/body/body_model.h, positions (J, 3) metres
// with transl.
struct PosedSkeleton {
  std::vector<Eigen::Matrix3d> rotations;
  MatrixX3d positions;
};
// rest: RestJoints, or those of another shape. The parameters have the model's sizes.
PosedSkeleton PoseSkeleton(const BodyModel& model, const MatrixX3d& rest, const BodyParameters& parameters);

// The same body seen in other axes that share the origin: x_new = new_from_old x_old for every point of it.
// With the rest pelvis J_0, about which SMPL turns: R_0' = T R_0, transl' = T (J_0 + transl) - J_0.
BodyParameters TurnBody(const BodyModel& model, const Eigen::Matrix3d& new_from_old,
                        const BodyParameters& parameters);

}  // namespace vitruvius
