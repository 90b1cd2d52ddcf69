// Keypoint files of several programs, sets of the user's own and bare tables, from the command line to
// bodies.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/npz.h"
#include "data/io/result_writer.h"
#include "models/metrics/fit_quality.h"
#include "tests/util/run_program.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::keypoint_formats_test {
namespace {

using ::testing::HasSubstr;

constexpr int kPeople = 3;

std::vector<double> NumbersOf(const PersonObservation& person) {
  std::vector<double> numbers;
  for (Eigen::Index k = 0; k < person.keypoints2d.rows(); ++k) {
    for (Eigen::Index i = 0; i < 3; ++i) numbers.push_back(person.keypoints2d(k, i));
  }
  return numbers;
}

void ExpectUsable(const std::string& folder, size_t people, const std::string& set, double most_px) {
  const ResultsFile results = ReadResults(folder + "/results.npz");
  ASSERT_EQ(results.rows.size(), people);
  for (const ResultsFile::Row& row : results.rows) {
    EXPECT_TRUE(row.fit.usable) << row.fit.id << ": " << row.fit.reason;
    EXPECT_EQ(row.keypoint_set, set);
    EXPECT_LT(row.fit.residual_median, most_px);
  }
}

TEST(KeypointFormats, Body25BInAFolder) {
  const TestFolder folder;
  std::filesystem::create_directories(folder / "in");
  for (int i = 0; i < kPeople; ++i) {
    const nlohmann::json file = {
        {"version", 1.3},
        {"people",
         {{{"pose_keypoints_2d",
            NumbersOf(MakeKnownPerson(static_cast<std::uint64_t>(i) + 1, "openpose25b").observation)}}}}};
    WriteAll(folder / ("in/v_00000000000" + std::to_string(i) + "_keypoints.json"), file.dump());
  }
  const std::string input = (folder / "in") + " --image_size 1000x1000 --model mannequin";
  EXPECT_THAT(RunProgram("check " + input).output, HasSubstr("openpose25b in 2D (3)"));
  const ProgramRun run = RunProgram("fit " + input + " --out " + (folder / "out"));
  EXPECT_EQ(run.status, 0) << run.output;
  ExpectUsable(folder / "out", kPeople, "openpose25b", 8);
}

TEST(KeypointFormats, ASetOfOnesOwn) {
  const TestFolder folder;
  nlohmann::json points = nlohmann::json::array();
  const KeypointSet& set = *FindKeypointSet("coco17");
  for (const KeypointSet::Point& point : set.points)
    points.push_back({{"name", point.name}, {"at", point.target}});
  points.push_back({{"name", "prop"}});
  WriteAll(folder / "mine.json", nlohmann::json({{"points", points}}).dump());
  std::vector<double> numbers = NumbersOf(MakeKnownPerson(2, "coco17").observation);
  numbers.insert(numbers.end(), {1, 2, 1});
  WriteNpz(folder / "in.npz", {{"keypoints2d", NpyArray::FromDoubles(numbers.data(), {1, 18, 3})}});
  const std::string fit =
      "fit " + (folder / "in.npz") +
      " --image_size 1000x1000 --model mannequin --keypoint_set=" + (folder / "mine.json") + " --out " +
      (folder / "out");
  const ProgramRun run = RunProgram(fit);
  EXPECT_EQ(run.status, 0) << run.output;
  ExpectUsable(folder / "out", 1, "mine", 8);
  // What the body lacks is said once, and nothing is fitted.
  points[0]["at"] = "nosee";
  WriteAll(folder / "mine.json", nlohmann::json({{"points", points}}).dump());
  const ProgramRun wrong = RunProgram(fit + "2");
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.output, HasSubstr("mine.json: nose: the body mannequin has no point \"nosee\""));
  EXPECT_THAT(RunProgram("model points --model mannequin").output, HasSubstr("left_big_toe"));
  EXPECT_THAT(RunProgram("model points mannequin").output, HasSubstr("coco17           17 of 17"));
  EXPECT_THAT(RunProgram("check " + (folder / "in.npz") + " --keypoint_set=coco").output,
              HasSubstr("or a file ending in .json"));
}

TEST(KeypointFormats, ATableOfAMotion) {
  const TestFolder folder;
  std::string text = "frame";
  const KeypointSet& set = *FindKeypointSet("mediapipe33");
  for (const KeypointSet::Point& point : set.points)
    text += "," + point.name + "_x," + point.name + "_y," + point.name + "_z," + point.name + "_visibility";
  for (int i = 0; i < kPeople; ++i) {
    const PersonObservation person =
        MakeKnownPerson(static_cast<std::uint64_t>(i) + 1, "mediapipe33", 0, true).observation;
    text += "\n" + std::to_string(5 + i);
    Rng rng(static_cast<std::uint64_t>(i));
    for (Eigen::Index k = 0; k < person.keypoints3d.rows(); ++k) {
      constexpr double kNoiseM = 0.02;
      for (Eigen::Index axis = 0; axis < 3; ++axis)
        text += "," + std::to_string(person.keypoints3d(k, axis) + kNoiseM * rng.Normal());
      text += "," + std::to_string(person.keypoints3d(k, 3));
    }
  }
  WriteAll(folder / "walk.csv", text + "\n");
  const ProgramRun run =
      RunProgram("fit " + (folder / "walk.csv") + " --model mannequin --out " + (folder / "out"));
  EXPECT_EQ(run.status, 0) << run.output;
  constexpr double kNoiseLeftM = 0.05;
  ExpectUsable(folder / "out", kPeople, "mediapipe33", kNoiseLeftM);
  const ResultsFile results = ReadResults((folder / "out") + "/results.npz");
  EXPECT_EQ(results.rows[2].identity.frame, 7);
  EXPECT_EQ(results.rows[2].identity.capture, "walk");
}

}  // namespace
}  // namespace vitruvius::keypoint_formats_test
