#include "data/datasets/motion_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/datasets/pose_collection.h"
#include "data/datasets/trial_names.h"
#include "data/io/npz.h"
#include "models/util/rng.h"
#include "tests/data/datasets/mocap_test_util.h"

namespace vitruvius::motion_file_test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

Motion SmallMotion(int frames) {
  Rng rng(5);
  Motion motion;
  motion.fps = 59.94;
  motion.poses = RowMatrixXd::NullaryExpr(frames, 72, [&] { return 0.3 * rng.Normal(); });
  motion.transl = MatrixX3d::NullaryExpr(frames, 3, [&] { return rng.Normal(); });
  motion.valid.assign(frames, 1);
  motion.valid[1] = 0;
  motion.betas = {1, -2};
  motion.gender = "female";
  return motion;
}

std::map<std::string, NpyArray> AmassArrays(int columns, const RowMatrixXd& poses) {
  const std::vector<double> trans(3 * poses.rows(), 0.5);
  const double rate = 120;
  std::map<std::string, NpyArray> arrays;
  arrays["poses"] = NpyArray::FromDoubles(poses.data(), {poses.rows(), columns});
  arrays["trans"] = NpyArray::FromDoubles(trans.data(), {poses.rows(), 3});
  arrays["mocap_framerate"] = NpyArray::FromDoubles(&rate, {});
  return arrays;
}

TEST(MotionFile, SavedMotionsComeBack) {
  TemporaryFolder folder;
  const Motion motion = SmallMotion(4);
  SaveMotion(folder / "walk.npz", motion);
  const Motion loaded = OpenMotion(folder / "walk.npz");
  EXPECT_EQ(loaded.name, "walk");
  EXPECT_EQ(loaded.fps, motion.fps);
  EXPECT_LT((loaded.poses - motion.poses).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_EQ(loaded.transl, motion.transl);
  EXPECT_EQ(loaded.valid, motion.valid);
  EXPECT_EQ(loaded.betas, motion.betas);
  EXPECT_EQ(loaded.gender, "female");
}

TEST(MotionFile, LongerPosesGiveTheirBodyJointsAndNoHands) {
  TemporaryFolder folder;
  for (const int columns : {156, 165}) {
    const RowMatrixXd poses = RowMatrixXd::Constant(2, columns, 0.1);
    WriteNpz(folder / "a.npz", AmassArrays(columns, poses));
    const Motion motion = LoadMotion(folder / "a.npz");
    EXPECT_EQ(motion.fps, 120);
    EXPECT_NEAR(motion.poses(0, 65), 0.1, 1e-12);
    EXPECT_EQ(motion.poses(0, 66), 0);
    EXPECT_EQ(motion.poses(1, 71), 0);
    EXPECT_EQ(motion.valid, (std::vector<std::uint8_t>{1, 1}));
  }
}

TEST(MotionFile, LoadedPosesAreOnThePrincipalBranch) {
  TemporaryFolder folder;
  RowMatrixXd poses = RowMatrixXd::Zero(1, 72);
  poses(0, 3) = 4;
  WriteNpz(folder / "a.npz", AmassArrays(72, poses));
  EXPECT_NEAR(LoadMotion(folder / "a.npz").poses(0, 3), 4 - 2 * 3.141592653589793, 1e-12);
}

TEST(MotionFile, RefusalsNameTheArray) {
  TemporaryFolder folder;
  const auto error = [&](std::map<std::string, NpyArray> arrays, const std::string& without = "") {
    arrays.erase(without);
    WriteNpz(folder / "a.npz", arrays);
    return ErrorOf([&] { LoadMotion(folder / "a.npz"); });
  };
  RowMatrixXd poses = RowMatrixXd::Zero(2, 72);
  EXPECT_EQ(error(AmassArrays(72, poses)), "");
  EXPECT_THAT(error(AmassArrays(72, poses), "trans"), HasSubstr("trans"));
  EXPECT_THAT(error(AmassArrays(72, poses), "mocap_framerate"), HasSubstr("neither mocap_frame_rate nor"));
  EXPECT_THAT(error(AmassArrays(71, RowMatrixXd::Zero(2, 71))),
              HasSubstr("poses: found 71 columns, expected 72"));
  EXPECT_THAT(error(AmassArrays(72, RowMatrixXd::Zero(0, 72))), HasSubstr("found no frame"));
  poses(1, 5) = std::nan("");
  EXPECT_THAT(error(AmassArrays(72, poses)), HasSubstr("poses: found a value that is not finite in frame 1"));
  EXPECT_THAT(ErrorOf([&] { OpenMotion(folder / "a.fbx"); }), HasSubstr("found the extension \".fbx\""));
}

TEST(MotionFile, AmcFindsItsSkeleton) {
  TemporaryFolder folder;
  WriteFileAtomically(folder / "07_02.amc", "1\n");
  EXPECT_THAT(ErrorOf([&] { OpenMotion(folder / "07_02.amc"); }),
              HasSubstr("found 0 skeletons (.asf) beside it"));
  WriteFileAtomically(folder / "other.asf", "junk other");
  EXPECT_THAT(ErrorOf([&] { OpenMotion(folder / "07_02.amc"); }), HasSubstr("other.asf"));
  WriteFileAtomically(folder / "07.asf", "junk 07");
  EXPECT_THAT(ErrorOf([&] { OpenMotion(folder / "07_02.amc"); }), HasSubstr("07.asf"));
}

TEST(PoseCollection, SubjectsAreToldByNames) {
  EXPECT_EQ(SubjectOfMotion("x/02_01.amc"), "02");
  EXPECT_EQ(SubjectOfMotion("mocap/cmu_60.bvh/salsa_01.bvh"), "60");
  EXPECT_EQ(SubjectOfMotion("mocap/135/kick.bvh"), "135");
  EXPECT_EQ(SubjectOfMotion("cmu_8actions.expmap/train_soccer_soccer_1.csv"), "soccer_soccer");
  EXPECT_EQ(SubjectOfMotion("cmu_8actions.expmap/train_walking_walking_1.csv"),
            "02");  // recognised by its poses
  EXPECT_EQ(SubjectOfMotion("1.npz"), "1");
}

TEST(PoseCollection, WeighsBySubjectDropsInvalidFramesAndMirrors) {
  TemporaryFolder folder;
  for (const auto& [name, frames] : {std::pair{"05_01", 30}, {"05_02", 31}, {"09_01", 10}}) {
    Motion motion = SmallMotion(frames);
    motion.fps = 30;
    motion.poses *= 0.1;  // calm: nothing else is dropped
    SaveMotion(folder / StrCat(name, ".npz"), motion);
  }
  PoseCollectionOptions options;
  options.max_frames_per_subject = 20;
  const PoseCollection poses = CollectPoses({folder.path()}, options);
  EXPECT_THAT(poses.subjects, ElementsAre("05", "09"));
  EXPECT_EQ(poses.frames_read, 71);
  EXPECT_EQ(poses.frames_dropped, 3);
  ASSERT_EQ(poses.poses.rows(), 2 * 68);
  EXPECT_EQ(poses.poses.cols(), 69);
  double sums[2] = {0, 0};
  for (int i = 0; i < 68; ++i) sums[poses.subject[i]] += poses.weights[i];
  EXPECT_NEAR(sums[0], 20, 1e-9);
  EXPECT_NEAR(sums[1], 9, 1e-9);
  EXPECT_EQ(MirrorPoses(poses.poses.topRows(68)), poses.poses.bottomRows(68));
  EXPECT_EQ(poses.weights[70], poses.weights[2]);

  options.add_mirrored = false;
  const PoseCollection reversed = CollectPoses(
      {folder / "09_01.npz", folder / "05_02.npz", folder / "05_01.npz", folder / "05_01.npz"}, options);
  EXPECT_EQ(reversed.poses, poses.poses.topRows(68));
  EXPECT_THAT(ErrorOf([&] { CollectPoses({folder / "none"}, options); }), HasSubstr("none"));
}

TEST(PoseCollection, TheSameTrialCountsOnceInItsBestFormat) {
  TemporaryFolder folder;
  for (const char* name : {"train/cmu_02.asfamc", "train/cmu_8actions.expmap", "train/cmu_02.deepmimic"}) {
    if (!UnpackMocap(name, folder.path())) GTEST_SKIP() << "needs " << MocapArchive(name);
  }
  const PoseCollection poses = CollectPoses({folder.path()});
  // 02_01 is in three formats, 02_02 to 02_04 are in two.
  ASSERT_EQ(poses.doubles.size(), 5u);
  for (const std::string& path : poses.doubles) {
    EXPECT_THAT(path, testing::AnyOf(EndsWith(".json"), EndsWith("train_walking_walking_1.csv")));
  }
  EXPECT_EQ(std::count_if(poses.files.begin(), poses.files.end(),
                          [](const std::string& path) { return path.find("02_01") != std::string::npos; }),
            1);
}

}  // namespace
}  // namespace vitruvius::motion_file_test
