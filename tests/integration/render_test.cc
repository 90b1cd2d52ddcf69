// Images of results as a user makes them: bodies of 3D keypoints, which have no camera, and turned ones.
#include <algorithm>
#include <filesystem>
#include <initializer_list>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/npz.h"
#include "data/io/picture.h"
#include "data/io/result_writer.h"
#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "models/math/so3.h"
#include "tests/util/run_program.h"

namespace vitruvius::render_test {
namespace {

using ::testing::HasSubstr;

// Two people of 3D keypoints: one with y up, one in camera axes.
enum class Axes { kYUp, kCamera, kZUp };
void WriteResult(const TestFolder& folder, std::initializer_list<Axes> people = {Axes::kYUp, Axes::kCamera}) {
  ResultsWriter results(folder / "out", *Mannequin());
  int count[3] = {0, 0, 0};
  for (const Axes axes : people) {
    const bool y_up = axes == Axes::kYUp;
    const int number = count[static_cast<int>(axes)]++;
    FitResult fit;
    fit.id = std::string(y_up                    ? "up"
                         : axes == Axes::kCamera ? "camera"
                                                 : "z") +
             (number > 0 ? std::to_string(number) : "");
    fit.usable = true;
    fit.reason = reason::kOk;
    fit.winning_start = 0;
    fit.num_keypoints = 24;
    fit.residual_median = 0.002;
    fit.focal_source = "none";
    fit.parameters = BodyParameters::Zero(*Mannequin());
    fit.parameters.global_orient.x() = y_up                 ? 0
                                       : axes == Axes::kZUp ? 1.57079632679489662
                                                            : 3.14159265358979323846;
    fit.parameters.transl = Eigen::Vector3d(0.3, 1, y_up ? -1.0 : 4.0);
    fit.joints3d = PoseMesh(*Mannequin(), fit.parameters).joints;
    results.Append(fit, PersonObservation());
  }
  results.Finish();
}

// Share of the image that has the body's colour, and how wide that is beside its height.
struct Shown {
  double share = 0, aspect = 0;
};
Shown Look(const std::string& path) {
  const Image image = ReadPicture(path);
  int low_x = image.width, high_x = 0, low_y = image.height, high_y = 0, count = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (image.at(x, y).r <= image.at(x, y).b + 8) continue;
      ++count;
      low_x = std::min(low_x, x), high_x = std::max(high_x, x);
      low_y = std::min(low_y, y), high_y = std::max(high_y, y);
    }
  }
  return {count / (1.0 * image.width * image.height),
          static_cast<double>(high_x - low_x) / std::max(1, high_y - low_y)};
}

TEST(Render, ABodyOf3dKeypointsIsSeenFromEverySide) {
  const TestFolder folder;
  WriteResult(folder);
  for (const std::string id : {"up", "camera"}) {
    const auto look = [&](const std::string& view) {
      const ProgramRun run = RunProgram("render " + (folder / "out") + " --id " + id + " --out " +
                                        (folder / "image.png") + view);
      EXPECT_EQ(run.status, 0) << run.output;
      return Look(folder / "image.png");
    };
    const Shown own = look(""), front = look(" --view front"), side = look(" --view side"),
                top = look(" --view top");
    for (const Shown& shown : {own, front, side, top}) EXPECT_GT(shown.share, 0.05) << id;
    EXPECT_NEAR(own.aspect, front.aspect, 0.02) << id;  // it faces the camera
    EXPECT_GT(front.aspect, 0.8) << id;                 // arms spread
    EXPECT_LT(side.aspect, 0.4) << id;
    EXPECT_GT(top.aspect, 3) << id;
    EXPECT_GT(look(" --view orbit").share, 0.03) << id;
  }
  const ProgramRun wrong = RunProgram("render " + (folder / "out") + " --view back --out x.png");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.output, HasSubstr("expected camera, front, side, top or orbit"));
}

// 3D keypoints have the axes that they have: bodies leave upright all the same.
TEST(Convert, BodiesOf3dKeypointsStandUpright) {
  for (const Axes axes : {Axes::kYUp, Axes::kCamera, Axes::kZUp}) {
    const TestFolder folder;
    WriteResult(folder, {axes, axes, axes, axes, axes, axes});
    const ProgramRun run =
        RunProgram("convert " + (folder / "out") + " --to npz --fps 30 --out " + (folder / "made"));
    ASSERT_EQ(run.status, 0) << run.output;
    for (const auto& file : std::filesystem::directory_iterator(folder / "made")) {
      const std::vector<double> pose = NpzReader(file.path().string()).Read("poses").ToDoubles();
      const Eigen::Vector3d up = ExpSO3(Eigen::Vector3d(pose[0], pose[1], pose[2])).col(1);
      EXPECT_NEAR(up.z(), 1, 1e-6) << static_cast<int>(axes) << ": AMASS is z up";
    }
  }
}

TEST(Render, FlagsThatShowNothingAreRefused) {
  const TestFolder folder;
  WriteResult(folder);
  const std::string render = "render " + (folder / "out") + " --out " + (folder / "x.png");
  EXPECT_THAT(RunProgram(render + " --limit -1").output, HasSubstr("--limit: found -1"));
  EXPECT_EQ(RunProgram(render + " --up z").status, 0) << "without a camera it says how bodies stand";
}

}  // namespace
}  // namespace vitruvius::render_test
