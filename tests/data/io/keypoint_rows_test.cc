// Bare arrays and tables of keypoints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/keypoint_files.h"
#include "data/io/keypoint_names.h"
#include "data/io/npz.h"
#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "models/scene/fit_result.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::keypoint_rows_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<PersonObservation> ReadAll(const std::string& input, const std::string& set = "") {
  ObservationOptions options;
  options.keypoint_set = set;
  std::vector<PersonObservation> people;
  const auto source = OpenObservations({input}, options);
  for (PersonObservation person; source->Next(&person);) people.push_back(person);
  return people;
}

// (K, 3) of the mannequin at rest, metres; a camera of 1000 px sees it from 4 m.
MatrixX3d Places(const char* set_name) {
  const auto model = Mannequin();
  const KeypointSet& set = *FindKeypointSet(set_name);
  const KeypointBinding binding = BindKeypoints(set, *model);
  BodyEvaluator body(model, binding.points);
  body.Evaluate(BodyParameters::Zero(*model), false);
  MatrixX3d places = MatrixX3d::Zero(set.size(), 3);
  for (int i = 0; i < body.num_points(); ++i) {
    const Eigen::Vector3d p = body.points().row(i);
    places.row(binding.keypoint_of_point[i]) << p.x(), -p.y(), 4 - p.z();
  }
  return places;
}

class KeypointRowsOf : public ::testing::Test {
 protected:
  std::string Npy(const std::vector<double>& numbers, const std::vector<std::int64_t>& shape) {
    WriteQuickly(folder_ / "a.npy", SerializeNpy(NpyArray::FromDoubles(numbers.data(), shape)));
    return folder_ / "a.npy";
  }
  std::string Csv(const std::string& text) {
    WriteQuickly(folder_ / "a.csv", text);
    return folder_ / "a.csv";
  }
  std::string ErrorOfCsv(const std::string& text, const std::string& set = "") {
    const std::string path = Csv(text);
    return ErrorOf([&] { ReadAll(path, set); });
  }
  const TemporaryFolder folder_;
};

TEST_F(KeypointRowsOf, AnArrayInMetresIsAMotion) {
  std::vector<double> numbers;
  const MatrixX3d places = Places("smpl22");
  for (int frame = 0; frame < 3; ++frame) {
    for (Eigen::Index i = 0; i < places.size(); ++i) numbers.push_back(places.data()[i] + 0.01 * frame);
  }
  numbers[22 * 3 + 5] = std::nan("");
  const std::vector<PersonObservation> people = ReadAll(Npy(numbers, {3, 22, 3}));
  ASSERT_EQ(people.size(), 3u);
  EXPECT_EQ(people[0].set->name, "smpl22");
  EXPECT_EQ(people[1].identity.capture, "a");
  EXPECT_EQ(people[2].identity.frame, 2);
  EXPECT_EQ(people[0].keypoints3d.col(3).minCoeff(), 1);
  EXPECT_EQ(people[0].keypoints3d(0, 2), places(0, 2));
  EXPECT_EQ(people[1].reason, "");
  EXPECT_EQ(people[1].keypoints3d(1, 3), 0) << "NaN: not seen";
  EXPECT_EQ(people[1].keypoints3d(2, 3), 1);
}

// HumanML3D's joints under the name of all of SMPL's.
TEST_F(KeypointRowsOf, Smpl24WithoutTheHands) {
  std::vector<double> numbers;
  const MatrixX3d places = Places("smpl22");
  for (Eigen::Index k = 0; k < 22; ++k) {
    for (const double x : {places(k, 0), places(k, 1), places(k, 2), 1.0}) numbers.push_back(x);
  }
  EXPECT_EQ(ReadAll(Npy(numbers, {1, 22, 4}), "smpl24")[0].set->name, "smpl22");
  WriteNpz(folder_ / "a.npz", {{"keypoints3d", NpyArray::FromDoubles(numbers.data(), {1, 22, 4})},
                               {"keypoint_set", NpyArray::FromString("smpl24")}});
  const PersonObservation person = ReadAll(folder_ / "a.npz")[0];
  EXPECT_EQ(person.reason, "");
  EXPECT_EQ(person.set->name, "smpl22");
}

TEST_F(KeypointRowsOf, WhatThreeNumbersAre) {
  std::vector<double> pixels, small;
  const MatrixX3d places = Places("coco17");
  for (Eigen::Index k = 0; k < 17; ++k) {
    const Eigen::Vector3d p = places.row(k);
    for (const double x : {500 + 250 * p.x(), 500 + 250 * p.y(), 0.7}) pixels.push_back(x);
    for (const double x : {0.5 + 0.1 * p.x(), 0.5 + 0.1 * p.y(), 0.7}) small.push_back(x);
  }
  const std::vector<PersonObservation> people = ReadAll(Npy(pixels, {17, 3}));
  ASSERT_EQ(people.size(), 1u);
  EXPECT_FALSE(people[0].is_3d());
  EXPECT_EQ(people[0].set->name, "coco17") << "by the bones: h36m17 has 17 points too";
  EXPECT_EQ(people[0].keypoints2d(3, 2), 0.7);
  EXPECT_EQ(people[0].identity.frame, -1);
  EXPECT_THAT(ErrorOf([&] { ReadAll(Npy(small, {1, 17, 3})); }), HasSubstr("x, y, confidence or x, y, z?"));
  // Two numbers: the origin was not found.
  std::vector<double> pairs;
  for (size_t i = 0; i < pixels.size(); i += 3) pairs.insert(pairs.end(), {pixels[i], pixels[i + 1]});
  pairs[8] = pairs[9] = 0;
  const PersonObservation pair = ReadAll(Npy(pairs, {1, 17, 2}))[0];
  EXPECT_EQ(pair.set->name, "coco17");
  EXPECT_EQ(pair.keypoints2d(3, 2), 1);
  EXPECT_EQ(pair.keypoints2d(4, 2), 0);
}

TEST_F(KeypointRowsOf, ArraysThatSayTooLittleAreRefused) {
  const std::vector<double> numbers(100 * 4);
  EXPECT_THAT(ErrorOf([&] {
                ReadAll(Npy(numbers, {25, 4, 4}));
              }),
              HasSubstr("holds 4 points and does not say"));
  EXPECT_THAT(ErrorOf([&] {
                ReadAll(Npy(numbers, {2, 40, 5}));
              }),
              HasSubstr("found shape (2, 40, 5), expected"));
  EXPECT_THAT(ErrorOf([&] { ReadAll(Npy(numbers, {400})); }), HasSubstr("expected (N, K, C)"));
  EXPECT_THAT(ErrorOf([&] {
                ReadAll(Npy(numbers, {4, 25, 4}), "coco17");
              }),
              HasSubstr("found 25 points, expected 17 (coco17); sets of 25 points: openpose25, "));
  // The legs of Human3.6M's two orders differ by their sides alone, which no bone tells.
  std::vector<double> h36m;
  const MatrixX3d places = Places("h36m17");
  for (Eigen::Index i = 0; i < places.size(); ++i) h36m.push_back(places.data()[i]);
  EXPECT_THAT(ErrorOf([&] { ReadAll(Npy(h36m, {17, 3})); }), HasSubstr("h36m17, h36m17_mmpose"));
  EXPECT_EQ(ReadAll(Npy(h36m, {17, 3}), "h36m17")[0].set->name, "h36m17");
  EXPECT_EQ(ReadAll(Npy({}, {0, 17, 3}), "coco17")[0].reason, reason::kNoPeople);
}

TEST_F(KeypointRowsOf, TablesWithNamesInAnyOrderAndSpelling) {
  const std::vector<PersonObservation> people = ReadAll(Csv(
      "\xef\xbb\xbf,frame,person,LKnee.x,LKnee.y,LKnee.score,nose_x,nose_y,nose_score,r_ankle x,r_ankle y,"
      "r_ankle "
      "score,note\r\n0,7,anna,10,20,0.5,30,40,0.25,,nan,1,good\r\n1,9,bert,1,2,0.5,3,4,0.25,5,6,1,\r\n"));
  ASSERT_EQ(people.size(), 2u);
  EXPECT_EQ(people[0].set->name, "coco17") << "the smallest set with these points";
  EXPECT_EQ(people[0].id, "a_7_anna");
  EXPECT_EQ(people[0].identity.frame, 7);
  EXPECT_EQ(people[1].identity.subject, "bert");
  EXPECT_EQ(people[0].keypoints2d.row(13), Eigen::RowVector3d(10, 20, 0.5));
  EXPECT_EQ(people[0].keypoints2d.row(0), Eigen::RowVector3d(30, 40, 0.25));
  EXPECT_EQ(people[0].keypoints2d.row(16), Eigen::RowVector3d(0, 0, 0)) << "empty cells: not seen";
  EXPECT_EQ(people[0].keypoints2d(1, 2), 0) << "not among the columns: not seen";
  EXPECT_EQ(people[1].keypoints2d.row(16), Eigen::RowVector3d(5, 6, 1));
}

TEST_F(KeypointRowsOf, TablesWithARowForAPoint) {
  const std::vector<PersonObservation> people =
      ReadAll(Csv("frame;keypoint;x;y;z\n0;left_hip;0.1;0.2;3\n0;right_hip;-0.1;0.2;3\n1;left_hip;0;0;4\n"));
  ASSERT_EQ(people.size(), 2u);
  ASSERT_TRUE(people[0].is_3d());
  const int left = people[0].set->Index("left_hip"), right = people[0].set->Index("right_hip");
  EXPECT_EQ(people[0].keypoints3d.row(left), Eigen::RowVector4d(0.1, 0.2, 3, 1));
  EXPECT_EQ(people[0].keypoints3d.row(right), Eigen::RowVector4d(-0.1, 0.2, 3, 1));
  EXPECT_EQ(people[1].keypoints3d.row(left), Eigen::RowVector4d(0, 0, 4, 1));
  EXPECT_EQ(people[1].keypoints3d(right, 3), 0);
}

TEST_F(KeypointRowsOf, TimesNumberRowsWithoutFrames) {
  const std::vector<PersonObservation> people =
      ReadAll(Csv("timestamp,LKnee.x,LKnee.y,nose_x,nose_y\n0.5,10,20,30,40\n0.54,1,2,3,4\n0.62,1,2,3,4\n"));
  ASSERT_EQ(people.size(), 3u);
  EXPECT_EQ(people[0].identity.capture, "a");
  EXPECT_EQ(people[1].identity.frame, 1);
  EXPECT_EQ(people[2].identity.frame, 3);
  EXPECT_EQ(people[2].identity.time_s, 0.62);
}

TEST_F(KeypointRowsOf, DeepLabCutsThreeLinesOfNames) {
  const std::vector<PersonObservation> people =
      ReadAll(Csv("scorer,net,net,net,net,net,net\nbodyparts,nose,nose,nose,LeftWrist,LeftWrist,LeftWrist\n"
                  "coords,x,y,likelihood,x,y,likelihood\n0,1,2,0.9,3,4,0.8\n1,5,6,0.7,7,8,0.6\n"));
  ASSERT_EQ(people.size(), 2u);
  EXPECT_EQ(people[1].identity.frame, 1);
  EXPECT_EQ(people[1].keypoints2d.row(people[1].set->Index("left_wrist")), Eigen::RowVector3d(7, 8, 0.6));
}

TEST_F(KeypointRowsOf, TablesOfNumbers) {
  const MatrixX3d places = Places("openpose25");
  std::string bare = "# BODY_25\n", heading, row;
  for (Eigen::Index k = 0; k < 25; ++k) {
    const std::string x = std::to_string(500 + 250 * places(k, 0)),
                      y = std::to_string(500 + 250 * places(k, 1));
    bare += (k > 0 ? "," : "") + (k == 4 ? std::string("0,0") : x + "," + y);
    heading += (k > 0 ? ",x" : "x") + std::to_string(k) + ",y" + std::to_string(k);
    row += (k > 0 ? "," : "") + x + "," + y;
  }
  for (const std::string& text : {bare, heading + "\n" + row}) {
    const PersonObservation person = ReadAll(Csv(text))[0];
    EXPECT_EQ(person.set->name, "openpose25") << "by the bones";
    EXPECT_EQ(person.keypoints2d(3, 2), 1);
    EXPECT_EQ(person.keypoints2d(4, 2), text == bare ? 0 : 1);
  }
}

TEST_F(KeypointRowsOf, MistakesInTablesAreNamed) {
  EXPECT_THAT(ErrorOfCsv(""), HasSubstr("holds no rows"));
  EXPECT_THAT(ErrorOfCsv("nose_x,nose_y\n1,2,3\n"),
              HasSubstr("line 2: found 3 columns, expected 2 as in line 1"));
  EXPECT_THAT(ErrorOfCsv("nose_x,nose_y\n1,zwei\n"),
              HasSubstr("line 2: column 2: found 'zwei', expected a number"));
  EXPECT_THAT(ErrorOfCsv("nose_x,tail_y\n1,2\n"),
              HasSubstr("has a point \"tail\", which no shipped set has"));
  EXPECT_THAT(ErrorOfCsv("nose_x,tail_y\n1,2\n", "coco17"),
              HasSubstr("has a point \"tail\", which coco17 has not"));
  EXPECT_THAT(ErrorOfCsv("frame,note\n1,2\n"), HasSubstr("has no columns of coordinates"));
  EXPECT_THAT(ErrorOfCsv("x,y\n1,2\n"), HasSubstr("without a point's name"));
  EXPECT_THAT(ErrorOfCsv("frame,nose_x,nose_y\n1.5,1,2\n"),
              HasSubstr("found frame '1.5', expected a whole number"));
  EXPECT_THAT(ErrorOfCsv("1,2,3,4\n"), HasSubstr("found 4 columns without names"));
  EXPECT_THAT(ErrorOfCsv("1,2,3,4\n", "coco17"),
              HasSubstr("expected 2, 3 or 4 for each of the 17 points of coco17"));
  EXPECT_THAT(ErrorOfCsv("x99999,y99999\n1,2\n"), HasSubstr("has a point 99999, expected below"));
  EXPECT_THAT(ErrorOfCsv("scorer,a\n1,2\n"), HasSubstr("DeepLabCut"));
}

TEST(KeypointNames, Spellings) {
  for (const auto& [spelled, plain] :
       std::vector<std::pair<std::string, std::string>>{{"LKnee", "left_knee"},
                                                        {"leftKnee", "left_knee"},
                                                        {"Left Knee", "left_knee"},
                                                        {"left-knee", "left_knee"},
                                                        {"knee_l", "left_knee"},
                                                        {"KneeRight", "right_knee"},
                                                        {"RBigToe", "right_big_toe"},
                                                        {"MidHip", "mid_hip"},
                                                        {"r_ankle", "right_ankle"},
                                                        {"nose", "nose"},
                                                        {"left_index1", "left_index1"},
                                                        {"", ""},
                                                        {"--", ""}}) {
    EXPECT_EQ(PlainKeypointName(spelled), plain);
  }
  for (const std::string& name : KeypointSetNames()) {
    const KeypointSet& set = *FindKeypointSet(name);
    for (const KeypointSet::Point& point : set.points) EXPECT_EQ(PlainKeypointName(point.name), point.name);
  }
}

}  // namespace
}  // namespace vitruvius::keypoint_rows_test
