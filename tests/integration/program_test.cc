// The program as a user meets it: exit statuses, messages, outputs, determinism, isolation of bad people.
#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/keypoint_files.h"
#include "data/io/npz.h"
#include "data/io/result_writer.h"
#include "tests/util/places.h"
#include "tests/util/run_program.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::program_test {
namespace {

using testing::HasSubstr;

// An OpenPose file of the given people.
std::string OpenPoseJson(const std::vector<PersonObservation>& people) {
  nlohmann::json file = {{"version", 1.3}, {"people", nlohmann::json::array()}};
  for (const PersonObservation& person : people) {
    std::vector<double> numbers;
    for (int k = 0; k < person.keypoints2d.rows(); ++k) {
      for (int c = 0; c < 3; ++c) numbers.push_back(person.keypoints2d(k, c));
    }
    file["people"].push_back({{"pose_keypoints_2d", numbers}});
  }
  return file.dump();
}

void WriteGoodPeople(const TestFolder& folder, int count) {
  for (int i = 0; i < count; ++i) {
    WriteAll(folder / ("in/p" + std::to_string(i) + "_keypoints.json"),
             OpenPoseJson({MakeKnownPerson(i + 1, "openpose25", 2).observation}));
  }
}

TEST(Program, HelpAndUsage) {
  EXPECT_EQ(RunProgram("help").status, 0);
  EXPECT_THAT(RunProgram("help").output, HasSubstr("evaluate"));
  for (const char* command : {"fit", "demo", "model", "prior", "evaluate", "explain", "render", "convert"}) {
    const ProgramRun run = RunProgram(std::string("help ") + command);
    EXPECT_EQ(run.status, 0);
    EXPECT_THAT(run.output, HasSubstr("usage: vitruvius " + std::string(command)));
    EXPECT_EQ(RunProgram(std::string(command) + " --help").output, run.output);
  }
  EXPECT_EQ(RunProgram("").status, 2);
  EXPECT_EQ(RunProgram("fitt x").status, 2);
  EXPECT_THAT(RunProgram("fitt x").output, HasSubstr("unknown command \"fitt\""));
  EXPECT_THAT(RunProgram("fit x --outt=y").output, HasSubstr("takes no flag --outt"));
  EXPECT_EQ(RunProgram("fit x --starts=many --out=/tmp/x").status, 2);
  EXPECT_THAT(RunProgram("fit x --starts=many --out=/tmp/x").output, HasSubstr("--starts: found \"many\""));
  EXPECT_EQ(RunProgram("fit x --out").status, 2);
  EXPECT_EQ(RunProgram("model info").status, 2);
  EXPECT_EQ(RunProgram("evaluate prior").status, 2);
}

TEST(Program, BadInputEndsWithItsOwnMessage) {
  const TestFolder folder;
  const auto message = [](const std::string& arguments) {
    const ProgramRun run = RunProgram(arguments);
    EXPECT_EQ(run.status, 1) << arguments << "\n" << run.output;
    EXPECT_THAT(run.output, testing::Not(HasSubstr("internal error"))) << arguments;
    return run.output;
  };
  const std::string out = " --quiet --out " + (folder / "out");
  EXPECT_THAT(message("fit " + (folder / "missing.json") + out), HasSubstr("missing.json"));
  WriteAll(folder / "bad.json", "{\"people\": [");
  EXPECT_THAT(message("fit " + (folder / "bad.json") + out), HasSubstr("bad.json"));
  std::string noise(5000, '\0');
  std::mt19937 generator(1);
  for (char& c : noise) c = static_cast<char>(generator());
  WriteAll(folder / "noise.npz", noise);
  EXPECT_THAT(message("fit " + (folder / "noise.npz") + out), HasSubstr("noise.npz"));
  WriteAll(folder / "good.json", OpenPoseJson({MakeKnownPerson(1).observation}));
  const std::string fit_good = "fit " + (folder / "good.json") + out;
  EXPECT_THAT(message(fit_good + " --model " + (folder / "none.npz")), HasSubstr("none.npz"));
  EXPECT_THAT(message(fit_good + " --prior nobody"), HasSubstr("\"nobody\" is unknown"));
  EXPECT_THAT(message(fit_good + " --recipe nothing"), HasSubstr("\"nothing\" is unknown"));
  EXPECT_THAT(message("fit " + (folder / "good.json") + " --quiet --out /proc/nowhere"),
              HasSubstr("/proc/nowhere"));
  WriteAll(folder / "file", "x");
  EXPECT_THAT(message("fit " + (folder / "good.json") + " --quiet --out " + (folder / "file")),
              HasSubstr("file"));
  EXPECT_THAT(message("explain " + (folder / "noise.npz")), HasSubstr("noise.npz"));
  EXPECT_THAT(message("convert " + (folder / "good.json") + out + "/m.npz"), HasSubstr("good.json"));
  // Nothing is left half-written.
  EXPECT_FALSE(std::filesystem::exists(folder / "out/results.npz"));
}

TEST(Program, AModelWithACycleInItsTreeIsNamed) {
  const TestFolder folder;
  ASSERT_EQ(RunProgram("model convert mannequin " + (folder / "body.npz")).status, 0);
  const NpzReader reader(folder / "body.npz");
  std::map<std::string, NpyArray> arrays;
  for (const std::string& key : reader.Keys()) arrays[key] = reader.Read(key);
  std::vector<std::uint32_t> tree;
  for (const std::int64_t value : arrays["kintree_table"].ToInts())
    tree.push_back(static_cast<std::uint32_t>(value));
  tree[4] = 7;  // the knee's parent becomes the ankle, whose parent is the knee
  arrays["kintree_table"] = NpyArray::FromUint32(tree.data(), {2, 24});
  WriteNpz(folder / "cycle.npz", arrays);
  const ProgramRun run = RunProgram("model info " + (folder / "cycle.npz"));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("cycle"));
  EXPECT_EQ(RunProgram("model check mannequin").status, 0) << RunProgram("model check mannequin").output;
  EXPECT_EQ(RunProgram("model check " + (folder / "body.npz")).status, 0);
}

TEST(Program, AFolderOfModelsIsChosenFromByGender) {
  const TestFolder folder;
  ASSERT_EQ(RunProgram("model convert mannequin " + (folder / "SMPL_FEMALE.npz")).status, 0);
  WriteAll(folder / "good.json", OpenPoseJson({MakeKnownPerson(1).observation}));
  const std::string fit =
      "fit " + (folder / "good.json") + " --quiet --out " + (folder / "out") + " --model " + folder.path();
  EXPECT_EQ(RunProgram(fit + " --gender female").status, 0);
  const ProgramRun missing = RunProgram(fit);
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.output, HasSubstr("SMPL_NEUTRAL.npz"));
  EXPECT_EQ(RunProgram(fit + " --gender cat").status, 2);
}

TEST(Program, SameBytesForAnyThreadsAndOnRerun) {
  const TestFolder folder;
  std::filesystem::create_directories(folder / "in");
  WriteGoodPeople(folder, 12);
  std::string first;
  for (const char* threads : {"1", "2", "3", "1"}) {
    const std::string out = folder / (std::string("out") + threads);
    const ProgramRun run = RunProgram("fit " + (folder / "in") +
                                      " --quiet --overwrite --image_size 1000x1000 --focal 1000 --threads " +
                                      threads + " --out " + out);
    ASSERT_EQ(run.status, 0) << run.output;
    const std::string bytes = ReadAll(out + "/results.npz");
    ASSERT_FALSE(bytes.empty());
    if (first.empty()) first = bytes;
    EXPECT_TRUE(bytes == first) << threads << " threads";
  }
}

TEST(Program, ShuffledInputGivesTheSameRowsById) {
  const TestFolder folder;
  std::filesystem::create_directories(folder / "in");
  WriteGoodPeople(folder, 8);
  std::vector<std::string> order;
  for (int i = 0; i < 8; ++i) order.push_back(folder / ("in/p" + std::to_string(i) + "_keypoints.json"));
  std::map<std::string, ResultsFile::Row> rows[2];
  for (int pass = 0; pass < 2; ++pass) {
    std::string inputs;
    for (const std::string& path : order) inputs += path + " ";
    const std::string out = folder / ("out" + std::to_string(pass));
    ASSERT_EQ(RunProgram("fit " + inputs + " --quiet --out " + out).status, 0);
    for (const ResultsFile::Row& row : ReadResults(out).rows) rows[pass][row.fit.id] = row;
    std::reverse(order.begin(), order.end());
    std::swap(order[1], order[5]);
  }
  ASSERT_EQ(rows[0].size(), 8u);
  for (const auto& [id, row] : rows[0]) {
    ASSERT_TRUE(rows[1].count(id)) << id;
    const FitResult& a = row.fit;
    const FitResult& b = rows[1][id].fit;
    EXPECT_EQ(a.parameters.body_pose, b.parameters.body_pose) << id;
    EXPECT_EQ(a.parameters.transl, b.parameters.transl) << id;
    EXPECT_EQ(a.cost, b.cost) << id;
  }
}

// Two cameras whose files have the same names: ids must not depend on which is named first.
TEST(Program, FilesOfOneNameInTwoFoldersKeepTheirIds) {
  const TestFolder folder;
  for (const char* camera : {"cam1", "cam2"}) {
    std::filesystem::create_directories(folder / camera);
    const int seed = camera[3] - '0';
    WriteAll(folder / (std::string(camera) + "/000_keypoints.json"),
             OpenPoseJson({MakeKnownPerson(seed).observation}));
  }
  std::map<std::string, double> costs[2];
  for (int pass = 0; pass < 2; ++pass) {
    const std::string inputs =
        pass == 0 ? (folder / "cam1") + " " + (folder / "cam2") : (folder / "cam2") + " " + (folder / "cam1");
    ASSERT_EQ(
        RunProgram("fit " + inputs + " --starts 1 --quiet --overwrite --out " + (folder / "out")).status, 0);
    for (const ResultsFile::Row& row : ReadResults(folder / "out").rows)
      costs[pass][row.fit.id] = row.fit.cost;
  }
  EXPECT_EQ(costs[0].size(), 2u);
  EXPECT_EQ(costs[0], costs[1]);
  EXPECT_EQ(costs[0].count("cam1/000_0"), 1u);
}

TEST(Program, BadPeopleGetTheirReasonsAndLeaveTheOthersAlone) {
  const TestFolder folder;
  std::filesystem::create_directories(folder / "in");
  WriteGoodPeople(folder, 4);
  ASSERT_EQ(RunProgram("fit " + (folder / "in") + " --quiet --out " + (folder / "clean")).status, 0);

  const auto changed = [](const std::function<void(PersonObservation*)>& change) {
    PersonObservation person = MakeKnownPerson(1).observation;
    change(&person);
    return OpenPoseJson({person});
  };
  WriteAll(folder / "in/a_truncated_keypoints.json", "{\"people\": [{\"pose_keypoints_2d\": [1, 2");
  WriteAll(folder / "in/b_random_keypoints.json", std::string("\x93\x01\xff\x00garbage", 11));
  std::string nan = changed([](PersonObservation*) {});
  const size_t list = nan.find("pose_keypoints_2d\":[") + 20;
  nan.replace(list, nan.find(',', list) - list, "NaN");
  WriteAll(folder / "in/c_nan_keypoints.json", nan);
  WriteAll(folder / "in/c_all_nan_keypoints.json",
           changed([](PersonObservation* p) { p->keypoints2d.col(0).setConstant(NAN); }));
  nan.replace(nan.find("NaN"), 3, "1e999");
  WriteAll(folder / "in/d_infinite_keypoints.json", nan);
  WriteAll(folder / "in/e_unseen_keypoints.json",
           changed([](PersonObservation* p) { p->keypoints2d.col(2).setZero(); }));
  WriteAll(folder / "in/f_negative_keypoints.json",
           changed([](PersonObservation* p) { p->keypoints2d(4, 2) = -0.5; }));
  WriteAll(folder / "in/p0_a_nobody_keypoints.json", R"({"version": 1.3, "people": []})");
  WriteAll(folder / "in/p0_b_one_keypoints.json",
           changed([](PersonObservation* p) { p->keypoints2d.bottomRows(24).setZero(); }));
  WriteAll(folder / "in/z_count_keypoints.json", R"({"people": [{"pose_keypoints_2d": [1, 2, 3, 4]}]})");
  const ProgramRun run = RunProgram("fit " + (folder / "in") + " --quiet --out " + (folder / "mixed"));
  ASSERT_EQ(run.status, 0) << run.output;

  std::map<std::string, FitResult> clean, mixed;
  for (const ResultsFile::Row& row : ReadResults(folder / "clean").rows) clean[row.fit.id] = row.fit;
  for (const ResultsFile::Row& row : ReadResults(folder / "mixed").rows) mixed[row.fit.id] = row.fit;
  EXPECT_EQ(clean.size(), 4u);
  EXPECT_EQ(mixed.size(), 14u);
  for (const auto& [id, fit] : clean) {
    EXPECT_TRUE(fit.usable) << id;
    EXPECT_EQ(mixed[id].parameters.body_pose, fit.parameters.body_pose) << id;
    EXPECT_EQ(mixed[id].cost, fit.cost) << id;
  }
  std::map<std::string, std::string> reasons;
  std::ifstream manifest(folder / "mixed/manifest.jsonl");
  for (std::string line; std::getline(manifest, line);) {
    const nlohmann::json entry = nlohmann::json::parse(line);
    if (entry["status"] == 1) continue;
    reasons[std::string(entry["id"])] = entry["reason"];
    EXPECT_FALSE(std::string(entry["detail"]).empty()) << line;
  }
  const auto reason_of = [&](const std::string& prefix) {
    for (const auto& [id, reason] : reasons) {
      if (id.rfind(prefix, 0) == 0) return reason;
    }
    return std::string("none");
  };
  EXPECT_EQ(reason_of("a_truncated"), reason::kBadInput);
  EXPECT_EQ(reason_of("b_random"), reason::kBadInput);
  // One keypoint that says nothing usable is one that was not seen.
  for (const char* prefix : {"c_nan", "d_infinite", "f_negative"}) EXPECT_EQ(reason_of(prefix), "none");
  EXPECT_EQ(reason_of("c_all_nan"), reason::kNonFiniteInput);
  EXPECT_EQ(reason_of("p0_a_nobody"), reason::kNoPeople);
  EXPECT_EQ(reason_of("p0_b_one"), reason::kTooFewKeypoints);
  EXPECT_EQ(reason_of("z_count"), reason::kBadInput);
  EXPECT_EQ(reason_of("e_unseen"), reason::kTooFewKeypoints);
}

TEST(Program, PicturesMeshesAndExplanations) {
  const TestFolder folder;
  std::filesystem::create_directories(folder / "in");
  WriteGoodPeople(folder, 2);
  const std::string out = folder / "out";
  ASSERT_EQ(RunProgram("fit " + (folder / "in") + " --overlay --obj --quiet --out " + out).status, 0);
  EXPECT_TRUE(std::filesystem::file_size(out + "/overlays/p0_0.png") > 1000);
  EXPECT_THAT(ReadAll(out + "/meshes/p1_0.obj").substr(0, 200), HasSubstr("v "));
  const ProgramRun explain = RunProgram("explain " + out + " --id p0_0");
  EXPECT_EQ(explain.status, 0);
  EXPECT_THAT(explain.output,
              testing::AllOf(HasSubstr("reprojection"), HasSubstr("pose_prior"), HasSubstr("assumed")));
  EXPECT_THAT(explain.output, HasSubstr("past joint limits"));
  const ProgramRun points = RunProgram("explain " + out + " --id p0_0 --observations " + (folder / "in"));
  EXPECT_EQ(points.status, 0) << points.output;
  EXPECT_THAT(points.output, HasSubstr("worst points"));
  EXPECT_EQ(RunProgram("explain " + out + " --id nobody").status, 1);
  EXPECT_EQ(
      RunProgram("render " + out + " --observations " + (folder / "in") + " --out " + (folder / "s.png"))
          .status,
      0);
  EXPECT_EQ(ReadAll(folder / "s.png").substr(1, 3), "PNG");
  EXPECT_EQ(RunProgram("convert " + out + " --to obj --quiet --out " + (folder / "m")).status, 0);
  EXPECT_EQ(ReadAll(folder / "m/p1_0.obj"), ReadAll(out + "/meshes/p1_0.obj"));
}

TEST(Program, ARecipeOfPriorsAloneDoesNotCrash) {
  const TestFolder folder;
  WriteAll(folder / "good.json", OpenPoseJson({MakeKnownPerson(1).observation}));
  WriteAll(folder / "r.json", R"({"name": "r", "stages": [{"weights": {"betas": 1}}]})");
  const ProgramRun run = RunProgram("fit " + (folder / "good.json") + " --recipe " + (folder / "r.json") +
                                    " --quiet --out " + (folder / "o"));
  EXPECT_EQ(run.status, 3) << run.output;
  EXPECT_EQ(ReadResults(folder / "o").rows.size(), 1u);
}

TEST(Program, AModelInOtherUnitsIsRefused) {
  const TestFolder folder;
  ASSERT_EQ(RunProgram("model convert mannequin " + (folder / "body.npz")).status, 0);
  const NpzReader reader(folder / "body.npz");
  std::map<std::string, NpyArray> arrays;
  for (const std::string& key : reader.Keys()) arrays[key] = reader.Read(key);
  std::vector<double> vertices = arrays["v_template"].ToDoubles();
  for (double& x : vertices) x *= 1000;
  arrays["v_template"] = NpyArray::FromDoubles(vertices.data(), arrays["v_template"].shape);
  WriteNpz(folder / "mm.npz", arrays);
  WriteAll(folder / "good.json", OpenPoseJson({MakeKnownPerson(1).observation}));
  const ProgramRun run = RunProgram("fit " + (folder / "good.json") + " --model " + (folder / "mm.npz") +
                                    " --quiet --out " + (folder / "o"));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("millimetres"));
}

TEST(Program, PeopleOfOddNamesKeepFilesOfTheirOwn) {
  const TestFolder folder;
  std::vector<double> keypoints;
  const std::vector<std::string> ids = {"a/b", "a_b", "../up", "\xc3\xa9", "\xc3\xa0"};
  for (size_t i = 0; i < ids.size(); ++i) {
    const PersonObservation person = MakeKnownPerson(i + 1).observation;
    keypoints.insert(keypoints.end(), person.keypoints2d.data(), person.keypoints2d.data() + 75);
  }
  const auto num = static_cast<std::int64_t>(ids.size());
  WriteNpz(folder / "p.npz", {{"keypoints2d", NpyArray::FromDoubles(keypoints.data(), {num, 25, 3})},
                              {"ids", NpyArray::FromStrings(ids)},
                              {"keypoint_set", NpyArray::FromString("openpose25")}});
  ASSERT_EQ(RunProgram("fit " + (folder / "p.npz") + " --obj --quiet --out " + (folder / "o")).status, 0);
  const auto count = [](const std::string& path) {
    return std::distance(std::filesystem::directory_iterator(path), std::filesystem::directory_iterator());
  };
  EXPECT_EQ(count(folder / "o/meshes"), 5);
  ASSERT_EQ(RunProgram("convert " + (folder / "o") + " --to obj --quiet --out " + (folder / "c")).status, 0);
  EXPECT_EQ(count(folder / "c"), 5);
}

TEST(Program, NumbersOutOfRangeAreUsageErrors) {
  const TestFolder folder;
  const std::string png = folder / "x.png";
  const std::vector<std::string> lines = {"model convert mannequin " + png + " --size 0",
                                          "model convert mannequin " + png + " --size 100000",
                                          "prior sample gmm8 --limit 2000000000 --out " + png,
                                          "evaluate fit x.bvh --noise_px nan",
                                          "prior fit-gmm x.bvh --floor nan --out " + png,
                                          "fit x -o y",
                                          "fit x --shard 5/2 --out " + png};
  for (const std::string& arguments : lines) {
    const ProgramRun run = RunProgram(arguments);
    EXPECT_EQ(run.status, 2) << arguments << "\n" << run.output;
  }
}

TEST(Program, MotionIsConvertedFittedAndEvaluated) {
  const std::string motion = "/usr/share/assimp/models/BVH/01_01.bvh";
  if (!std::filesystem::exists(motion)) GTEST_SKIP() << "needs the Debian package assimp-testmodels";
  const TestFolder folder;
  ASSERT_EQ(RunProgram("convert " + motion + " --quiet --out " + (folder / "m.npz")).status, 0);
  EXPECT_EQ(NpzReader(folder / "m.npz").Read("poses").shape[1], 72);
  const ProgramRun run = RunProgram("evaluate fit " + motion + " --stride 50 --json --quiet");
  ASSERT_EQ(run.status, 0) << run.output;
  const nlohmann::json report = nlohmann::json::parse(run.output);
  EXPECT_GT(report["people"], 10);
  EXPECT_EQ(report["usable_percent"], 100);
  // Seen: 46 and 38 mm; these are the promises.
  EXPECT_LT(report["mpjpe_mm_median"], 55);
  EXPECT_LT(report["pa_mpjpe_mm_median"], 45);
  EXPECT_LT(report["backward_bends_percent"], 2);
  EXPECT_LT(report["root_beyond_60deg_percent"], 2);
  const ProgramRun exact = RunProgram("evaluate fit " + motion + " --stride 50 --json --quiet --keypoints3d");
  ASSERT_EQ(exact.status, 0) << exact.output;
  EXPECT_LT(nlohmann::json::parse(exact.output)["mpjpe_mm_median"], 0.1);
}

// Real keypoints of people whose picture is not here: each gets a body that explains its keypoints, or the
// right reason.
TEST(Program, RealKeypointsGetUsableBodies) {
  const std::string shared = SourceFolder() + "/../shared/data/keypoints";
  if (!std::filesystem::exists(shared)) GTEST_SKIP() << "needs real keypoints in " << shared;
  const TestFolder folder;
  const ProgramRun run = RunProgram("fit " + shared + " --quiet --out " + (folder / "out"));
  ASSERT_EQ(run.status, 0) << run.output;
  std::map<std::string, double> heights;  // of the boxes of seen keypoints
  const std::unique_ptr<ObservationSource> source = OpenObservations({shared});
  for (PersonObservation person; source->Next(&person);) {
    double low = 1e9, high = -1e9;
    for (Eigen::Index k = 0; k < person.keypoints2d.rows(); ++k) {
      if (person.keypoints2d(k, 2) <= 0) continue;
      low = std::min(low, person.keypoints2d(k, 1));
      high = std::max(high, person.keypoints2d(k, 1));
    }
    heights[person.id] = high - low;
  }
  int usable = 0;
  for (const ResultsFile::Row& row : ReadResults(folder / "out").rows) {
    if (row.fit.num_keypoints < 6) {
      EXPECT_THAT(row.fit.reason, testing::AnyOf(reason::kTooFewKeypoints, reason::kNoPeople)) << row.fit.id;
      continue;
    }
    EXPECT_TRUE(row.fit.usable) << row.fit.id << " " << row.fit.reason;
    ++usable;
    ASSERT_TRUE(heights.count(row.fit.id)) << row.fit.id;
    EXPECT_LT(row.fit.residual_median, 0.04 * heights[row.fit.id]) << row.fit.id;
  }
  EXPECT_GE(usable, 11);
}

// A real video track, 675 frames without confidences or image size.
TEST(Program, RealVideoGetsUsableBodies) {
  const std::string path =
      SourceFolder() + "/../shared/data/keypoints/openpose_body25_video_video2bvh_0000-0674.csv";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "needs real keypoints in " << path;
  std::vector<double> keypoints;
  std::vector<double> heights;
  std::vector<int> seen;
  std::ifstream csv(path);
  for (std::string line; std::getline(csv, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream numbers(line);
    double low = 1e9, high = -1e9;
    seen.push_back(0);
    for (int k = 0; k < 25; ++k) {
      double x = 0, y = 0;
      numbers >> x >> y;
      const bool found = x != 0 || y != 0;
      keypoints.insert(keypoints.end(), {x, y, found ? 1.0 : 0.0});
      if (!found) continue;
      ++seen.back();
      low = std::min(low, y);
      high = std::max(high, y);
    }
    heights.push_back(high - low);
  }
  const auto num = static_cast<std::int64_t>(heights.size());
  ASSERT_EQ(num, 675);
  const TestFolder folder;
  WriteNpz(folder / "video.npz", {{"keypoints2d", NpyArray::FromDoubles(keypoints.data(), {num, 25, 3})},
                                  {"keypoint_set", NpyArray::FromString("openpose25")}});
  ASSERT_EQ(
      RunProgram("fit " + (folder / "video.npz") + " --starts 2 --quiet --out " + (folder / "out")).status,
      0);
  const ResultsFile results = ReadResults(folder / "out");
  ASSERT_EQ(results.rows.size(), heights.size());
  for (size_t i = 0; i < heights.size(); ++i) {
    const FitResult& fit = results.rows[i].fit;
    if (seen[i] < 6) {
      EXPECT_EQ(fit.reason, reason::kTooFewKeypoints) << i;
      continue;
    }
    EXPECT_TRUE(fit.usable) << i << " " << fit.reason;
    EXPECT_LT(fit.residual_median, 0.04 * heights[i]) << i;
  }
}

}  // namespace
}  // namespace vitruvius::program_test
