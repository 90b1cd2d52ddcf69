// Bodies over time as BVH motion capture, for Blender, MotionBuilder, game engines.
#pragma once

#include <string>

#include "models/scene/body_animation.h"

namespace vitruvius {

struct BvhReport {
  // Between the file's joints and the body's, metres: zero but for rounding when the shape is constant; where
  // betas change from frame to frame the bones keep their mean lengths, and this is what that costs.
  double max_joint_error_m = 0;
};

// HIERARCHY: the body's joints by name and its tree; offsets from the rest joints of the mean shape, the
// root's zero, since programs differ in whether its channels are added to it; an end site half a bone further
// at each leaf. MOTION: metres, in the parameters' axes (turn the animation to y up first: programs expect
// it); the root has Xposition Yposition Zposition Zrotation Xrotation Yrotation, the others Zrotation
// Xrotation Yrotation: R = Rz Rx Ry, degrees, every angle on the branch next to the frame before. The rest
// pose is SMPL's T-pose. A frame without a body repeats the one before. Written row by row; the same
// animation gives the same bytes. Throws InputError when the place cannot be written, ContractError on sizes
// that do not agree or without a frame rate.
BvhReport WriteBvh(const std::string& path, const BodyModel& model, const BodyAnimation& animation);

// Angles z, x, y in radians with Rz Rx Ry = rotation: of the equal triples the one nearest to `near`.
Eigen::Vector3d EulerZxyNear(const Eigen::Matrix3d& rotation, const Eigen::Vector3d& near);

}  // namespace vitruvius
