// Numbers that say nothing usable: told, and nobody is lost over one.
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/atomic_file.h"
#include "data/io/keypoint_files.h"
#include "data/io/npz.h"
#include "models/scene/fit_result.h"
#include "models/util/check.h"
#include "tests/data/io/io_test_util.h"
#include "tests/data/io/keypoint_text.h"

namespace vitruvius::observation_checks_test {
namespace {

using ::testing::HasSubstr;

using ObservationChecks = KeypointFolderTest;

TEST_F(ObservationChecks, AKeypointThatSaysNothingUsableIsNotSeenAndNobodyIsLost) {
  for (const char* first :
       {"NaN, 2, 0.5", "1, -Infinity, 0.5", "1, 2, null", "1, 1e999, 0.5", "1, 1e300, 0.5", "1, 2, -0.03"}) {
    const PersonObservation person = One(OpenPose(Person(Keypoints(25, first))));
    EXPECT_EQ(person.reason, "") << person.detail;
    EXPECT_EQ(person.keypoints2d.row(0), Eigen::RowVector3d(0, 0, 0)) << first;
    EXPECT_EQ(person.keypoints2d.row(1), Eigen::RowVector3d(11, 12, 0.5));
    ASSERT_EQ(person.remarks.size(), 1u) << first;
    EXPECT_EQ(person.remarks[0].code, remark::kDroppedKeypoints);
    EXPECT_THAT(person.remarks[0].detail, HasSubstr("one.json: people[0]: keypoint 0 (nose): "));
    EXPECT_THAT(person.remarks[0].detail, HasSubstr("; 1 of 25 keypoints count as not seen"));
  }
}

TEST_F(ObservationChecks, ConfidencesAbove1CountAs1AndAreSaid) {
  for (const auto& [confidence, said] :
       {std::pair("1.05", ""),
        std::pair("1.2", "1 keypoints have confidences above 1, 1.2 at most; they count as 1"),
        std::pair("50", "50 at most; they count as 1: scale them to 0 to 1")}) {
    const PersonObservation person = One(OpenPose(Person(Keypoints(25, StrCat("1, 2, ", confidence)))));
    EXPECT_EQ(person.reason, "");
    EXPECT_EQ(person.keypoints2d(0, 2), 1);
    ASSERT_EQ(person.remarks.size(), *said == '\0' ? 0u : 1u);
    if (*said == '\0') continue;
    EXPECT_EQ(person.remarks[0].code, remark::kConfidencesAbove1);
    EXPECT_THAT(person.remarks[0].detail, HasSubstr(said));
  }
  // Flags of visibility are no confidences.
  const PersonObservation coco =
      One("{\"annotations\": [{\"keypoints\": " + ThenZeros("1, 2, 2, 3, 4, 1", 6, 51) + "}]}");
  EXPECT_TRUE(coco.remarks.empty());
  EXPECT_EQ(coco.keypoints2d(0, 2), 1);
}

TEST_F(ObservationChecks, NpzKeysThatLookMeantAreSaid) {
  const std::vector<double> keypoints(2 * 17 * 3, 0.5);
  std::map<std::string, NpyArray> arrays = TwoPeople(keypoints);
  const double focal[] = {1000, 1100};
  for (const char* key : {"imagesize", "focal_px", "foo", "keypoint_scores"})
    arrays[key] = NpyArray::FromDoubles(focal, {2});
  WriteNpz(folder_ / "people.npz", arrays);
  const std::vector<PersonObservation> people = ReadPeople({folder_ / "people.npz"});
  for (const PersonObservation& person : people) {
    EXPECT_EQ(person.reason, "");
    ASSERT_EQ(person.remarks.size(), 2u);
    EXPECT_EQ(person.remarks[0].code, remark::kIgnoredKeys);
    EXPECT_EQ(person.remarks[0].detail,
              (folder_ / "people.npz") + ": focal_px: is not read; did you mean focal?");
    EXPECT_THAT(person.remarks[1].detail, HasSubstr("imagesize: is not read; did you mean image_size?"));
  }
  EXPECT_TRUE(ReadPeople({Write("one.json", OpenPose(Person(Keypoints(25))))})[0].remarks.empty());
}

TEST_F(ObservationChecks, APersonOfNothingButNanIsRefused) {
  const std::vector<double> keypoints(24 * 4, NAN);
  std::map<std::string, NpyArray> arrays;
  arrays["keypoints3d"] = NpyArray::FromDoubles(keypoints.data(), {1, 24, 4});
  arrays["keypoint_set"] = NpyArray::FromString("smpl24");
  WriteNpz(folder_ / "a.npz", arrays);
  const std::vector<PersonObservation> people = ReadPeople({folder_ / "a.npz"});
  EXPECT_EQ(people[0].reason, reason::kNonFiniteInput);
  EXPECT_THAT(people[0].detail, HasSubstr("a.npz: row 0: keypoint 0 (pelvis): its confidence is not finite"));
  EXPECT_TRUE(people[0].remarks.empty());
}

}  // namespace
}  // namespace vitruvius::observation_checks_test
