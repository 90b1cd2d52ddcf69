// Videos as users have them: who is who, when, and through which one camera, from keypoint files to motion
// files.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/io/npz.h"
#include "data/io/result_writer.h"
#include "tests/util/run_program.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::sequence_test {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The person of MakeKnownPerson(1), moved in the image by (x, 0) px.
nlohmann::json Numbers(double x_px, const char* set = "openpose25") {
  static std::map<std::string, PersonObservation> known;
  const auto [it, is_new] = known.try_emplace(set);
  if (is_new) it->second = MakeKnownPerson(1, set).observation;
  nlohmann::json numbers = nlohmann::json::array();
  for (Eigen::Index k = 0; k < it->second.keypoints2d.rows(); ++k) {
    const Eigen::RowVector3d row = it->second.keypoints2d.row(k);
    const bool seen = row[2] > 0;
    for (const double number : {seen ? row[0] + x_px : 0, row[1], row[2]}) numbers.push_back(number);
  }
  return numbers;
}

struct Seen {
  int person_id;
  double x_px;
};

void WriteFrame(const std::string& folder, const std::string& video, int frame,
                const std::vector<Seen>& people) {
  std::filesystem::create_directories(folder);
  nlohmann::json document = {{"version", 1.3}, {"people", nlohmann::json::array()}};
  for (const Seen& person : people) {
    document["people"].push_back(
        {{"person_id", {person.person_id}}, {"pose_keypoints_2d", Numbers(person.x_px)}});
  }
  char name[64];
  std::snprintf(name, sizeof(name), "/%s_%012d_keypoints.json", video.c_str(), frame);
  WriteAll(folder + name, document.dump());
}

// Fits and converts to AMASS's keys; gives the files by name.
class Sequences : public ::testing::Test {
 protected:
  void Fit(const std::string& input, const std::string& flags = "--image_size 1000x1000") {
    const ProgramRun run =
        RunProgram("fit " + (folder_ / input) + " --model mannequin --starts 1 --overwrite --out " +
                   (folder_ / "out") + " " + flags);
    ASSERT_EQ(run.status, 0) << run.output;
    said_ = run.output;
  }
  // Names of the motions.
  std::vector<std::string> Convert(const std::string& out = "out") {
    const ProgramRun run = RunProgram("convert " + (folder_ / out) + " --model mannequin --to npz --out " +
                                      (folder_ / "motions"));
    EXPECT_EQ(run.status, 0) << run.output;
    said_ = run.output;
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "motions"))
      names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  std::vector<std::int64_t> Valid(const std::string& name) {
    return NpzReader(folder_ / ("motions/" + name + ".npz")).Read("valid").ToInts();
  }
  std::vector<double> X(const std::string& name) {
    const NpyArray trans = NpzReader(folder_ / ("motions/" + name + ".npz")).Read("trans");
    const std::vector<double> values = trans.ToDoubles();
    std::vector<double> x;
    for (size_t i = 0; i < values.size(); i += 3) x.push_back(values[i]);
    return x;
  }
  const TestFolder folder_;
  std::string said_;
};

TEST_F(Sequences, AFrameInWhichNobodyWasFoundIsAFrame) {
  for (int frame = 0; frame < 6; ++frame)
    WriteFrame(folder_ / "k", "v", frame,
               frame == 3 ? std::vector<Seen>{} : std::vector<Seen>{{-1, 20.0 * frame}});
  Fit("k");
  ASSERT_THAT(Convert(), ElementsAre("v"));
  EXPECT_THAT(Valid("v"), ElementsAre(1, 1, 1, 0, 1, 1));
  const ResultsFile results = ReadResults(folder_ / "out");
  EXPECT_EQ(results.rows[3].identity.frame, 3);
  EXPECT_EQ(results.rows[3].fit.reason, "no_people");
}

TEST_F(Sequences, GapsInFrameNumbersStay) {
  for (const int frame : {0, 1, 5, 6}) WriteFrame(folder_ / "k", "v", frame, {{-1, 20.0 * frame}});
  Fit("k");
  ASSERT_THAT(Convert(), ElementsAre("v"));
  EXPECT_THAT(Valid("v"), ElementsAre(1, 1, 0, 0, 0, 1, 1));
}

// The order of people changes from frame to frame, with and without person_id.
TEST_F(Sequences, PeopleAreFollowed) {
  for (int frame = 0; frame < 4; ++frame) {
    for (const bool knows : {true, false}) {
      const Seen left = {knows ? 0 : -1, -180}, right = {knows ? 1 : -1, 190};
      WriteFrame(folder_ / "k", knows ? "named" : "unnamed", frame,
                 frame % 2 == 0 ? std::vector<Seen>{left, right} : std::vector<Seen>{right, left});
    }
  }
  Fit("k");
  ASSERT_THAT(Convert(),
              ElementsAre("named_person_0", "named_person_1", "unnamed_track_0", "unnamed_track_1"));
  EXPECT_THAT(said_, HasSubstr("joined"));
  for (const std::string name : {"named_person_0", "named_person_1", "unnamed_track_0", "unnamed_track_1"}) {
    EXPECT_THAT(Valid(name), ElementsAre(1, 1, 1, 1));
    const std::vector<double> x = X(name);
    ASSERT_EQ(x.size(), 4u);
    for (const double one : x) {
      EXPECT_NEAR(one, x[0], 0.1) << name;
      EXPECT_EQ(one < 0, name.back() == '0') << name;
    }
  }
}

TEST_F(Sequences, ACocoVideoIsOneFile) {
  nlohmann::json coco = {{"images", nlohmann::json::array()}, {"annotations", nlohmann::json::array()}};
  for (int frame = 0; frame < 4; ++frame) {
    coco["images"].push_back({{"id", 100 + frame},
                              {"file_name", "val/walk/00000" + std::to_string(frame) + ".jpg"},
                              {"width", 1000},
                              {"height", 1000},
                              {"frame_id", 100 + frame},
                              {"vid_id", "walk"}});
    coco["annotations"].push_back({{"id", frame + 1},
                                   {"image_id", 100 + frame},
                                   {"track_id", 0},
                                   {"keypoints", Numbers(30.0 * frame, "coco17")}});
  }
  WriteAll(folder_ / "coco.json", coco.dump());
  Fit("coco.json", "");
  EXPECT_THAT(said_, HasSubstr("told by the input (4)"));
  ASSERT_THAT(Convert(), ElementsAre("coco_walk_person_0"));
  EXPECT_THAT(Valid("coco_walk_person_0"), ElementsAre(1, 1, 1, 1));
  const std::vector<double> x = X("coco_walk_person_0");
  EXPECT_GT(x[3] - x[0], 0.2);
}

TEST_F(Sequences, PeopleOfOneImageAreSingleBodies) {
  nlohmann::json coco = {
      {"images", {{{"id", 1}, {"file_name", "party.jpg"}, {"width", 1000}, {"height", 1000}}}},
      {"annotations", nlohmann::json::array()}};
  for (int k = 0; k < 3; ++k)
    coco["annotations"].push_back(
        {{"id", k + 1}, {"image_id", 1}, {"keypoints", Numbers(30.0 * k, "coco17")}});
  WriteAll(folder_ / "coco.json", coco.dump());
  Fit("coco.json", "");
  ASSERT_THAT(Convert(), ElementsAre("party_1", "party_2", "party_3"));
  for (const char* name : {"party_1", "party_2", "party_3"}) EXPECT_THAT(Valid(name), ElementsAre(1));
}

// Of different images, and nothing says that these are frames: bodies, unless one motion is asked for.
TEST_F(Sequences, PeopleOfDifferentImagesAreFramesIfAskedForAlone) {
  nlohmann::json coco = {{"images", nlohmann::json::array()}, {"annotations", nlohmann::json::array()}};
  for (const int id : {139, 285}) {
    coco["images"].push_back(
        {{"id", id}, {"file_name", std::to_string(id) + ".jpg"}, {"width", 1000}, {"height", 1000}});
    coco["annotations"].push_back({{"id", id}, {"image_id", id}, {"keypoints", Numbers(0, "coco17")}});
  }
  WriteAll(folder_ / "coco.json", coco.dump());
  Fit("coco.json", "");
  EXPECT_EQ(Convert().size(), 2u);
  const ProgramRun run =
      RunProgram("convert " + (folder_ / "out") + " --model mannequin --to npz --fps 25 --out " +
                 (folder_ / "motions/one.npz"));
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("taken as frames in their order"));
  EXPECT_THAT(Valid("one"), ElementsAre(1, 1));
}

// Nobody tells how large the images are: one frame, of all that was seen, in every frame and shard of a
// video.
TEST_F(Sequences, AVideoHasOneCamera) {
  for (int frame = 0; frame < 6; ++frame) WriteFrame(folder_ / "k", "v", frame, {{-1, 60.0 * frame}});
  Fit("k", "--threads 2");
  EXPECT_THAT(said_, AllOf(HasSubstr("the extent of all that was seen in the capture stands for it (6)"),
                           HasSubstr("assumed: the image's diagonal (6)")));
  const ResultsFile whole = ReadResults(folder_ / "out");
  std::vector<double> depths;
  for (const ResultsFile::Row& row : whole.rows) {
    EXPECT_EQ(row.fit.focal_px, whole.rows[0].fit.focal_px);
    EXPECT_EQ(row.fit.center_px, whole.rows[0].fit.center_px);
    EXPECT_EQ(row.fit.camera_source, "extent");
    EXPECT_EQ(row.fit.focal_source, "assumed");
  }
  // The walk across the image is not lost.
  EXPECT_GT(whole.rows[5].fit.parameters.transl.x() - whole.rows[0].fit.parameters.transl.x(), 0.5);
  const nlohmann::json run = nlohmann::json::parse(ReadAll(folder_ / "out/run.json"));
  EXPECT_EQ(run["camera"]["image_size"]["extent"], 6);
  EXPECT_EQ(run["camera"]["focal"]["assumed"], 6);
  std::filesystem::remove_all(folder_ / "out");  // no shard goes beside a whole result
  Fit("k", "--shard 1/2 --threads 1");
  for (const ResultsFile::Row& row : ReadResults(folder_ / "out/shard_1_of_2").rows) {
    const FitResult& same = whole.rows[static_cast<size_t>(row.identity.frame)].fit;
    EXPECT_EQ(row.fit.focal_px, same.focal_px);
    EXPECT_EQ(row.fit.parameters.transl, same.parameters.transl);
  }
  const ProgramRun check = RunProgram("check " + (folder_ / "k") + " --model mannequin");
  EXPECT_THAT(check.output, AllOf(HasSubstr("about "), HasSubstr("stands for it (6)")));
}

TEST_F(Sequences, FocalLengthsInOtherUnits) {
  WriteFrame(folder_ / "k", "v", 0, {{-1, 0}});
  Fit("k", "--image_size 1600x1200 --fov 90");
  EXPECT_NEAR(ReadResults(folder_ / "out").rows[0].fit.focal_px.x(), 800, 1e-9);
  EXPECT_THAT(said_, HasSubstr("by --focal, --fov or --focal_mm (1); 800 px"));
  Fit("k", "--image_size 1600x1200 --focal_mm 50");
  EXPECT_NEAR(ReadResults(folder_ / "out").rows[0].fit.focal_px.x(), 50 * 2000 / std::hypot(36, 24), 1e-6);
  for (const char* wrong :
       {"--fov 200", "--fov -1", "--focal_mm -3", "--fov 50 --focal 900", "--fov 50 --focal_mm 28"})
    EXPECT_EQ(RunProgram("fit " + (folder_ / "k") + " --out " + (folder_ / "x") + " " + wrong).status, 2)
        << wrong;
}

}  // namespace
}  // namespace vitruvius::sequence_test
