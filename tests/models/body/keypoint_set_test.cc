#include "models/body/keypoint_set.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "models/util/check.h"
#include "tests/util/test_body.h"

namespace vitruvius::keypoint_set_test {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

std::vector<std::string> NamesOf(const KeypointSet& set) {
  std::vector<std::string> names;
  for (const KeypointSet::Point& point : set.points) names.push_back(point.name);
  return names;
}

TEST(KeypointSets, HaveTheCountInTheirName) {
  for (const std::string& name : KeypointSetNames()) {
    const size_t digit = name.find_first_of("0123456789", name.find("h36m") == 0 ? 4 : 0);
    EXPECT_EQ(FindKeypointSet(name)->size(), std::stoi(name.substr(digit))) << name;
  }
  EXPECT_EQ(FindKeypointSet("coco_17"), nullptr);
  EXPECT_THAT(KeypointSetNames(24), UnorderedElementsAre("smpl24", "spin24"));
  EXPECT_THAT(KeypointSetNames(17), UnorderedElementsAre("coco17", "h36m17", "h36m17_mmpose"));
}

TEST(KeypointSets, NamesAreUniqueAndMirrored) {
  for (const std::string& set_name : KeypointSetNames()) {
    const KeypointSet& set = *FindKeypointSet(set_name);
    const std::vector<std::string> names = NamesOf(set);
    const std::set<std::string> unique(names.begin(), names.end());
    if (set_name != "spin49") {
      EXPECT_EQ(unique.size(), names.size()) << set_name;
    }
    std::set<int> images;
    for (int i = 0; i < set.size(); ++i) {
      const int mirror = set.Mirror()[i];
      images.insert(mirror);
      EXPECT_EQ(set.Mirror()[mirror], i) << set_name;
      const std::string &name = names[i], &other = names[mirror];
      const bool left = name.rfind("left_", 0) == 0, right = name.rfind("right_", 0) == 0;
      EXPECT_EQ(other, left    ? "right_" + name.substr(5)
                       : right ? "left_" + name.substr(6)
                               : name)
          << set_name;
    }
    EXPECT_EQ(images.size(), names.size()) << set_name;
  }
}

// Every second number of Human3.6M's two orders is the other leg; nothing else differs.
TEST(KeypointSets, Human36MInBothOrders) {
  const KeypointSet &spin = *FindKeypointSet("h36m17"), &mmpose = *FindKeypointSet("h36m17_mmpose");
  for (int i = 0; i < 17; ++i) {
    const int other = i >= 1 && i <= 3 ? i + 3 : i >= 4 && i <= 6 ? i - 3 : i;
    EXPECT_EQ(spin.points[i].name, mmpose.points[other].name);
  }
  EXPECT_EQ(spin.points[1].name, "left_hip");
  EXPECT_EQ(spin.points[11].name, "left_shoulder");
  EXPECT_EQ(mmpose.points[1].name, "right_hip");
  EXPECT_EQ(mmpose.points[11].name, "left_shoulder");
}

TEST(KeypointSets, PlacesOfKnownPoints) {
  const auto at = [](const char* set, int index) { return FindKeypointSet(set)->points[index].name; };
  EXPECT_EQ(at("openpose25", 8), "mid_hip");
  EXPECT_EQ(at("openpose25", 19), "left_big_toe");
  EXPECT_EQ(at("openpose25", 24), "right_heel");
  EXPECT_EQ(at("openpose137", 25), "left_hand_root");
  EXPECT_EQ(at("openpose137", 25 + 8), "left_index_tip");
  EXPECT_EQ(at("openpose137", 46 + 20), "right_pinky_tip");
  EXPECT_EQ(at("openpose137", 67 + 30), "face_30");
  EXPECT_EQ(at("openpose25b", 1), "left_eye");
  EXPECT_EQ(at("openpose25b", 18), "head_top");
  EXPECT_EQ(at("openpose25b", 22), "right_big_toe");
  EXPECT_EQ(at("openpose135", 25), "left_thumb1");
  EXPECT_EQ(at("openpose135", 25 + 20 + 7), "right_index_tip");
  EXPECT_EQ(at("openpose135", 65), "face_0");
  EXPECT_EQ(at("halpe136", 25), "right_heel");
  EXPECT_EQ(at("halpe136", 26 + 30), "face_30");
  EXPECT_EQ(at("halpe136", 94), "left_hand_root");
  EXPECT_EQ(at("halpe136", 135), "right_pinky_tip");
  EXPECT_EQ(at("mhr70", 9), "left_hip");
  EXPECT_EQ(at("mhr70", 20), "right_heel");
  EXPECT_EQ(at("mhr70", 21), "right_thumb_tip");
  EXPECT_EQ(at("mhr70", 25 + 3), "right_index1");
  EXPECT_EQ(at("mhr70", 41), "right_wrist");
  EXPECT_EQ(at("mhr70", 62), "left_wrist");
  EXPECT_EQ(at("mhr70", 69), "neck");
  EXPECT_EQ(at("smpl22", 21), "right_wrist");
  EXPECT_EQ(at("wholebody133", 17), "left_big_toe");
  EXPECT_EQ(at("wholebody133", 23 + 30), "face_30");
  EXPECT_EQ(at("wholebody133", 91), "left_hand_root");
  EXPECT_EQ(at("wholebody133", 132), "right_pinky_tip");
  EXPECT_EQ(at("mpii16", 6), "pelvis");
  EXPECT_EQ(at("mpii16", 9), "head_top");
  EXPECT_EQ(at("mpii16", 15), "left_wrist");
  EXPECT_EQ(at("mediapipe33", 11), "left_shoulder");
  EXPECT_EQ(at("mediapipe33", 32), "right_big_toe");
  EXPECT_EQ(at("spin49", 25), "right_ankle");
  EXPECT_EQ(at("spin49", 39), "mid_hip");
  EXPECT_EQ(at("spin49", 48), "right_ear");
  EXPECT_EQ(at("halpe26", 19), "mid_hip");
  EXPECT_EQ(at("smpl24", 15), "head");
}

TEST(KeypointSets, LimbsJoinNeighbours) {
  for (const std::string& name : KeypointSetNames()) {
    const KeypointSet& set = *FindKeypointSet(name);
    std::set<std::pair<int, int>> seen;
    for (const auto& limb : set.limbs) {
      ASSERT_TRUE(limb.first >= 0 && limb.first < set.size() && limb.second < set.size()) << name;
      EXPECT_NE(limb.first, limb.second);
      EXPECT_TRUE(seen.insert(limb).second) << name;
    }
    for (const char* side : {"left_", "right_"}) {
      const auto has = [&](const char* a, const char* b) {
        return seen.count({set.Index(std::string(side) + a), set.Index(std::string(side) + b)});
      };
      EXPECT_TRUE(has("shoulder", "elbow") && has("elbow", "wrist") && has("hip", "knee") &&
                  has("knee", "ankle"))
          << name;
    }
  }
  // Every point of the body but the first hangs on something.
  EXPECT_EQ(FindKeypointSet("openpose25")->limbs.size(), 24u);
  EXPECT_EQ(FindKeypointSet("smpl24")->limbs.size(), 23u);
  EXPECT_EQ(FindKeypointSet("h36m17")->limbs.size(), 16u);
}

TEST(BindKeypoints, MannequinHasTheBodyOfEverySetAndNoFingersOrFace) {
  const auto model = Mannequin();
  for (const std::string& name : KeypointSetNames()) {
    const KeypointSet& set = *FindKeypointSet(name);
    const KeypointBinding binding = BindKeypoints(set, *model);
    std::vector<std::string> missing;
    const std::set<int> bound(binding.keypoint_of_point.begin(), binding.keypoint_of_point.end());
    for (int i = 0; i < set.size(); ++i) {
      const std::string& point = set.points[i].name;
      const bool detail =
          point.find("face_") == 0 || point.find("thumb") != std::string::npos ||
          point.find("index") != std::string::npos || point.find("middle") != std::string::npos ||
          point.find("ring") != std::string::npos || point.find("pinky") != std::string::npos ||
          point.find("hand_root") != std::string::npos || point.find("hand_tip") != std::string::npos ||
          point.find("mouth") != std::string::npos || point.find("_inner") != std::string::npos ||
          point.find("_outer") != std::string::npos;
      // Places on the skin for which no body has a name, and a neck on which sources disagree.
      const bool is_unnamed = point.find("olecranon") != std::string::npos ||
                              point.find("cubital") != std::string::npos ||
                              point.find("acromion") != std::string::npos ||
                              (point == "neck" && (name == "openpose25b" || name == "openpose135"));
      EXPECT_EQ(bound.count(i), detail || is_unnamed ? 0u : 1u) << name << " " << point;
    }
  }
}

TEST(BindKeypoints, FingersOfABodyThatBendsThem) {
  BodyModelData data = MakeTestBody(3, 60, {-1, 0, 1, 2, 3})->data();
  data.joint_names = {"pelvis", "left_wrist", "left_index1", "left_index2", "left_index3"};
  data.landmarks = {{"left_index", 5}, {"left_thumb", 6}};
  const auto model = BodyModel::Create(data);
  const KeypointSet& set = *FindKeypointSet("openpose67");
  std::vector<std::string> bound;
  for (const int k : BindKeypoints(set, *model).keypoint_of_point) bound.push_back(set.points[k].name);
  // The thumb's tip is there, but no joint bends the thumb.
  EXPECT_THAT(bound, ElementsAre("left_wrist", "mid_hip", "left_index1", "left_index2", "left_index3",
                                 "left_index_tip"));
}

}  // namespace
}  // namespace vitruvius::keypoint_set_test
