// `vitruvius convert` of motion capture: one file, and folders of many.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/datasets/motion_file.h"
#include "tests/data/datasets/figure_bvh.h"
#include "tests/util/run_program.h"

namespace vitruvius::convert_motion_test {
namespace {

using testing::HasSubstr;
using testing::Not;

// A calm motion of which frame 1 is marked as a glitch.
void WriteMotion(const std::string& path, int frames, double fps) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  Motion motion;
  motion.fps = fps;
  motion.poses = RowMatrixXd::Constant(frames, 72, 0.01);
  motion.transl = MatrixX3d::Constant(frames, 3, 0.5);
  motion.valid.assign(frames, 1);
  motion.valid[1] = 0;
  SaveMotion(path, motion);
}

TEST(ConvertMotion, AFolderBecomesAFileATrialAndATableASubject) {
  TestFolder folder;
  WriteMotion(folder / "in/train/cmu_05.x/05_01.npz", 8, 60);
  WriteMotion(folder / "in/train/cmu_05.x/05_02.npz", 5, 30);
  WriteMotion(folder / "in/train/again/05_02.npz", 5, 30);
  WriteMotion(folder / "in/val/cmu_07.x/kick_1.npz", 3, 30);
  WriteAll(folder / "in/val/cmu_07.x/broken.bvh", "HIERARCHY\nROOT");
  const ProgramRun run = RunProgram("convert " + (folder / "in") + " --out " + (folder / "out"));
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("left out: "));
  EXPECT_THAT(run.output, HasSubstr("broken.bvh: line 2"));
  EXPECT_THAT(run.output,
              HasSubstr("train            05                            2        9        1        8\n"));
  EXPECT_THAT(run.output,
              HasSubstr("val              07                            1        3        1        2\n"));
  EXPECT_THAT(run.output,
              HasSubstr("all              all                           3       12        2       10\n"));
  EXPECT_THAT(run.output, HasSubstr("1 clips are here in a better format too"));
  // Every second of 8 frames at 60: the glitch in frame 1 is not among them.
  const Motion motion = LoadMotion(folder / "out/train/cmu_05.x/05_01.npz");
  EXPECT_EQ(motion.fps, 30);
  EXPECT_EQ(motion.valid, (std::vector<std::uint8_t>{1, 1, 1, 1}));
  EXPECT_EQ(motion.subject, "05");
  EXPECT_EQ(LoadMotion(folder / "out/val/cmu_07.x/kick_1.npz").subject, "07");
  EXPECT_FALSE(std::filesystem::exists(folder / "out/val/cmu_07.x/broken.npz"));

  const ProgramRun fit =
      RunProgram("prior fit-gmm " + (folder / "out/train") + " --components 1 --out " + (folder / "gmm.npz"));
  EXPECT_EQ(fit.status, 0) << fit.output;
  EXPECT_THAT(fit.output, HasSubstr("9 frames read, 1 dropped as implausible, 16 poses of 1 subjects"));
}

TEST(ConvertMotion, OneFileKeepsItsRateUnlessTold) {
  TestFolder folder;
  WriteMotion(folder / "in/a.npz", 8, 60);
  EXPECT_EQ(RunProgram("convert " + (folder / "in/a.npz") + " --out " + (folder / "b.npz")).status, 0);
  EXPECT_EQ(LoadMotion(folder / "b.npz").fps, 60);
  EXPECT_EQ(
      RunProgram("convert " + (folder / "in/a.npz") + " --fps 20 --up_axis z --out " + (folder / "c.npz"))
          .status,
      0);
  const Motion motion = LoadMotion(folder / "c.npz");
  EXPECT_EQ(motion.fps, 20);
  EXPECT_EQ(motion.num_frames(), 3);
  EXPECT_NEAR(motion.transl(0, 1), 0.5, 0.1);  // z up in the file and turned back
}

// What a .bvh does not name is found, told, and may be said otherwise.
TEST(ConvertMotion, UnitsAxesAndRestPoses) {
  TestFolder folder;
  const auto convert = [&](const FigureStyle& style, const std::string& flags) {
    WriteAll(folder / "x.BVH", FigureBvh(style));
    return RunProgram("convert " + (folder / "x.BVH") + " --model mannequin --out " + (folder / "x.npz") +
                      " " + flags);
  };
  const auto hips = [&] { return LoadMotion(folder / "x.npz").transl.row(0).eval(); };
  FigureStyle style;
  ProgramRun run = convert(style, "");
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("  unit: centimetres, by legs of 0.83 m\n"));
  const Eigen::RowVector3d right = hips();

  style.file_from_figure = YUpFrom(UpAxis::kZ).transpose();
  run = convert(style, "");
  EXPECT_THAT(run.output, HasSubstr("x.BVH: z is up in the rest pose: the world is turned so that y is"));
  EXPECT_LT((hips() - right).norm(), 1e-6);
  EXPECT_THAT(convert(style, "--up z").output, Not(HasSubstr("is up in")));
  EXPECT_LT((hips() - right).norm(), 1e-6);

  style = FigureStyle();
  style.units_per_cm = 0.62 / 2.54;  // a child, in inches
  EXPECT_THAT(convert(style, "").output, HasSubstr("inches, by legs of 0.515 m: a child?"));
  EXPECT_EQ(convert(style, "--unit 0.0254 --rest_frame 3").status, 0);
  for (const std::string wrong : {"--unit furlong", "--up w", "--rest_frame -2"}) {
    run = convert(style, wrong);
    EXPECT_EQ(run.status, 2) << wrong;
    EXPECT_THAT(run.output, HasSubstr(wrong.substr(0, wrong.find(' ')) + ": found ")) << wrong;
  }
  run = convert(style, "--rest_frame 8");
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("x.BVH: rest frame: found 8, expected 0 to 7"));
}

TEST(ConvertMotion, BadUsageAndBadInputAreTold) {
  TestFolder folder;
  WriteMotion(folder / "a.npz", 2, 30);
  EXPECT_EQ(RunProgram("convert " + (folder / "a.npz")).status, 2);
  EXPECT_EQ(RunProgram("convert " + (folder / "a.npz") + " --up_axis x --out " + (folder / "b.npz")).status,
            2);
  EXPECT_EQ(RunProgram("convert " + (folder / "a.npz") + " --fps -1 --out " + (folder / "b.npz")).status, 2);
  const ProgramRun kind = RunProgram("convert " + (folder / "a.npz") + " --out " + (folder / "b.bvh"));
  EXPECT_EQ(kind.status, 2);
  EXPECT_THAT(kind.output, HasSubstr("motion capture becomes FILE.npz, or a file in a folder"));
  EXPECT_FALSE(std::filesystem::exists(folder / "b.bvh"));
  EXPECT_EQ(RunProgram("convert " + (folder / "a.npz") + " --out " + (folder / "one")).status, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "one/a.npz"));
  std::filesystem::create_directories(folder / "bad");
  WriteAll(folder / "bad/x.bvh", "nothing");
  const ProgramRun run = RunProgram("convert " + (folder / "bad") + " --out " + (folder / "out"));
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.output, HasSubstr("no motion could be read"));
}

}  // namespace
}  // namespace vitruvius::convert_motion_test
