#include "models/body/joint_tree.h"

#include <algorithm>

#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kSharedJoints = 22;  // pelvis to right_wrist are the same in SMPL, SMPL-H and SMPL-X
constexpr int kHead = 15, kLeftWrist = 20, kRightWrist = 21;

struct Tree {
  std::vector<std::string> names;
  std::vector<int> parents;

  void Add(const std::string& name, int parent) {
    names.push_back(name);
    parents.push_back(parent);
  }
};

Tree WithHands(bool has_face) {
  Tree tree;
  for (int j = 0; j < kSharedJoints; ++j) tree.Add(SmplJointNames()[j], SmplParents()[j]);
  if (has_face) {
    for (const char* name : {"jaw", "left_eye_smplhf", "right_eye_smplhf"}) tree.Add(name, kHead);
  }
  for (const bool left : {true, false}) {
    for (const char* finger : {"index", "middle", "pinky", "ring", "thumb"}) {
      int parent = left ? kLeftWrist : kRightWrist;
      for (int i = 1; i <= 3; ++i) {
        tree.Add(StrCat(left ? "left_" : "right_", finger, i), parent);
        parent = static_cast<int>(tree.names.size()) - 1;
      }
    }
  }
  return tree;
}

const Tree& SmplhTree() {
  static const Tree tree = WithHands(false);
  return tree;
}

const Tree& SmplxTree() {
  static const Tree tree = WithHands(true);
  return tree;
}

}  // namespace

const std::vector<std::string>& SmplJointNames() {
  static const std::vector<std::string> names = {
      "pelvis",     "left_hip",    "right_hip",    "spine1",      "left_knee",     "right_knee",
      "spine2",     "left_ankle",  "right_ankle",  "spine3",      "left_foot",     "right_foot",
      "neck",       "left_collar", "right_collar", "head",        "left_shoulder", "right_shoulder",
      "left_elbow", "right_elbow", "left_wrist",   "right_wrist", "left_hand",     "right_hand"};
  return names;
}

const std::vector<int>& SmplParents() {
  static const std::vector<int> parents = {-1, 0, 0, 0,  1,  2,  3,  4,  5,  6,  7,  8,
                                           9,  9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21};
  return parents;
}

const std::vector<std::string>& SmplhJointNames() { return SmplhTree().names; }
const std::vector<int>& SmplhParents() { return SmplhTree().parents; }
const std::vector<std::string>& SmplxJointNames() { return SmplxTree().names; }
const std::vector<int>& SmplxParents() { return SmplxTree().parents; }

std::vector<std::string> KnownJointNames(const std::vector<int>& parents) {
  for (const Tree& tree : {SmplhTree(), SmplxTree()}) {
    if (parents == tree.parents) return tree.names;
  }
  const int num_joints = static_cast<int>(parents.size());
  const std::vector<std::string>& smpl = SmplJointNames();
  const int known = num_joints == 24 ? 24 : num_joints >= kSharedJoints ? kSharedJoints : 0;
  std::vector<std::string> names;
  for (int j = 0; j < num_joints; ++j) names.push_back(j < known ? smpl[j] : StrCat("joint_", j));
  return names;
}

std::vector<int> MirrorPermutation(const std::vector<std::string>& names) {
  std::vector<int> swap(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    std::string other = names[i];
    if (other.rfind("left_", 0) == 0) {
      other = "right_" + other.substr(5);
    } else if (other.rfind("right_", 0) == 0) {
      other = "left_" + other.substr(6);
    }
    const auto it = std::find(names.begin(), names.end(), other);
    swap[i] = it == names.end() ? static_cast<int>(i) : static_cast<int>(it - names.begin());
  }
  return swap;
}

}  // namespace vitruvius
