// Hands, faces and feet beside the body, and people whose counts do not agree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/keypoint_files.h"
#include "models/scene/fit_result.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::keypoint_details_test {
namespace {

using ::testing::HasSubstr;

// `count` keypoints (first + k, 2, 0.5), as JSON numbers.
std::string Points(int count, int first) {
  std::string text;
  for (int k = 0; k < count; ++k) text += StrCat(k == 0 ? "" : ", ", first + k, ", 2, 0.5");
  return "[" + text + "]";
}

class KeypointDetails : public ::testing::Test {
 protected:
  std::vector<PersonObservation> Read(const std::string& text, const std::string& set = "") {
    const std::string path = folder_ / "people.json";
    WriteFileAtomically(path, text);
    ObservationOptions options;
    options.keypoint_set = set;
    std::vector<PersonObservation> people;
    const auto source = OpenObservations({path}, options);
    for (PersonObservation person; source->Next(&person);) people.push_back(person);
    return people;
  }
  static double X(const PersonObservation& person, const char* name) {
    return person.keypoints2d(person.set->Index(name), 0);
  }
  const TemporaryFolder folder_;
};

TEST_F(KeypointDetails, OpenPoseHandsAndFace) {
  const std::string body = "\"pose_keypoints_2d\": " + Points(25, 0);
  const std::string text = "{\"people\": [{" + body + ", \"face_keypoints_2d\": " + Points(70, 1000) +
                           ", \"hand_left_keypoints_2d\": " + Points(21, 2000) +
                           ", \"hand_right_keypoints_2d\": " + Points(21, 3000) + "}, {" + body +
                           ", \"hand_left_keypoints_2d\": [], \"face_keypoints_2d\": []}]}";
  const auto people = Read(text);
  ASSERT_EQ(people.size(), 2u);
  for (const PersonObservation& person : people) {
    EXPECT_EQ(person.reason, "") << person.detail;
    EXPECT_EQ(person.set->name, "openpose137");
    EXPECT_EQ(X(person, "right_heel"), 24);
  }
  EXPECT_EQ(X(people[0], "left_thumb1"), 2001);
  EXPECT_EQ(X(people[0], "right_pinky_tip"), 3020);
  EXPECT_EQ(X(people[0], "face_48"), 1048);
  EXPECT_EQ(people[1].keypoints2d.bottomRows(112).cwiseAbs().maxCoeff(), 0);
  EXPECT_EQ(Read(text, "openpose25")[0].set->name, "openpose25");
  EXPECT_EQ(X(Read(text, "openpose67")[0], "right_pinky_tip"), 3020);
}

TEST_F(KeypointDetails, OpenPoseHandOfAnotherSizeIsNamed) {
  const auto people = Read("{\"people\": [{\"pose_keypoints_2d\": " + Points(25, 0) +
                           ", \"hand_left_keypoints_2d\": " + Points(20, 2000) + "}]}");
  EXPECT_EQ(people[0].reason, reason::kBadInput);
  EXPECT_THAT(people[0].detail, HasSubstr("hand_left_keypoints_2d: found 60 numbers, expected 63"));
}

TEST_F(KeypointDetails, PersonOfAnotherCountThanTheFirstIsNamed) {
  const auto people =
      Read("{\"people\": [{\"pose_keypoints_2d\": [1, 2]}, {\"pose_keypoints_2d\": " + Points(25, 0) +
           "}, {\"pose_keypoints_2d\": " + Points(18, 0) + "}]}");
  ASSERT_EQ(people.size(), 3u);
  EXPECT_EQ(people[1].reason, "");
  EXPECT_EQ(people[2].reason, reason::kBadInput);
  EXPECT_THAT(people[2].detail,
              HasSubstr("people[2].pose_keypoints_2d: found 54 numbers, expected 75 as for"));
}

TEST_F(KeypointDetails, CocoWholeBodyInBothSpellings) {
  const auto parts = Read("[{\"keypoints\": " + Points(17, 0) + ", \"foot_kpts\": " + Points(6, 100) +
                          ", \"face_kpts\": " + Points(68, 200) + ", \"lefthand_kpts\": " + Points(21, 300) +
                          ", \"righthand_kpts\": " + Points(21, 400) + "}]");
  ASSERT_EQ(parts[0].reason, "") << parts[0].detail;
  EXPECT_EQ(parts[0].set->name, "wholebody133");
  EXPECT_EQ(X(parts[0], "left_heel"), 102);
  EXPECT_EQ(X(parts[0], "face_67"), 267);
  EXPECT_EQ(X(parts[0], "left_thumb_tip"), 304);
  EXPECT_EQ(X(parts[0], "right_pinky_tip"), 420);
  const auto flat = Read("[{\"keypoints\": " + Points(133, 0) + "}]");
  EXPECT_EQ(flat[0].set->name, "wholebody133");
  EXPECT_EQ(X(flat[0], "right_pinky_tip"), 132);
  EXPECT_EQ(Read("[{\"keypoints\": " + Points(26, 0) + "}]")[0].set->name, "halpe26");
}

TEST_F(KeypointDetails, AnotherCountNamesTheSetsOfThatCount) {
  const auto people = Read("[{\"keypoints\": " + Points(16, 0) + "}]");
  EXPECT_THAT(people[0].detail,
              HasSubstr("found 48 numbers, expected 51 (coco17); sets of 16 points: mpii16"));
}

}  // namespace
}  // namespace vitruvius::keypoint_details_test
