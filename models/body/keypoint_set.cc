#include "models/body/keypoint_set.h"

#include <algorithm>

namespace vitruvius {
namespace {

// Rows: name, target. Detectors' "neck" is the middle of the shoulders and "mid_hip" the middle of the hips;
// the nearest points of SMPL are its neck and pelvis joints (smplx maps them so).
const std::vector<KeypointSet>& Table() {
  static const std::vector<KeypointSet> table = {
      {"openpose25",
       {{"nose", "nose"},
        {"neck", "neck"},
        {"right_shoulder", "right_shoulder"},
        {"right_elbow", "right_elbow"},
        {"right_wrist", "right_wrist"},
        {"left_shoulder", "left_shoulder"},
        {"left_elbow", "left_elbow"},
        {"left_wrist", "left_wrist"},
        {"mid_hip", "pelvis"},
        {"right_hip", "right_hip"},
        {"right_knee", "right_knee"},
        {"right_ankle", "right_ankle"},
        {"left_hip", "left_hip"},
        {"left_knee", "left_knee"},
        {"left_ankle", "left_ankle"},
        {"right_eye", "right_eye"},
        {"left_eye", "left_eye"},
        {"right_ear", "right_ear"},
        {"left_ear", "left_ear"},
        {"left_big_toe", "left_big_toe"},
        {"left_small_toe", "left_small_toe"},
        {"left_heel", "left_heel"},
        {"right_big_toe", "right_big_toe"},
        {"right_small_toe", "right_small_toe"},
        {"right_heel", "right_heel"}},
       {{0, 1},  {1, 2},   {2, 3},   {3, 4},   {1, 5},   {5, 6},   {6, 7},   {1, 8},
        {8, 9},  {9, 10},  {10, 11}, {8, 12},  {12, 13}, {13, 14}, {0, 15},  {15, 17},
        {0, 16}, {16, 18}, {14, 19}, {19, 20}, {14, 21}, {11, 22}, {22, 23}, {11, 24}}},
      {"coco17",
       {{"nose", "nose"},
        {"left_eye", "left_eye"},
        {"right_eye", "right_eye"},
        {"left_ear", "left_ear"},
        {"right_ear", "right_ear"},
        {"left_shoulder", "left_shoulder"},
        {"right_shoulder", "right_shoulder"},
        {"left_elbow", "left_elbow"},
        {"right_elbow", "right_elbow"},
        {"left_wrist", "left_wrist"},
        {"right_wrist", "right_wrist"},
        {"left_hip", "left_hip"},
        {"right_hip", "right_hip"},
        {"left_knee", "left_knee"},
        {"right_knee", "right_knee"},
        {"left_ankle", "left_ankle"},
        {"right_ankle", "right_ankle"}},
       {{0, 1},
        {0, 2},
        {1, 3},
        {2, 4},
        {5, 6},
        {5, 7},
        {7, 9},
        {6, 8},
        {8, 10},
        {5, 11},
        {6, 12},
        {11, 12},
        {11, 13},
        {13, 15},
        {12, 14},
        {14, 16}}},
      {"coco18",
       {{"nose", "nose"},
        {"neck", "neck"},
        {"right_shoulder", "right_shoulder"},
        {"right_elbow", "right_elbow"},
        {"right_wrist", "right_wrist"},
        {"left_shoulder", "left_shoulder"},
        {"left_elbow", "left_elbow"},
        {"left_wrist", "left_wrist"},
        {"right_hip", "right_hip"},
        {"right_knee", "right_knee"},
        {"right_ankle", "right_ankle"},
        {"left_hip", "left_hip"},
        {"left_knee", "left_knee"},
        {"left_ankle", "left_ankle"},
        {"right_eye", "right_eye"},
        {"left_eye", "left_eye"},
        {"right_ear", "right_ear"},
        {"left_ear", "left_ear"}},
       {{0, 1},
        {1, 2},
        {2, 3},
        {3, 4},
        {1, 5},
        {5, 6},
        {6, 7},
        {1, 8},
        {8, 9},
        {9, 10},
        {1, 11},
        {11, 12},
        {12, 13},
        {0, 14},
        {14, 16},
        {0, 15},
        {15, 17}}},
      {"lsp14",
       {{"right_ankle", "right_ankle"},
        {"right_knee", "right_knee"},
        {"right_hip", "right_hip"},
        {"left_hip", "left_hip"},
        {"left_knee", "left_knee"},
        {"left_ankle", "left_ankle"},
        {"right_wrist", "right_wrist"},
        {"right_elbow", "right_elbow"},
        {"right_shoulder", "right_shoulder"},
        {"left_shoulder", "left_shoulder"},
        {"left_elbow", "left_elbow"},
        {"left_wrist", "left_wrist"},
        {"neck", "neck"},
        {"head_top", "head_top"}},
       {{0, 1},
        {1, 2},
        {2, 3},
        {3, 4},
        {4, 5},
        {6, 7},
        {7, 8},
        {8, 12},
        {9, 12},
        {9, 10},
        {10, 11},
        {12, 13},
        {2, 8},
        {3, 9}}},
      [] {
        KeypointSet set;
        set.name = "smpl24";
        for (size_t j = 0; j < SmplJointNames().size(); ++j) {
          set.points.push_back({SmplJointNames()[j], SmplJointNames()[j]});
          if (j > 0) set.limbs.emplace_back(SmplParents()[j], static_cast<int>(j));
        }
        return set;
      }()};
  return table;
}

}  // namespace

int KeypointSet::Index(const std::string& point_name) const {
  for (int i = 0; i < size(); ++i) {
    if (points[i].name == point_name) return i;
  }
  return -1;
}

const KeypointSet* FindKeypointSet(const std::string& name) {
  for (const KeypointSet& set : Table()) {
    if (set.name == name) return &set;
  }
  return nullptr;
}

std::vector<std::string> KeypointSetNames() {
  std::vector<std::string> names;
  for (const KeypointSet& set : Table()) names.push_back(set.name);
  return names;
}

KeypointBinding BindKeypoints(const KeypointSet& set, const BodyModel& model) {
  KeypointBinding binding;
  for (int i = 0; i < set.size(); ++i) {
    const KeypointSet::Point& point = set.points[i];
    const bool bound = (!point.exact.empty() && binding.points.AddNamed(model, point.exact)) ||
                       binding.points.AddNamed(model, point.target);
    if (!bound) continue;
    binding.keypoint_of_point.push_back(i);
  }
  return binding;
}

}  // namespace vitruvius
