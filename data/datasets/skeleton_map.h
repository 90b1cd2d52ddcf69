// Which bone of a motion capture skeleton drives which SMPL joint, recognised by the bones' names and their
// tree.
//
// Names are read as words: "LeftUpLeg", "left_up_leg", "mixamorig:LeftUpLeg" and "Bip01 L UpLeg" are all the
// left "upleg"; what nearly all names of a skeleton begin or end with is left out. Limbs are known by such
// words (the table in skeleton_map.cc: CMU's ASF, BVH and 3ds Max files, HumanIK, Mixamo and Rokoko,
// Biovision and Xsens MVN, DAZ, Blender, Unity, Unreal, Biped, SMPL). Pelvis, spine and neck are known by the
// tree alone, so that any number of joints between them is read: the pelvis is where legs and spine part, the
// chest where arms and neck part.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "data/datasets/motion.h"

namespace vitruvius {

// The bones of a skeleton. Names that are empty (ends) are no bones.
struct BoneTree {
  std::vector<std::string> names;
  std::vector<int> parents;  // of each name; below its own index, -1: the root
};

struct SkeletonMatch {
  std::array<int, kMotionJoints> bones;  // index into the names given, -1: none
  // Joints of SMPL-H's fingers where the skeleton has SMPL's own names; all -1 elsewhere.
  std::array<int, kFingerJoints> fingers;
  // Names and joints are SMPL's own: such files (SMPL exporters, ours among them) hold SMPL's rotations.
  bool is_smpl = false;
  // Rotations are relative to a plain T (arms along x, legs straight down) although the offsets, those of a
  // relaxed figure, say otherwise: DAZ. Seen in the elbows: with the offsets no arm of a DAZ file would ever
  // come closer to straight than 24 degrees, with a plain T 6 to 7 degrees, as in the ASF files of the same
  // database.
  bool rests_in_plain_t = false;

  SkeletonMatch() {
    bones.fill(-1);
    fingers.fill(-1);
  }
};

// Toes, wrists, collars, the neck and all of the spine but one joint may be missing. Throws InputError naming
// the bones that are.
SkeletonMatch MatchSkeleton(const BoneTree& tree, const std::string& path);

}  // namespace vitruvius
