#include "data/datasets/skeleton_map.h"

#include <unordered_map>

#include "models/util/check.h"

namespace vitruvius {
namespace {

bool MayBeMissing(int joint) {
  return joint == 10 || joint == 11 || joint == 13 || joint == 14 || joint == 20 || joint == 21;
}

std::string WithoutPrefix(const std::string& name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string::npos ? name : name.substr(colon + 1);
}

}  // namespace

const std::vector<SkeletonMap>& KnownSkeletonMaps() {
  // Order of the SMPL joints: pelvis, hips, spine1, knees, spine2, ankles, spine3, feet, neck, collars, head,
  // shoulders, elbows, wrists, hands.
  static const std::vector<SkeletonMap> kMaps = {
      // lhand, not lwrist: CMU's lwrist carries the forearm's twist only.
      {"CMU ASF",
       {"root",     "lfemur",   "rfemur",  "lowerback", "ltibia",    "rtibia",    "upperback", "lfoot",
        "rfoot",    "thorax",   "ltoes",   "rtoes",     "lowerneck", "lclavicle", "rclavicle", "head",
        "lhumerus", "rhumerus", "lradius", "rradius",   "lhand",     "rhand",     nullptr,     nullptr}},
      // LeftFingerBase, not LeftHand, for the same reason.
      {"CMU BVH", {"Hips",           "LeftUpLeg",       "RightUpLeg", "LowerBack",    "LeftLeg",
                   "RightLeg",       "Spine",           "LeftFoot",   "RightFoot",    "Spine1",
                   "LeftToeBase",    "RightToeBase",    "Neck",       "LeftShoulder", "RightShoulder",
                   "Head",           "LeftArm",         "RightArm",   "LeftForeArm",  "RightForeArm",
                   "LeftFingerBase", "RightFingerBase", nullptr,      nullptr}},
      {"DAZ BVH",
       {"hip",    "lThigh", "rThigh",   "abdomen",  "lShin", "rShin",   nullptr,   "lFoot",
        "rFoot",  "chest",  nullptr,    nullptr,    "neck",  "lCollar", "rCollar", "head",
        "lShldr", "rShldr", "lForeArm", "rForeArm", "lHand", "rHand",   nullptr,   nullptr},
       true},
      {"HumanIK BVH",
       {"Hips",        "LeftUpLeg",    "RightUpLeg",    "Spine",     "LeftLeg",     "RightLeg",
        "Spine1",      "LeftFoot",     "RightFoot",     "Spine2",    "LeftToeBase", "RightToeBase",
        "Neck",        "LeftShoulder", "RightShoulder", "Head",      "LeftArm",     "RightArm",
        "LeftForeArm", "RightForeArm", "LeftHand",      "RightHand", nullptr,       nullptr}},
      {"Biovision BVH",
       {"Hips",      "LeftHip",    "RightHip",    "Ab",         "LeftKnee",     "RightKnee",
        nullptr,     "LeftAnkle",  "RightAnkle",  "Chest",      "LeftToes",     "RightToes",
        "Neck",      "LeftCollar", "RightCollar", "Head",       "LeftShoulder", "RightShoulder",
        "LeftElbow", "RightElbow", "LeftWrist",   "RightWrist", nullptr,        nullptr}},
  };
  return kMaps;
}

SkeletonMatch MatchSkeleton(const std::vector<std::string>& bone_names, const std::string& path) {
  std::unordered_map<std::string, int> indices;
  for (std::size_t i = 0; i < bone_names.size(); ++i) {
    indices.emplace(WithoutPrefix(bone_names[i]), static_cast<int>(i));
  }
  const SkeletonMap* nearest = nullptr;
  std::vector<std::string> nearest_missing;
  for (const SkeletonMap& map : KnownSkeletonMaps()) {
    SkeletonMatch match;
    match.map = &map;
    std::vector<std::string> missing;
    for (int j = 0; j < kMotionJoints; ++j) {
      match.bones[j] = -1;
      if (map.bones[j] == nullptr) continue;
      const auto it = indices.find(map.bones[j]);
      if (it != indices.end()) {
        match.bones[j] = it->second;
      } else if (!MayBeMissing(j)) {
        missing.emplace_back(map.bones[j]);
      }
    }
    if (missing.empty()) return match;
    if (nearest == nullptr || missing.size() < nearest_missing.size()) {
      nearest = &map;
      nearest_missing = missing;
    }
  }
  VT_CHECK(nearest != nullptr);  // the table is not empty
  std::string list;
  for (const std::string& name : nearest_missing) list += (list.empty() ? "" : ", ") + name;
  throw InputError(path, "",
                   StrCat("unknown skeleton; the nearest known one is ", nearest->label,
                          ", for which these bones are missing: ", list));
}

}  // namespace vitruvius
