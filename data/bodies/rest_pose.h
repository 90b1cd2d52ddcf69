// From MakeHuman's rest pose (an A: arms 50 degrees below the horizontal, forearms bent forward) to the rest
// pose that all free bodies here share: SMPL's T, palms down, limbs along the mannequin's. A motion
// retargeted to any of them is then the same pose, and one pose prior serves all.
#pragma once

#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

// Global rotations that take a body with these joints, (24, 3), into the rest pose: thighs, shins, upper
// arms, forearms and hands along the mannequin's by the smallest rotation, then rolled about the arm's axis
// until the thumb's base (of the left hand) lies in front of the wrist, half by the forearm and all by the
// hand; identity for trunk, head, collars and feet, so that soles stay flat. Mirrored for the right side.
std::vector<Eigen::Matrix3d> RestPoseRotations(const MatrixX3d& joints, const Eigen::Vector3d& thumb_base);

// Joints under global rotations about them, the first staying where it is.
MatrixX3d PoseJoints(const MatrixX3d& joints, const std::vector<Eigen::Matrix3d>& global_rotations);

}  // namespace vitruvius
