// `vitruvius check` and what fit does about an input of another convention.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/bvh_writer.h"
#include "data/io/npz.h"
#include "models/body/mannequin.h"
#include "tests/util/run_program.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::check_program_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// People in 3D, in millimetres.
std::string WritePeople(const TestFolder& folder) {
  constexpr int kPeople = 4;
  std::vector<double> keypoints;
  for (int i = 0; i < kPeople; ++i) {
    const PersonObservation person =
        MakeKnownPerson(static_cast<std::uint64_t>(i) + 1, "smpl24", 0, true).observation;
    for (Eigen::Index k = 0; k < 24; ++k) {
      for (int axis = 0; axis < 3; ++axis) keypoints.push_back(1000 * person.keypoints3d(k, axis));
      keypoints.push_back(1);
    }
  }
  WriteNpz(folder / "mm.npz", {{"keypoints3d", NpyArray::FromDoubles(keypoints.data(), {kPeople, 24, 4})},
                               {"keypoint_set", NpyArray::FromString("smpl24")}});
  return folder / "mm.npz";
}

// The mannequin upside down for ten frames, as in a handstand or a cartwheel.
void WriteMotionOf(const std::string& path) {
  BodyAnimation animation = {"x", 30, {}, {}};
  for (int i = 0; i < 10; ++i) {
    animation.frames.push_back(BodyParameters::Zero(*Mannequin()));
    animation.frames.back().global_orient = Eigen::Vector3d(0, 0, EIGEN_PI);
    animation.found.push_back(1);
  }
  WriteBvh(path, *Mannequin(), animation);
}

TEST(CheckProgram, NamesWhatItSawAndWhatPutsItRight) {
  const TestFolder folder;
  const std::string input = WritePeople(folder);
  const ProgramRun wrong = RunProgram("check " + input);
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.output, HasSubstr("4 people, 4 can be read"));
  EXPECT_THAT(wrong.output, HasSubstr("smpl24 in 3D (4), 24.0 of 24 points seen"));
  EXPECT_THAT(wrong.output, HasSubstr("error: millimetres: people measure "));
  EXPECT_THAT(wrong.output, HasSubstr("--read_as=millimetres"));
  const ProgramRun right = RunProgram("check " + input + " --read_as=millimetres");
  EXPECT_EQ(right.status, 0) << right.output;
  EXPECT_THAT(right.output, HasSubstr("conventions: nothing unusual"));
  EXPECT_EQ(RunProgram("check").status, 2);
  EXPECT_EQ(RunProgram("check " + input + " --read_as=furlongs").status, 1);
}

// Motion capture says what its axes and units are: advice of --read_as would be refused.
TEST(CheckProgram, MotionCaptureIsNotJudged) {
  const TestFolder folder;
  WriteMotionOf(folder / "turned.bvh");
  const ProgramRun run = RunProgram("check " + (folder / "turned.bvh") + " --unit m");
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("conventions: not judged"));
  EXPECT_THAT(run.output, Not(HasSubstr("read_as")));
  const ProgramRun wrong = RunProgram("check " + (folder / "turned.bvh") + " --unit mm");
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.output, HasSubstr("another unit was asked for"));
  EXPECT_EQ(RunProgram("check " + (folder / "turned.bvh") + " --read_as=z_up").status, 2);
}

TEST(CheckProgram, FitStopsUnlessToldOtherwise) {
  const TestFolder folder;
  const std::string fit = "fit " + WritePeople(folder) + " --overwrite --out " + (folder / "out");
  const ProgramRun stopped = RunProgram(fit);
  EXPECT_EQ(stopped.status, 1);
  EXPECT_THAT(stopped.output, HasSubstr("nothing was fitted"));
  EXPECT_FALSE(std::filesystem::exists(folder / "out/results.npz"));
  const ProgramRun warned = RunProgram(fit + " --conventions=warn");
  EXPECT_EQ(warned.status, 3);  // fitted all the same, and nobody is usable
  EXPECT_THAT(warned.output, HasSubstr("error: millimetres"));
  EXPECT_THAT(RunProgram(fit + " --conventions=off").output, Not(HasSubstr("error: millimetres")));
  EXPECT_EQ(RunProgram(fit + " --conventions=maybe").status, 2);
  const ProgramRun put_right = RunProgram(fit + " --read_as=millimetres");
  EXPECT_EQ(put_right.status, 0);
  EXPECT_THAT(put_right.output, HasSubstr("4 people, 4 usable"));
}

}  // namespace
}  // namespace vitruvius::check_program_test
