// `vitruvius synthesize`: what it leaves, and that the other commands take it.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/datasets/motion_file.h"
#include "data/io/keypoint_files.h"
#include "data/io/picture.h"
#include "data/io/result_writer.h"
#include "models/body/mannequin.h"
#include "models/camera/camera.h"
#include "tests/util/run_program.h"

namespace vitruvius::synthesize_test {
namespace {

using testing::HasSubstr;
using testing::Not;

// Somebody who stands and swings the arms.
std::string WriteSwing(const TestFolder& folder) {
  Motion motion;
  motion.fps = 30;
  constexpr int kFrames = 20, kLeftShoulder = 16, kRightShoulder = 17;
  motion.poses = RowMatrixXd::Zero(kFrames, 72);
  motion.transl = MatrixX3d::Zero(kFrames, 3);
  motion.valid.assign(kFrames, 1);
  for (int frame = 0; frame < kFrames; ++frame) {
    motion.poses(frame, 3 * kLeftShoulder + 2) = -0.3 - 0.03 * frame;
    motion.poses(frame, 3 * kRightShoulder + 2) = 1.1 - 0.02 * frame;
  }
  SaveMotion(folder / "swing.npz", motion);
  return folder / "swing.npz";
}

TEST(Synthesize, WhatItLeavesIsTakenByTheOtherCommands) {
  const TestFolder folder;
  const std::string out = folder / "set", body = " --model mannequin";
  const ProgramRun run =
      RunProgram("synthesize " + WriteSwing(folder) + body + " --count 5 --side 128 --out " + out);
  ASSERT_EQ(run.status, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("5 pictures of mannequin"));
  EXPECT_TRUE(std::filesystem::exists(out + "/samples.jpg"));
  const ResultsFile truth = ReadResults(out + "/truth");
  ASSERT_EQ(truth.rows.size(), 5u);
  ObservationOptions options;
  options.dense = true;
  const auto source = OpenObservations({out + "/annotations.json"}, options);
  PersonObservation person;
  for (const ResultsFile::Row& row : truth.rows) {
    ASSERT_TRUE(source->Next(&person));
    EXPECT_EQ(person.id, row.fit.id);
    EXPECT_EQ(person.image_path, row.image_path);
    EXPECT_GT(person.dense.size(), 40u);
    const Image image = ReadPicture(out + "/images/" + person.image_path);
    EXPECT_EQ(image.width, 128);
    const Image mask =
        ReadPicture(out + "/masks/" + std::filesystem::path(person.image_path).stem().string() + ".png");
    for (const DensePoint& point : person.dense) {
      EXPECT_EQ(mask.at(static_cast<int>(point.image_px.x()), static_cast<int>(point.image_px.y())).r, 255);
    }
    // A keypoint that is a joint, by the truth's joints and camera.
    const PerspectiveCamera camera = {row.fit.focal_px, row.fit.center_px};
    const int knee = person.set->Index("left_knee");
    if (person.keypoints2d(knee, 2) == 0) continue;
    const Eigen::Vector3d joint = row.fit.joints3d.row(Mannequin()->JointIndex("left_knee"));
    EXPECT_LT((camera.ImgFromCam(joint) - person.keypoints2d.row(knee).head<2>().transpose()).norm(), 1e-3);
  }
  EXPECT_FALSE(source->Next(&person));

  const ProgramRun fits = RunProgram("register " + out + "/annotations.json --images " + out +
                                     "/images --overlay --quiet --out " + (folder / "fits") + body);
  ASSERT_EQ(fits.status, 0) << fits.output;
  EXPECT_EQ(ReadResults(folder / "fits").rows.size(), 5u);
  const ProgramRun check = RunProgram("check " + out + "/annotations.json");
  EXPECT_EQ(check.status, 0);
  EXPECT_THAT(check.output, HasSubstr("conventions: nothing unusual"));
  EXPECT_THAT(check.output, Not(HasSubstr("remark")));  // every point lies on its part's mask
  EXPECT_EQ(RunProgram("render " + out + "/truth --out " + (folder / "truth.png") + body).status, 0);
  EXPECT_EQ(RunProgram("convert " + out + "/truth --to obj --out " + (folder / "obj") + body).status, 0);
}

TEST(Synthesize, LabelledHiddenFacesAreNoFault) {
  const TestFolder folder;
  const std::string labels = folder / "set/annotations.json";
  ASSERT_EQ(RunProgram("synthesize " + WriteSwing(folder) +
                       " --model mannequin --count 48 --side 96 --quiet --out " + (folder / "set"))
                .status,
            0);
  EXPECT_THAT(RunProgram("check --model mannequin " + labels).output,
              HasSubstr("conventions: nothing unusual"));
  const ProgramRun swapped = RunProgram("check --model mannequin --read_as=left_right_swapped " + labels);
  EXPECT_THAT(swapped.output, HasSubstr("error: left_right_swapped"));
}

TEST(Synthesize, NeitherThreadsNorCountChangeAPicture) {
  const TestFolder folder;
  const std::string line = "synthesize " + WriteSwing(folder) + " --model mannequin --side 96 --quiet --out ";
  ASSERT_EQ(RunProgram(line + (folder / "a") + " --count 40 --threads 1").status, 0);
  ASSERT_EQ(RunProgram(line + (folder / "b") + " --count 40 --threads 3").status, 0);
  ASSERT_EQ(RunProgram(line + (folder / "c") + " --count 3 --threads 2").status, 0);
  for (const char* file :
       {"annotations.json", "truth/results.npz", "samples.jpg", "images/000039.jpg", "masks/000039.png"}) {
    EXPECT_EQ(ReadAll(folder / "a/" + file), ReadAll(folder / "b/" + file)) << file;
    EXPECT_FALSE(ReadAll(folder / "a/" + file).empty()) << file;
  }
  for (const char* file : {"images/000002.jpg", "masks/000002.png"})
    EXPECT_EQ(ReadAll(folder / "a/" + file), ReadAll(folder / "c/" + file)) << file;
}

TEST(Synthesize, RefusesWhatItCannotUse) {
  const TestFolder folder;
  const std::string motion = WriteSwing(folder);
  const auto refusal = [&](const std::string& words, int status) {
    const ProgramRun run = RunProgram("synthesize " + words + " --model mannequin --quiet");
    EXPECT_EQ(run.status, status) << words << "\n" << run.output;
    return run.output;
  };
  const std::string out = " --out " + (folder / "set");
  EXPECT_THAT(refusal(out, 2), HasSubstr("name motion files"));
  EXPECT_THAT(refusal(motion, 2), HasSubstr("--out is missing"));
  EXPECT_THAT(refusal(motion + out + " --count 0", 2), HasSubstr("--count: found 0, expected 1 to"));
  EXPECT_THAT(refusal(motion + out + " --side 100000", 2),
              HasSubstr("--side: found 100000, expected 32 to 4096"));
  EXPECT_THAT(refusal(motion + out + " --occluded 1.5", 2),
              HasSubstr("--occluded: found 1.5, expected 0 to 1"));
  EXPECT_THAT(refusal(motion + out + " --points -1", 2), HasSubstr("--points: found -1"));
  EXPECT_THAT(refusal((folder / "none.bvh") + out, 1), HasSubstr("none.bvh"));
  EXPECT_THAT(refusal(motion + out + " --backgrounds " + (folder / "none"), 1),
              HasSubstr("none: found no folder"));
  WriteAll(folder / "photos.jpg", "\xff\xd8\xff cut short");
  std::filesystem::create_directories(folder / "photos");
  std::filesystem::rename(folder / "photos.jpg", folder / "photos/cut.jpg");
  EXPECT_THAT(refusal(motion + out + " --count 3 --backgrounds " + (folder / "photos"), 1),
              HasSubstr("cut.jpg: damaged JPEG"));
  EXPECT_FALSE(std::filesystem::exists(folder / "set/annotations.json"));
  EXPECT_FALSE(std::filesystem::exists(folder / "set/truth/results.npz"));
}

}  // namespace
}  // namespace vitruvius::synthesize_test
