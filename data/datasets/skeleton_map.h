// Which bone of a motion capture skeleton drives which SMPL joint, recognised by the bones' names.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "data/datasets/motion.h"

namespace vitruvius {

struct SkeletonMap {
  const char* label;                             // for messages: "CMU BVH"
  std::array<const char*, kMotionJoints> bones;  // nullptr: the skeleton has no such bone
  // Rotations are relative to a plain T (arms along x, legs straight down) although the offsets, those of a
  // relaxed figure, say otherwise. Seen in the elbows: with the offsets no arm of a DAZ file would ever come
  // closer to straight than 24 degrees, with a plain T 6 to 7 degrees, as in the ASF files of the same
  // database.
  bool rests_in_plain_t = false;
};

struct SkeletonMatch {
  const SkeletonMap* map = nullptr;
  std::array<int, kMotionJoints> bones;  // index into the names given, -1: none
};

// Known skeletons: CMU ASF, CMU BVH, DAZ BVH, HumanIK (MotionBuilder, Mixamo), Biovision.
const std::vector<SkeletonMap>& KnownSkeletonMaps();

// Finds the map of which nothing needed is missing. Toes, wrists and collars may be missing. Prefixes such as
// "mixamorig:" are ignored. Throws InputError when no map fits, naming the nearest one and the bones that the
// skeleton lacks for it.
SkeletonMatch MatchSkeleton(const std::vector<std::string>& bone_names, const std::string& path);

}  // namespace vitruvius
