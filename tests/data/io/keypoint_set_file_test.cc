#include "data/io/keypoint_set_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/keypoint_files.h"
#include "data/io/npz.h"
#include "models/body/mannequin.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::keypoint_set_file_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class KeypointSetFile : public ::testing::Test {
 protected:
  std::string Write(const std::string& text, const std::string& name = "markers.json") {
    WriteQuickly(folder_ / name, text);
    return folder_ / name;
  }
  std::string ErrorOfPoint(const std::string& point) {
    const std::string path = Write("{\"points\": [" + point + "]}");
    return ErrorOf([&] { ReadKeypointSet(path); });
  }
  const TemporaryFolder folder_;
};

// Each way to say where a point is, against the mannequin's own numbers.
TEST_F(KeypointSetFile, PointsOfEveryKind) {
  const auto model = Mannequin();
  const int vertices = model->num_vertices();
  std::vector<double> regressor(static_cast<size_t>(2 * vertices));
  regressor[static_cast<size_t>(vertices + 5)] = 0.25;  // row 1
  regressor[static_cast<size_t>(vertices + 9)] = 0.75;
  WriteFileAtomically(folder_ / "rows.npy",
                      SerializeNpy(NpyArray::FromDoubles(regressor.data(), {2, vertices})));
  const KeypointSet set = ReadKeypointSet(Write(R"({"name": "mine", "points": [
      {"name": "left_knee", "at": "left_knee"}, {"name": "left_hip", "joint": 1}, {"name": "root", "joint": "pelvis"},
      {"name": "LFHD", "vertex": 707, "mirror": "RFHD"}, {"name": "RFHD", "vertex": 70, "mirror": "LFHD"},
      {"name": "C7", "face": 100, "bary": [0.2, 0.3, 0.5]},
      {"name": "between", "vertices": [3, 1], "weights": [1.5, -0.5]},
      {"name": "row", "regressor": "rows.npy", "row": 1}, {"name": "prop"}],
      "limbs": [["left_hip", "left_knee"], ["root", "prop"]]})"));
  EXPECT_EQ(set.name, "mine");
  EXPECT_EQ(set.size(), 9);
  EXPECT_EQ(set.num_vertices, vertices);
  EXPECT_THAT(set.limbs, ElementsAre(std::pair(1, 0), std::pair(2, 8)));
  EXPECT_THAT(set.Mirror(), ElementsAre(0, 1, 2, 4, 3, 5, 6, 7, 8));
  const KeypointBinding binding = BindKeypoints(set, *model);
  EXPECT_THAT(binding.keypoint_of_point, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  BodyEvaluator body(model, binding.points);
  body.Evaluate(BodyParameters::Zero(*model), false);
  const MatrixX3d& v = model->v_template();
  const Eigen::RowVector3i face = model->faces().row(100);
  MatrixX3d expected(8, 3);
  expected << model->joint_template().row(model->JointIndex("left_knee")), model->joint_template().row(1),
      model->joint_template().row(0), v.row(707), v.row(70),
      0.2 * v.row(face[0]) + 0.3 * v.row(face[1]) + 0.5 * v.row(face[2]), 1.5 * v.row(3) - 0.5 * v.row(1),
      0.25 * v.row(5) + 0.75 * v.row(9);
  EXPECT_LT((body.points() - expected).cwiseAbs().maxCoeff(), 1e-12);
}

TEST_F(KeypointSetFile, IsNamedWhereASetIs) {
  const std::string path =
      Write(R"({"points": [{"name": "a", "vertex": 0}, {"name": "b", "vertex": 9}]})", "two.json");
  const std::vector<double> keypoints = {1, 2, 1, 3, 4, 0.5};
  WriteNpz(folder_ / "people.npz", {{"keypoints2d", NpyArray::FromDoubles(keypoints.data(), {1, 2, 3})}});
  ObservationOptions options;
  options.keypoint_set = path;
  PersonObservation person;
  ASSERT_TRUE(OpenObservations({folder_ / "people.npz"}, options)->Next(&person));
  EXPECT_EQ(person.reason, "");
  ASSERT_NE(person.set, nullptr);
  EXPECT_EQ(person.set->name, "two");
  EXPECT_EQ(person.set->points[1].name, "b");
  EXPECT_EQ(FindKeypointSet("two"), person.set);
  // Read anew under the same name: what points to the old one still may.
  Write(R"({"points": [{"name": "c"}]})", "two.json");
  EXPECT_EQ(KeypointSetOf(path).points[0].name, "c");
  EXPECT_EQ(person.set->points[0].name, "a");
  EXPECT_EQ(KeypointSetOf("coco17").name, "coco17");
  for (const std::string& name : KeypointSetNames()) EXPECT_NE(name, "two");
}

TEST_F(KeypointSetFile, WhatTheBodyLacksIsSaid) {
  const auto error = [&](const std::string& text) {
    const KeypointSet set = ReadKeypointSet(Write(text));
    return ErrorOf([&] { BindKeypoints(set, *Mannequin()); });
  };
  EXPECT_THAT(
      error(R"({"points": [{"name": "a", "at": "left_kneee"}]})"),
      HasSubstr("markers.json: a: the body mannequin has no point \"left_kneee\"; `vitruvius model points`"));
  EXPECT_THAT(error(R"({"points": [{"name": "a", "vertex": 999999}]})"),
              HasSubstr("found vertex 999999, the body"));
  EXPECT_THAT(error(R"({"points": [{"name": "a", "joint": 24}]})"), HasSubstr("found joint 24, the body"));
  EXPECT_THAT(error(R"({"points": [{"name": "a", "face": 999999, "bary": [1, 0, 0]}]})"),
              HasSubstr("found face"));
  EXPECT_THAT(error(R"({"num_vertices": 6890, "points": [{"name": "a", "vertex": 1}]})"),
              HasSubstr("is for bodies of 6890 vertices"));
}

TEST_F(KeypointSetFile, MistakesAreNamed) {
  EXPECT_THAT(ErrorOfPoint("3"), HasSubstr("points[0]: expected an object"));
  EXPECT_THAT(ErrorOfPoint("{}"), HasSubstr("points[0]: expected a text as \"name\""));
  EXPECT_THAT(ErrorOfPoint(R"({"name": "a", "vertx": 1})"),
              HasSubstr("found the key \"vertx\", expected at, bary"));
  EXPECT_THAT(ErrorOfPoint(R"({"name": "a", "vertex": 1, "joint": 1})"),
              HasSubstr("(a): expected one of at"));
  EXPECT_THAT(ErrorOfPoint(R"({"name": "a", "vertex": -1})"), HasSubstr("vertex: expected a whole number"));
  EXPECT_THAT(ErrorOfPoint(R"({"name": "a", "vertex": 1.5})"), HasSubstr("vertex: expected a whole number"));
  EXPECT_THAT(ErrorOfPoint(R"({"name": "a", "face": 1})"), HasSubstr("expected face and bary together"));
  EXPECT_THAT(ErrorOfPoint(R"({"name": "a", "face": 1, "bary": [1, 1, 1]})"),
              HasSubstr("the sum 3, expected 3 with"));
  EXPECT_THAT(ErrorOfPoint(R"({"name": "a", "vertices": [1, 2], "weights": [1]})"),
              HasSubstr("found 1 weights"));
  EXPECT_THAT(ErrorOfPoint(R"({"name": "a", "vertices": [1], "weights": [NaN]})"),
              HasSubstr("expected 1 with the sum 1"));
  EXPECT_THAT(ErrorOfPoint(R"({"name": "a", "regressor": "none.npy", "row": 0})"), HasSubstr("none.npy"));
  EXPECT_THAT(ErrorOfPoint(R"({"name": "a"}, {"name": "a"})"), HasSubstr("a: is there twice"));
  EXPECT_THAT(ErrorOfPoint(R"({"name": "a", "mirror": "b"})"),
              HasSubstr("a: mirror: the set has no point \"b\""));
  for (const char* text :
       {"[]", "{}", R"({"points": []})", R"({"points": [{"name": "a"}], "limbs": [["a", "b"]]})",
        R"({"points": [{"name": "a"}], "limb": []})", R"({"name": 3, "points": [{"name": "a"}]})"}) {
    EXPECT_NE(ErrorOf([&] { ReadKeypointSet(Write(text)); }), "") << text;
  }
  const std::string named = Write(R"({"name": "coco17", "points": [{"name": "a"}]})");
  EXPECT_THAT(ErrorOf([&] { KeypointSetOf(named); }),
              HasSubstr("\"coco17\" is the name of a set that ships"));
  EXPECT_THAT(ErrorOf([] { KeypointSetOf("coco"); }),
              HasSubstr("found 'coco', expected one of openpose25, openpose67"));
}

}  // namespace
}  // namespace vitruvius::keypoint_set_file_test
