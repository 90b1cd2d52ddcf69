// A joint's rotation split the way anatomy does: the twist about the bone that the joint carries, and two
// swings. Names are the field's: "left forearm twist", "left elbow flexion", "head yaw".
//
// The axes belong to the perturbation R_j <- R_j exp([d]x), in the joint's own frame, which in the rest pose
// is that of the body (y up, x to the subject's left, z out of the chest) and in which the bone never moves.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

struct JointAxes {
  // Rows are unit vectors, orthogonal and right-handed: twist (along the bone, to the mean of the joint's
  // children; a leaf's bone goes on from its parent's; the root's is up), flexion (the rest frame's y for a
  // bone that points sideways, as the arms do in the rest pose, otherwise x), and side, their cross product.
  Eigen::Matrix3d axes;
  std::array<std::string, 3> names;  // of the three rotations
};

// One a joint, the root's first. Joints of unknown name are called by it: "left index1 twist".
std::vector<JointAxes> AnatomicalAxes(const BodyModel& model);

// "knees" of "left_knee": the part of the body that a joint is of, by its name; "others" for the root,
// fingers and what is not known.
std::string PartOfJoint(const std::string& joint);

// "left_forearm", ...: the bones of the four limbs by the joint that carries them: shoulder upper_arm, elbow
// forearm, hip thigh, knee shin. `end` is the joint at their other end. Bones whose joints the body lacks are
// left out.
struct LimbBone {
  std::string name;
  int joint = 0, end = 0;
};
std::vector<LimbBone> LimbBones(const BodyModel& model);

}  // namespace vitruvius
