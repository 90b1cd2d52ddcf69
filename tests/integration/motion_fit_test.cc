// Motion capture fitted with bodies whose rest pelvis lies in different places.
#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/npz.h"
#include "data/io/npz_writer.h"
#include "tests/data/datasets/figure_bvh.h"
#include "tests/data/datasets/mocap_test_util.h"
#include "tests/util/run_program.h"

namespace vitruvius::motion_fit_test {
namespace {

using testing::HasSubstr;

// The first frames of a BVH file, in a file of their own.
void WriteFirstFrames(const std::string& from, int frames, const std::string& to) {
  std::ifstream in(from);
  std::ofstream out(to);
  std::string line;
  int left = -1;
  while (left != 0 && std::getline(in, line)) {
    if (line.rfind("Frames:", 0) == 0) line = "Frames: " + std::to_string(frames);
    out << line << "\n";
    if (left > 0) --left;
    if (line.rfind("Frame Time:", 0) == 0) left = frames;
  }
}

TEST(FitOfMotion, APelvisIsWhereTheFileHasItWhateverTheBodysRest) {
  const std::string source = AssimpBvh("01_01.bvh");
  if (!std::filesystem::exists(source)) GTEST_SKIP() << "needs Debian's package assimp-testmodels";
  const TestFolder folder;
  WriteFirstFrames(source, 3, folder / "walk.bvh");
  ASSERT_EQ(RunProgram("model convert mannequin " + (folder / "body.npz")).status, 0);
  std::map<std::string, NpyArray> arrays;
  {
    const NpzReader reader(folder / "body.npz");
    for (const std::string& key : reader.Keys()) arrays[key] = reader.Read(key);
  }
  std::vector<double> vertices = arrays["v_template"].ToDoubles();
  for (size_t i = 1; i < vertices.size(); i += 3) vertices[i] -= 0.2;  // about where SMPL has its pelvis
  arrays["v_template"] = NpyArray::FromDoubles(vertices.data(), arrays["v_template"].shape);
  WriteNpz(folder / "lower.npz", arrays);

  std::vector<std::vector<double>> joints;
  for (const std::string model : {"body", "lower"}) {
    const ProgramRun run = RunProgram("fit " + (folder / "walk.bvh") + " --quiet --model " +
                                      (folder / (model + ".npz")) + " --out " + (folder / model));
    ASSERT_EQ(run.status, 0) << run.output;
    joints.push_back(NpzReader(folder / (model + "/results.npz")).Read("joints3d").ToDoubles());
  }
  ASSERT_EQ(joints[0].size(), joints[1].size());
  ASSERT_FALSE(joints[0].empty());
  constexpr double kFitM = 1e-3;  // fits of exact joints end within micrometres
  for (size_t i = 0; i < joints[0].size(); ++i) EXPECT_NEAR(joints[0][i], joints[1][i], kFitM) << i;
}

TEST(FitOfMotion, TheResultOfOneFileKeepsItsRate) {
  const std::string source = AssimpBvh("01_01.bvh");
  if (!std::filesystem::exists(source)) GTEST_SKIP() << "needs Debian's package assimp-testmodels";
  const TestFolder folder;
  WriteFirstFrames(source, 3, folder / "walk.bvh");
  WriteFirstFrames(source, 2, folder / "other.bvh");
  const std::string fit = " --quiet --model mannequin --out ";
  ASSERT_EQ(RunProgram("fit " + (folder / "walk.bvh") + fit + (folder / "one")).status, 0);
  EXPECT_NEAR(NpzReader(folder / "one/results.npz").Read("mocap_frame_rate").ToDoubles()[0], 120, 0.1);
  // Two motions are no sequence.
  ASSERT_EQ(RunProgram("fit " + (folder / "walk.bvh") + " " + (folder / "other.bvh") + fit + (folder / "two"))
                .status,
            0);
  EXPECT_FALSE(NpzReader(folder / "two/results.npz").Has("mocap_frame_rate"));
}

// A folder of motion, names in any case: each trial's frames, and each id once.
TEST(FitOfMotion, FoldersAndCapitals) {
  const TestFolder folder;
  FigureStyle style;
  style.num_frames = 2;
  for (const std::string name : {"in/a/walk.BVH", "in/b/walk.bvh", "in/run.bvh"}) {
    std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
    WriteAll(folder / name, FigureBvh(style));
  }
  const std::string fit =
      "fit " + (folder / "in") + " --model mannequin --starts 1 --quiet --out " + (folder / "out");
  ProgramRun run = RunProgram(fit);
  ASSERT_EQ(run.status, 0) << run.output;
  const std::vector<std::string> ids = NpzReader(folder / "out/results.npz").Read("ids").ToStrings();
  ASSERT_EQ(ids.size(), 6u);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 6u);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), "run_1"), 1);
  const NpzReader results(folder / "out/results.npz");
  EXPECT_EQ(results.Read("frame").ToInts(), (std::vector<std::int64_t>{0, 1, 0, 1, 0, 1}));
  EXPECT_NEAR(results.Read("time_s").ToDoubles()[1], 1 / 30.0, 1e-6);
  EXPECT_EQ(results.Read("capture").ToStrings()[5], "run");
  EXPECT_EQ(results.Read("subject").ToStrings()[5], "run");
  for (const std::int64_t status : NpzReader(folder / "out/results.npz").Read("status").ToInts())
    EXPECT_EQ(status, 1);

  // A file that is named twice is fitted once.
  run = RunProgram(fit + "2 " + (folder / "in/run.bvh") + " " + (folder / "in/a/../run.bvh"));
  EXPECT_EQ(NpzReader(folder / "out2/results.npz").Read("ids").ToStrings().size(), 6u) << run.output;
  // What a run leaves in the folder, and motion that was converted, are no keypoints.
  ASSERT_EQ(RunProgram("convert " + (folder / "in/run.bvh") + " --out " + (folder / "in/run.npz")).status, 0);
  const std::string here =
      "fit " + (folder / "in") + " --model mannequin --starts 1 --out " + (folder / "in");
  EXPECT_EQ(RunProgram(here).status, 0);
  EXPECT_THAT(RunProgram(here + " --resume").output, HasSubstr("finished already"));
  EXPECT_EQ(RunProgram(here + " --overwrite").status, 0);

  WriteAll(folder / "in/joints.csv", "x");
  EXPECT_THAT(RunProgram(here + " --overwrite").output,
              HasSubstr("are left out beside .bvh and .amc (joints.csv)"));

  WriteAll(folder / "in/keypoints.json", "{}");
  run = RunProgram(fit);
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.output, HasSubstr("holds motion files (.bvh, .amc) and keypoint files (.json, .npz)"));
}

// z up, in inches, with a joint above the hips: the same bodies.
TEST(FitOfMotion, AnyDialectGivesTheSameBodies) {
  const TestFolder folder;
  FigureStyle style;
  style.num_frames = 2;
  WriteAll(folder / "a.bvh", FigureBvh(style));
  style.file_from_figure = YUpFrom(UpAxis::kZ).transpose();
  style.units_per_cm = 1 / 2.54;
  style.above = {"Reference"};
  style.positions = FigureStyle::Positions::kAll;
  WriteAll(folder / "b.BVH", FigureBvh(style));
  std::vector<std::vector<double>> joints;
  for (const std::string name : {"a.bvh", "b.BVH"}) {
    const std::string out = folder / ("out_" + name);
    const ProgramRun run =
        RunProgram("fit " + (folder / name) + " --model mannequin --starts 1 --up auto --out " + out);
    ASSERT_EQ(run.status, 0) << run.output;
    EXPECT_EQ(run.output.find("b.BVH: z is up in the rest pose") != std::string::npos, name == "b.BVH");
    joints.push_back(NpzReader(out + "/results.npz").Read("joints3d").ToDoubles());
  }
  ASSERT_EQ(joints[0].size(), joints[1].size());
  for (size_t i = 0; i < joints[0].size(); ++i) EXPECT_NEAR(joints[0][i], joints[1][i], 1e-4) << i;
}

}  // namespace
}  // namespace vitruvius::motion_fit_test
