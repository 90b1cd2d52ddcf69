// How sure, and why, as a user meets it: hypotheses, flags and explanations of the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/npz.h"
#include "data/io/result_writer.h"
#include "tests/util/places.h"
#include "tests/util/run_program.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::certainty_test {
namespace {

using testing::HasSubstr;
using testing::Not;

// People as .npz, noise as assumed, camera known.
std::string WritePeople(const TestFolder& folder, int count) {
  std::vector<double> keypoints, sizes, focal;
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) {
    const PersonObservation person = MakeKnownPerson(i + 1, "openpose25", 3).observation;
    keypoints.insert(keypoints.end(), person.keypoints2d.data(),
                     person.keypoints2d.data() + person.keypoints2d.size());
    sizes.insert(sizes.end(), {1000, 1000});
    focal.push_back(1000);
    ids.push_back("p" + std::to_string(i));
  }
  std::map<std::string, NpyArray> arrays;
  arrays["keypoints2d"] = NpyArray::FromDoubles(keypoints.data(), {count, 25, 3});
  arrays["keypoint_set"] = NpyArray::FromString("openpose25");
  arrays["image_size"] = NpyArray::FromDoubles(sizes.data(), {count, 2});
  arrays["focal"] = NpyArray::FromDoubles(focal.data(), {count});
  arrays["ids"] = NpyArray::FromStrings(ids);
  WriteNpz(folder / "people.npz", arrays);
  return folder / "people.npz";
}

TEST(Certainty, HypothesesDoNotChangeTheResultAndAreBodies) {
  const TestFolder folder;
  const std::string people = WritePeople(folder, 6);
  ASSERT_EQ(RunProgram("fit " + people + " --quiet --out " + (folder / "plain")).status, 0);
  ASSERT_EQ(
      RunProgram("fit " + people + " --quiet --hypotheses 4 --threads 2 --out " + (folder / "more")).status,
      0);
  const ResultsFile plain = ReadResults(folder / "plain"), more = ReadResults(folder / "more");
  int several = 0;
  for (size_t i = 0; i < more.rows.size(); ++i) {
    const FitResult &fit = more.rows[i].fit, &without = plain.rows[i].fit;
    EXPECT_TRUE(without.hypotheses.empty());
    EXPECT_EQ(fit.parameters.body_pose, without.parameters.body_pose);
    EXPECT_EQ(fit.joints3d_expected, without.joints3d_expected);
    EXPECT_EQ(fit.joints_std_m, without.joints_std_m);
    EXPECT_EQ(fit.flags, without.flags);
    ASSERT_FALSE(fit.hypotheses.empty());
    EXPECT_LE(fit.hypotheses.size(), 4u);
    EXPECT_EQ(fit.hypotheses[0].parameters.body_pose, fit.parameters.body_pose);
    EXPECT_EQ(fit.hypotheses[0].cost, fit.cost);
    several += fit.hypotheses.size() > 1;
    double sum = 0;
    for (const PossibleBody& body : fit.hypotheses) {
      sum += body.weight;
      EXPECT_GE(body.cost, fit.cost);
      BodyEvaluator joints(Mannequin(), PointSet::AllJoints(*Mannequin()));
      joints.Evaluate(body.parameters, false);
      EXPECT_LT((joints.points() - body.joints3d).norm(), 1e-9);
    }
    EXPECT_LE(sum, 1 + 1e-12);
    if (fit.num_minima <= 4) {
      EXPECT_NEAR(sum, 1, 1e-9);
    }
  }
  EXPECT_GT(several, 0);
  EXPECT_EQ(
      RunProgram("fit " + people + " --quiet --hypotheses 4 --threads 1 --out " + (folder / "one")).status,
      0);
  EXPECT_TRUE(ReadAll(folder / "one/results.npz") == ReadAll(folder / "more/results.npz"));

  EXPECT_EQ(
      RunProgram("convert " + (folder / "more") + " --to obj --quiet --hypothesis 2 --out " + (folder / "m"))
          .status,
      0);
  const ProgramRun none =
      RunProgram("convert " + (folder / "plain") + " --to obj --hypothesis 2 --out " + (folder / "n"));
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.output, HasSubstr("fit with --hypotheses K"));
  EXPECT_EQ(RunProgram("render " + (folder / "more") + " --hypothesis 1 --out " + (folder / "s.png")).status,
            0);
  EXPECT_EQ(RunProgram("fit " + people + " --hypotheses -1 --out " + (folder / "x")).status, 2);
}

TEST(Certainty, ExplainNamesWhatIsUndetermined) {
  const TestFolder folder;
  const std::string people = WritePeople(folder, 2);
  ASSERT_EQ(RunProgram("fit " + people + " --quiet --hypotheses 5 --out " + (folder / "out")).status, 0);
  const ProgramRun page = RunProgram("explain " + (folder / "out") + " --id p0");
  ASSERT_EQ(page.status, 0) << page.output;
  for (const char* part : {"how sure", "undetermined", "degrees or less", "hypotheses", "weight", "flags"})
    EXPECT_THAT(page.output, HasSubstr(part));
  EXPECT_THAT(page.output, Not(HasSubstr("nan")));
  const ProgramRun json =
      RunProgram("explain " + (folder / "out") + " --id p0 --json --observations " + people);
  ASSERT_EQ(json.status, 0) << json.output;
  const nlohmann::json person = nlohmann::json::parse(json.output);
  EXPECT_EQ(person["id"], "p0");
  EXPECT_EQ(person["joints"].size(), 24u);
  EXPECT_EQ(person["worst_points"].size(), 5u);
  bool forearm = false, root = false;
  double least_sure_deg = 180;
  for (const auto& rotation : person["undetermined"]) {
    EXPECT_LT(rotation["data_share"], 0.5);
    EXPECT_LE(rotation["std_deg"], least_sure_deg);
    least_sure_deg = rotation["std_deg"];
    forearm = forearm || rotation["name"] == "left forearm twist";
    root = root || rotation["name"] == "body yaw";
  }
  EXPECT_TRUE(forearm);
  EXPECT_FALSE(root);
  EXPECT_EQ(nlohmann::json::parse(RunProgram("explain " + (folder / "out") + " --json").output)["people"], 2);
}

TEST(Certainty, AWrongKeypointIsFlaggedWithWhatWouldHelp) {
  const TestFolder folder;
  PersonObservation person = MakeKnownPerson(3, "openpose25", 2).observation;
  person.keypoints2d(person.set->Index("left_ear"), 0) += 400;
  std::map<std::string, NpyArray> arrays;
  arrays["keypoints2d"] = NpyArray::FromDoubles(person.keypoints2d.data(), {1, 25, 3});
  arrays["keypoint_set"] = NpyArray::FromString("openpose25");
  arrays["ids"] = NpyArray::FromStrings({"p"});
  WriteNpz(folder / "people.npz", arrays);
  ASSERT_EQ(
      RunProgram("fit " + (folder / "people.npz") + " --quiet --focal 1000 --out " + (folder / "out")).status,
      0);
  const auto line = nlohmann::json::parse(ReadAll(folder / "out/manifest.jsonl"));
  EXPECT_THAT(line["flags"].get<std::vector<std::string>>(), testing::Contains("saturated:left_ear"));
  EXPECT_THAT(RunProgram("explain " + (folder / "out") + " --id p").output,
              testing::AllOf(HasSubstr("saturated:left_ear"), HasSubstr("confidence 0")));
  EXPECT_THAT(RunProgram("explain " + (folder / "out")).output, HasSubstr("saturated:left_ear"));
}

TEST(Certainty, EvaluationJudgesWhatFitsSayOfThemselves) {
  const std::string motion = "/usr/share/assimp/models/BVH/01_01.bvh";
  if (!std::filesystem::exists(motion)) GTEST_SKIP() << "needs the Debian package assimp-testmodels";
  const ProgramRun run = RunProgram("evaluate fit " + motion + " --stride 50 --json --quiet");
  ASSERT_EQ(run.status, 0) << run.output;
  const nlohmann::json calibration = nlohmann::json::parse(run.output)["calibration"];
  // Two deviations hold 95 % of one dimension, more of three. Seen of these 14 people: 100 and 97.8 %; where
  // all hang on 14 distances from the camera, all may lie within.
  for (const char* key : {"coverage_percent", "relative_coverage_percent"}) {
    EXPECT_GT(calibration[key][1], 85) << key;
    EXPECT_LE(calibration[key][0], calibration[key][1]);
  }
  EXPECT_LT(calibration["relative_coverage_percent"][1], 99.5);
  double best = 1e9;
  for (const auto& entry : calibration["best_of"]) {
    EXPECT_LE(entry["mpjpe_mm_mean"], best);
    best = entry["mpjpe_mm_mean"];
  }
  EXPECT_THAT(RunProgram("evaluate fit " + motion + " --stride 100 --quiet").output,
              testing::AllOf(HasSubstr("within 2, by part"), HasSubstr("best of K")));
}

}  // namespace
}  // namespace vitruvius::certainty_test
