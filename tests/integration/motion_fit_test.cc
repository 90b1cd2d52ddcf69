// Motion capture fitted with bodies whose rest pelvis lies in different places.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "data/io/npz.h"
#include "data/io/npz_writer.h"
#include "tests/data/datasets/mocap_test_util.h"
#include "tests/util/run_program.h"

namespace vitruvius::motion_fit_test {
namespace {

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

}  // namespace
}  // namespace vitruvius::motion_fit_test
