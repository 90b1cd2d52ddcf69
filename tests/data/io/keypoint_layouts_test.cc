// Layouts of keypoint JSON besides OpenPose's usual one and COCO's, each of the mannequin as a camera sees
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/keypoint_files.h"
#include "data/io/openpose_order.h"
#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "models/scene/fit_result.h"
#include "tests/data/io/io_test_util.h"
#include "tests/data/io/keypoint_text.h"

namespace vitruvius::keypoint_layouts_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// (K, 3) metres in camera axes, 4 m away, of the mannequin with its arms down; zeros where it has no such
// point.
MatrixX3d PlacesOf(const KeypointSet& set, double stoop = 0.3) {
  const auto model = Mannequin();
  const KeypointBinding binding = BindKeypoints(set, *model);
  BodyEvaluator body(model, binding.points);
  BodyParameters parameters = BodyParameters::Zero(*model);
  parameters.body_pose[3 * 15 + 2] = -1.1;
  parameters.body_pose[3 * 16 + 2] = 1.1;
  parameters.body_pose[0] = -stoop;
  body.Evaluate(parameters, false);
  MatrixX3d places = MatrixX3d::Zero(set.size(), 3);
  for (int i = 0; i < body.num_points(); ++i) {
    const Eigen::Vector3d p = body.points().row(i);
    places.row(binding.keypoint_of_point[i]) << p.x(), -p.y(), 4 - p.z();
  }
  return places;
}

enum class Rows { kFlat, kNested };  // x, y, c, x, y, c, ...; or [x, y], [x, y], ...

// Pixels of a camera of f = 1000 px, or metres, as JSON; confidence 0.9, 0 where the mannequin has no point.
std::string Numbers(const char* set_name, bool is_3d, Rows rows = Rows::kFlat, bool with_confidence = true) {
  const MatrixX3d places = PlacesOf(*FindKeypointSet(set_name));
  std::string text;
  for (Eigen::Index k = 0; k < places.rows(); ++k) {
    const Eigen::Vector3d p = places.row(k);
    const bool has_point = p.z() > 0;
    const double x = is_3d ? p.x() : has_point ? 500 + 1000 * p.x() / p.z() : 0;
    const double y = is_3d ? p.y() : has_point ? 500 + 1000 * p.y() / p.z() : 0;
    std::string row = StrCat(x, ", ", y);
    if (is_3d) row += StrCat(", ", p.z());
    if (with_confidence) row += has_point ? ", 0.9" : ", 0";
    text += (k > 0 ? ", " : "") + (rows == Rows::kNested ? "[" + row + "]" : row);
  }
  return "[" + text + "]";
}
std::string Scores(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += i > 0 ? ", 0.9" : "0.9";
  return "[" + text + "]";
}
class KeypointLayouts : public KeypointFolderTest {
 protected:
  // Read as this set, every point where the mannequin has it.
  void ExpectSet(const PersonObservation& person, const char* set_name, bool is_3d = false) {
    ASSERT_EQ(person.reason, "") << person.detail;
    ASSERT_NE(person.set, nullptr);
    EXPECT_EQ(person.set->name, set_name);
    ASSERT_EQ(person.is_3d(), is_3d);
    const MatrixX3d places = PlacesOf(*FindKeypointSet(set_name));
    for (Eigen::Index k = 0; k < places.rows(); ++k) {
      const Eigen::Vector3d p = places.row(k);
      const double confidence = is_3d ? person.keypoints3d(k, 3) : person.keypoints2d(k, 2);
      EXPECT_EQ(confidence, p.z() > 0 ? 0.9 : 0) << person.set->points[k].name;
      if (!(p.z() > 0)) continue;
      constexpr double kDigits = 1e-4;  // of the text, in metres; in px times 250
      if (is_3d) {
        EXPECT_LT((person.keypoints3d.row(k).head<3>() - p.transpose()).norm(), kDigits);
      } else {
        const Eigen::RowVector2d px(500 + 1000 * p.x() / p.z(), 500 + 1000 * p.y() / p.z());
        EXPECT_LT((person.keypoints2d.row(k).head<2>() - px).norm(), 250 * kDigits);
      }
    }
  }
};

TEST_F(KeypointLayouts, Body25BIsToldByItsBones) {
  ExpectSet(One(OpenPose(Person(Numbers("openpose25", false)))), "openpose25");
  ExpectSet(One(OpenPose(Person(Numbers("openpose25b", false)))), "openpose25b");
  ExpectSet(One(OpenPose("{\"pose_keypoints_3d\": " + Numbers("openpose25b", true) + "}")), "openpose25b",
            true);
  // Hands come in arrays of their own, whose roots BODY_135 does not have.
  std::string hand;
  for (int i = 0; i < 63; ++i) hand += (i > 0 ? "," : "") + std::to_string(i / 3 * 10 + i % 3 + 1);
  const PersonObservation person = One(OpenPose("{\"pose_keypoints_2d\": " + Numbers("openpose25b", false) +
                                                ", \"hand_right_keypoints_2d\": [" + hand + "]}"));
  ASSERT_EQ(person.reason, "") << person.detail;
  EXPECT_EQ(person.set->name, "openpose135");
  EXPECT_EQ(person.keypoints2d.rows(), 135);
  EXPECT_EQ(person.keypoints2d.row(45), Eigen::RowVector3d(11, 12, 1));  // right_thumb1: the root is left out
  // The name of a set goes before what bones say.
  ObservationOptions options;
  options.keypoint_set = "openpose25";
  EXPECT_EQ(One(OpenPose(Person(Numbers("openpose25b", false))), options).set->name, "openpose25");
}

// One order for a folder: a person of whom little is seen is read as the others are, whatever comes first.
TEST_F(KeypointLayouts, OrderIsOneOfAFolder) {
  std::string few = "[0, 0, 0";
  for (int k = 1; k < 25; ++k) few += k < 8 ? StrCat(", ", 10 * k, ", ", 7 * k, ", 0.8") : ", 0, 0, 0";
  std::vector<std::string> paths;
  paths.push_back(Write("b/0_keypoints.json", OpenPose(Person(few + "]"))));
  paths.push_back(Write("b/1_keypoints.json", OpenPose(Person(Numbers("openpose25b", false)))));
  Write("a/0_keypoints.json", OpenPose(Person(few + "]")));
  Write("a/1_keypoints.json", OpenPose(Person(Numbers("openpose25", false))));
  for (const std::vector<std::string>& inputs :
       {std::vector<std::string>{folder_ / "b", folder_ / "a"},
        std::vector<std::string>{folder_ / "a", folder_ / "b/"}, paths}) {
    for (const PersonObservation& person : ReadPeople(inputs)) {
      const bool is_b = person.source.find("/b/") != std::string::npos;
      EXPECT_EQ(person.set->name, is_b ? "openpose25b" : "openpose25") << person.source;
    }
  }
  EXPECT_EQ(OpenPoseOrder({paths[0]}), "openpose25") << "the usual one where nothing tells";
  EXPECT_EQ(OpenPoseOrder({Write("c.json", "{"), folder_ / "none.json"}), "openpose25");
}

TEST_F(KeypointLayouts, Body135HasFingersAndFaceInOneArray) {
  const std::vector<PersonObservation> people =
      ReadPeople({Write("one.json", OpenPose(Person(Numbers("openpose135", false)) + ", " +
                                             Person(Numbers("openpose25", false))))});
  ExpectSet(people[0], "openpose135");
  EXPECT_EQ(people[1].reason, reason::kBadInput);
  EXPECT_THAT(people[1].detail, HasSubstr("found 75 numbers, expected 405 as for the first person"));
}

TEST_F(KeypointLayouts, OpenPoseIn3dWhereThe2dIsEmpty) {
  const std::string places = Numbers("openpose25", true);
  ExpectSet(One(OpenPose("{\"pose_keypoints_2d\": [], \"pose_keypoints_3d\": " + places + "}")), "openpose25",
            true);
  // Of both, the image's is the measurement.
  ExpectSet(One(OpenPose("{\"pose_keypoints_2d\": " + Numbers("openpose25", false) +
                         ", \"pose_keypoints_3d\": " + places + "}")),
            "openpose25");
  EXPECT_THAT(One(OpenPose("{\"pose_keypoints_2d\": [], \"pose_keypoints_3d\": [1, 2, 3, 1]}")).detail,
              HasSubstr("pose_keypoints_3d: found 4 numbers, expected 100"));
  // The origin with a confidence is a point that was not found.
  std::string zero = "[0, 0, 0, 0.5" + places.substr(places.find(", 0.9") + 5);
  EXPECT_EQ(One(OpenPose("{\"pose_keypoints_3d\": " + zero + "}")).keypoints3d(0, 3), 0);
  EXPECT_EQ(One(OpenPose("{}")).reason, reason::kBadInput);
}

TEST_F(KeypointLayouts, AlphaPoseInTheLayoutsOfOpenPose) {
  const std::string joints = Numbers("coco18", false);
  const auto image = [](const std::string& list, const std::string& key, const std::string& people) {
    return "{\"version\": \"AlphaPose v0.3\", \"" + list + "\": [" + people + "]" + key + "}";
  };
  const std::string body = "{\"joints\": " + joints + "}";
  const std::vector<PersonObservation> people =
      ReadPeople({Write("all.json", "{\"10.jpg\": " + image("bodies", "", body) +
                                        ", \"9.jpg\": " + image("bodies", "", body + ", " + body) +
                                        ", \"11.jpg\": " + image("bodies", "", "") + "}")});
  EXPECT_THAT(IdsOf(people), ElementsAre("9_0", "9_1", "10_0", "11"));
  for (int i = 0; i < 3; ++i) ExpectSet(people[i], "coco18");
  EXPECT_EQ(people[2].image_path, "10.jpg");
  EXPECT_EQ(people[2].identity.capture, "all");
  EXPECT_EQ(people[0].identity.frame, 9);
  EXPECT_EQ(people[3].identity.frame, 11);
  EXPECT_EQ(people[3].reason, reason::kNoPeople);
  ExpectSet(One(image("bodies", "", body)), "coco18");
  ExpectSet(One("{\"a.jpg\": " + image("people", "", Person(joints)) + "}"), "coco18");
  EXPECT_THAT(One("{\"a.jpg\": " + image("bodies", "", "{\"joints\": [1, 2, 3]}") + "}").detail,
              HasSubstr("one.json: a.jpg: bodies[0].joints: found 3 numbers, expected 54"));
  EXPECT_THAT(One("{\"a.jpg\": {\"bodies\": 3}}").detail, HasSubstr("bodies: expected an array"));
}

TEST_F(KeypointLayouts, DetectorsArraysOfHalpeAndWholeBody) {
  for (const char* set : {"coco17", "halpe26", "halpe136", "wholebody133"}) {
    const PersonObservation person = One("[{\"image_id\": \"7.jpg\", \"keypoints\": " + Numbers(set, false) +
                                         ", \"score\": 3, \"box\": [10, 20, 30, 40], \"idx\": [1.0]}]");
    ExpectSet(person, set);
    EXPECT_EQ(person.box_px, Eigen::Vector4d(10, 20, 30, 40));
    EXPECT_EQ(person.image_path, "7.jpg");
    EXPECT_EQ(person.id, "7_0");
  }
}

TEST_F(KeypointLayouts, MmposeOfAnImageAndOfAVideo) {
  const std::string flat = Numbers("coco17", false, Rows::kNested, false);
  const std::string instance = "{\"keypoints\": " + flat + ", \"keypoint_scores\": " + Scores(17) +
                               ", \"bbox\": [[100, 110, 300, 400]], \"bbox_score\": 0.9}";
  const PersonObservation person = One("[" + instance + "]");
  ExpectSet(person, "coco17");
  EXPECT_EQ(person.box_px, Eigen::Vector4d(100, 110, 200, 290));
  ExpectSet(One("{\"meta_info\": {\"dataset_name\": \"coco\"}, \"instance_info\": [" + instance + "]}"),
            "coco17");
  const std::string frames = "[{\"frame_id\": 3, \"instances\": [" + instance +
                             "]}, {\"frame_id\": 5, \"instances\": []}, {\"frame_id\": 6, \"instances\": [" +
                             instance + "]}]";
  for (const std::string& text : {frames, "{\"instance_info\": " + frames + "}"}) {
    const std::vector<PersonObservation> people = ReadPeople({Write("video.json", text)});
    EXPECT_THAT(IdsOf(people), ElementsAre("video_3_0", "video_5", "video_6_0"));
    EXPECT_EQ(people[1].reason, reason::kNoPeople);
    EXPECT_EQ(people[1].identity.frame, 5);
    EXPECT_EQ(people[2].identity.frame, 6);
    EXPECT_EQ(people[2].identity.capture, "video");
    ExpectSet(people[2], "coco17");
  }
}

// As the inferencer's `predictions` are dumped: a list of people for each image, some empty.
TEST_F(KeypointLayouts, MmposeListsOfImages) {
  const std::string instance = "{\"keypoints\": " + Numbers("coco17", false, Rows::kNested, false) + "}";
  const std::vector<PersonObservation> people =
      ReadPeople({Write("dump.json", "[[], [" + instance + ", " + instance + "], [" + instance + "]]")});
  EXPECT_THAT(IdsOf(people), ElementsAre("dump_0", "dump_1_0", "dump_1_1", "dump_2_0"));
  EXPECT_EQ(people[0].reason, reason::kNoPeople);
  EXPECT_EQ(people[2].identity.frame, 1);
  EXPECT_EQ(people[3].set->name, "coco17");
  const PersonObservation one = One("[[" + instance + "]]");
  EXPECT_EQ(one.id, "one_0");
  EXPECT_EQ(one.identity.frame, -1);
  EXPECT_THAT(One("[[{\"keypoints\": [[1, 2], [3]]}]]").detail, HasSubstr("one.json: [0][0].keypoints[1]"));
}

TEST_F(KeypointLayouts, MmposeSetsByDataSetAndCount) {
  const auto instances = [](const std::string& dataset, const std::string& rows) {
    return "{\"meta_info\": {\"dataset_name\": \"" + dataset +
           "\"}, \"instance_info\": [{\"keypoints\": " + rows + "}]}";
  };
  ASSERT_EQ(One(instances("h36m", Numbers("h36m17_mmpose", true, Rows::kNested, false))).set->name,
            "h36m17_mmpose");
  EXPECT_EQ(One(instances("other", Numbers("coco17", false, Rows::kNested, false))).set->name, "coco17");
  EXPECT_EQ(One(instances("coco_wholebody", Numbers("wholebody133", false, Rows::kNested, false))).set->name,
            "wholebody133");
  EXPECT_THAT(One(instances("other", Numbers("mpii16", false, Rows::kNested, false))).detail,
              HasSubstr("found 16 points, and the file does not say which; name them with --keypoint_set; "
                        "sets of 16 points: mpii16"));
  EXPECT_THAT(One("[{\"keypoints\": [[1, 2], [3]], \"keypoint_scores\": [1, 1]}]").detail,
              HasSubstr("[0].keypoints[1]: found 1 numbers, expected 2 as in the first"));
  EXPECT_THAT(One("[{\"keypoints\": [[1, 2]], \"keypoint_scores\": [1, 1]}]").reason, reason::kBadInput);
}

TEST_F(KeypointLayouts, EasyMocapInSpaceAndInImages) {
  const std::vector<PersonObservation> people = ReadPeople(
      {Write("000007.json", "[{\"id\": 4, \"keypoints3d\": " + Numbers("openpose25", true, Rows::kNested) +
                                "}, {\"id\": 5, \"keypoints3d\": [[1, 2, 3]]}]")});
  EXPECT_THAT(IdsOf(people), ElementsAre("000007_4", "000007_5"));
  ExpectSet(people[0], "openpose25", true);
  EXPECT_EQ(people[0].identity.subject, "4");
  EXPECT_THAT(people[1].detail,
              HasSubstr("[1].keypoints3d[0]: found 3 numbers, expected x, y, z, confidence"));
  const PersonObservation person =
      One("{\"filename\": \"images/1/000007.jpg\", \"width\": 1000, \"height\": 900, \"annots\": "
          "[{\"personID\": 2, \"bbox\": [10, 20, 40, 60, 0.5], \"keypoints\": " +
          Numbers("openpose25", false, Rows::kNested) + "}]}");
  ExpectSet(person, "openpose25");
  EXPECT_EQ(person.id, "one_2");
  EXPECT_EQ(person.image_path, "images/1/000007.jpg");
  EXPECT_EQ(person.image_height, 900);
  EXPECT_EQ(person.box_px, Eigen::Vector4d(10, 20, 30, 40));
}

TEST_F(KeypointLayouts, WhatIsOfNoKindIsRefused) {
  for (const char* text : {"{}", "3", "[3]", "{\"a\": {\"b\": 1}}", "[{\"instance\": 1}]"}) {
    EXPECT_THAT(ErrorOf([&] { ReadPeople({Write("one.json", text)}); }), HasSubstr("of no known kind"))
        << text;
  }
  EXPECT_THAT(ErrorOf([&] { ReadPeople({Write("one.json", "{\"instance_info\": 3}")}); }),
              HasSubstr("instance_info: expected an array"));
  EXPECT_THAT(One("{\"instance_info\": [{\"instances\": 3}]}").detail, HasSubstr("expected an array"));
  EXPECT_THAT(One("[{\"keypoints3d\": 3}]").detail, HasSubstr("expected an array of points"));
}

}  // namespace
}  // namespace vitruvius::keypoint_layouts_test
