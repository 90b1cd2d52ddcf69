// Which bone of a motion capture skeleton drives which SMPL joint, recognised by the bones' names.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "data/datasets/motion.h"

namespace vitruvius {

struct SkeletonMap {
  const char* label;                              // for messages: "CMU BVH"
  std::array<const char*, kMotionJoints> bones;   // nullptr: the skeleton has no such bone
};

// Known skeletons: CMU ASF, CMU BVH, DAZ BVH, HumanIK (MotionBuilder, Mixamo), Biovision.
const std::vector<SkeletonMap>& KnownSkeletonMaps();

// Index of each SMPL joint's bone in `bone_names`, -1 where there is none, by the map of which nothing needed is
// missing. Toes, wrists and collars may be missing. Prefixes such as "mixamorig:" are ignored. Throws InputError
// when no map fits, naming the nearest one and the bones that the skeleton lacks for it.
std::array<int, kMotionJoints> MatchSkeleton(const std::vector<std::string>& bone_names, const std::string& path);

}  // namespace vitruvius
