#include "data/datasets/skeleton_map.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "data/datasets/bone_names.h"
#include "models/body/joint_tree.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Keys = std::vector<std::string>;

// The bones of one leg or arm from the body outwards, each with the words it goes by, the surest first.
// Several words mean different bones in different programs: "foot" is the toes' joint where there is an
// "ankle" (SMPL), "shoulder" the collar where there is an "arm" (HumanIK), "leg" the shin where there is a
// thigh.
struct LimbWords {
  const char* name;     // for messages
  const char* example;  // for messages
  int joint;            // SMPL's, on the left
  bool needed;
  Keys keys;
};

const std::vector<LimbWords>& LegWords() {
  static const std::vector<LimbWords> kWords = {
      {"thigh", "UpLeg", 1, true, {"upleg", "upperleg", "thigh", "femur", "legupper", "hip", "leg"}},
      {"shin", "Leg", 4, true, {"lowerleg", "lowleg", "shin", "calf", "knee", "tibia", "leglower", "leg"}},
      {"ankle", "Foot", 7, true, {"ankle", "foot"}},
      {"toes", "ToeBase", 10, false, {"toebase", "toes", "toe", "toe0", "ball", "foot"}},
  };
  return kWords;
}

const std::vector<LimbWords>& ArmWords() {
  static const std::vector<LimbWords> kWords = {
      {"upper arm",
       "Arm",
       16,
       true,
       {"uparm", "upperarm", "humerus", "shldr", "armupper", "arm", "shoulder"}},
      {"forearm", "ForeArm", 18, true, {"forearm", "lowerarm", "lowarm", "elbow", "radius", "armlower"}},
      {"hand", "Hand", 20, false, {"fingerbase", "wrist", "hand"}},
  };
  return kWords;
}

const Keys& CollarWords() {
  static const Keys kWords = {"collar", "clavicle", "collarbone", "scapula", "shoulder"};
  return kWords;
}
const Keys& HeadWords() {
  static const Keys kWords = {"head", "face", "spine006"};
  return kWords;
}
const Keys& PelvisWords() {
  static const Keys kWords = {"hips", "hip", "pelvis"};
  return kWords;
}

bool Contains(const Keys& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

Keys AllLimbWords() {
  Keys all = CollarWords();
  for (const auto* limb : {&LegWords(), &ArmWords()}) {
    for (const LimbWords& words : *limb) all.insert(all.end(), words.keys.begin(), words.keys.end());
  }
  return all;
}

class Matcher {
 public:
  explicit Matcher(const BoneTree& tree) : tree_(tree), names_(ReadBoneNames(tree.names, AllLimbWords())) {
    VT_CHECK_EQ(tree.names.size(), tree.parents.size());
    for (std::size_t i = 0; i < names_.size(); ++i) {
      VT_CHECK(tree.parents[i] < static_cast<int>(i));
      indices_.emplace(std::pair{names_[i].side, names_[i].key}, static_cast<int>(i));
    }
  }

  SkeletonMatch Match(const std::string& path) {
    for (const bool right : {false, true}) {
      FindLimb(LegWords(), right);
      FindLimb(ArmWords(), right);
      FindCollar(right);
    }
    match_.bones[15] = Find(BodySide::kMiddle, HeadWords());
    if (match_.bones[15] < 0) Miss("head", "Head");
    if (missing_.empty()) FindTrunk();
    if (!missing_.empty()) {
      throw InputError(
          path, "", "unknown skeleton: these bones are missing, or their names are not known: " + missing_);
    }
    FindSmpl();
    match_.rests_in_plain_t = KeyOf(16) == "shldr" && KeyOf(3) == "abdomen";
    return match_;
  }

 private:
  int Find(BodySide side, const Keys& keys) const {
    for (const std::string& key : keys) {
      const auto it = indices_.find({side, key});
      if (it != indices_.end()) return it->second;
    }
    return -1;
  }
  bool IsBelow(int bone, int ancestor) const {
    while (bone > ancestor) bone = tree_.parents[bone];
    return bone == ancestor;
  }
  const std::string& KeyOf(int joint) const {
    static const std::string kNone;
    return match_.bones[joint] < 0 ? kNone : names_[match_.bones[joint]].key;
  }
  void Miss(const std::string& what, const std::string& example) {
    missing_ += (missing_.empty() ? "" : ", ") + what + " (such as " + example + ")";
  }

  // Each bone is the first by its words that lies below the one before and is not that one itself.
  void FindLimb(const std::vector<LimbWords>& limb, bool right) {
    const BodySide side = right ? BodySide::kRight : BodySide::kLeft;
    int above = -1;
    for (const LimbWords& words : limb) {
      Keys keys = words.keys;
      // CMU's lwrist carries the forearm's twist only, and so does the LeftHand of its BVH files, which have
      // a LeftFingerBase.
      if (above >= 0 && names_[above].key == "radius") keys = {"hand", "wrist"};
      int& bone = match_.bones[words.joint + (right ? 1 : 0)];
      for (const std::string& key : keys) {
        const int found = Find(side, {key});
        if (found < 0 || found == above || (above >= 0 && !IsBelow(found, above))) continue;
        bone = found;
        break;
      }
      if (bone < 0 && words.needed) {
        Miss(std::string(right ? "right " : "left ") + words.name,
             std::string(right ? "Right" : "Left") + words.example);
      }
      if (bone >= 0) above = bone;
    }
  }

  void FindCollar(bool right) {
    const int arm = match_.bones[right ? 17 : 16];
    for (const std::string& key : CollarWords()) {
      const int found = Find(right ? BodySide::kRight : BodySide::kLeft, {key});
      if (found < 0 || arm < 0 || found == arm || !IsBelow(arm, found)) continue;
      match_.bones[right ? 14 : 13] = found;
      return;
    }
  }

  int CommonAncestor(int a, int b) const {
    while (a != b) (a > b ? a : b) = tree_.parents[std::max(a, b)];
    return a;
  }

  // The bones from `low`, without it, up to `high`.
  std::vector<int> Path(int low, int high) const {
    std::vector<int> path;
    for (int bone = high; bone > low; bone = tree_.parents[bone]) path.push_back(bone);
    std::reverse(path.begin(), path.end());
    return path;
  }

  void FindTrunk() {
    auto& bones = match_.bones;
    const int head = bones[15];
    int pelvis = CommonAncestor(CommonAncestor(bones[1], bones[2]), head);
    int chest = CommonAncestor(CommonAncestor(bones[16], bones[17]), head);
    // Old Biped figures hang their thighs on the lowest joint of the spine.
    for (int bone = pelvis; bone >= 0; bone = tree_.parents[bone]) {
      if (names_[bone].side != BodySide::kMiddle || !Contains(PelvisWords(), names_[bone].key)) continue;
      pelvis = bone;
      break;
    }
    // Arms that hang on the neck.
    while (chest > pelvis && names_[chest].key.find("neck") != std::string::npos)
      chest = tree_.parents[chest];
    if (chest <= pelvis || !IsBelow(chest, pelvis) || chest == head) {
      Miss("a joint of the spine between pelvis and arms", "Spine");
      return;
    }
    bones[0] = pelvis;
    const std::vector<int> spine = Path(pelvis, chest);
    bones[9] = chest;
    if (spine.size() > 1) bones[3] = spine[0];
    // SMPL's second joint lies at a third of the way from the first to the third.
    constexpr double kSecond = 0.35;
    if (spine.size() > 2) bones[6] = spine[std::lround(kSecond * static_cast<double>(spine.size() - 1))];
    std::vector<int> neck = Path(chest, head);
    neck.pop_back();  // the head
    for (const int bone : neck) {
      if (names_[bone].key.find("neck") == std::string::npos) continue;
      bones[12] = bone;
      return;
    }
    if (!neck.empty()) bones[12] = neck[0];
  }

  void FindSmpl() {
    static const std::pair<int, const char*> kOwn[] = {
        {0, "pelvis"}, {3, "spine1"}, {6, "spine2"}, {9, "spine3"},    {12, "neck"},  {15, "head"},
        {1, "hip"},    {4, "knee"},   {7, "ankle"},  {16, "shoulder"}, {18, "elbow"}, {20, "wrist"}};
    for (const auto& [joint, key] : kOwn) {
      if (KeyOf(joint) != key) return;
    }
    match_.is_smpl = true;
    for (const bool right : {false, true}) {
      const int hand = Find(right ? BodySide::kRight : BodySide::kLeft, {"hand", "palm"});
      const int wrist = match_.bones[right ? 21 : 20];
      if (hand >= 0 && IsBelow(hand, wrist)) match_.bones[right ? 23 : 22] = hand;
    }
    const std::vector<BoneName> fingers =
        ReadBoneNames({SmplhJointNames().begin() + kBodyJoints, SmplhJointNames().end()}, AllLimbWords());
    std::array<int, kFingerJoints> found;
    for (int i = 0; i < kFingerJoints; ++i) found[i] = Find(fingers[i].side, {fingers[i].key});
    if (std::count(found.begin(), found.end(), -1) == 0) match_.fingers = found;
  }

  const BoneTree& tree_;
  std::vector<BoneName> names_;
  std::map<std::pair<BodySide, std::string>, int> indices_;  // the first of equal names
  SkeletonMatch match_;
  std::string missing_;
};

}  // namespace

SkeletonMatch MatchSkeleton(const BoneTree& tree, const std::string& path) {
  return Matcher(tree).Match(path);
}

}  // namespace vitruvius
