#include "data/datasets/motion_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/datasets/pose_collection.h"
#include "data/datasets/trial_names.h"
#include "data/io/named_arrays.h"
#include "data/io/npz.h"
#include "models/util/rng.h"
#include "tests/data/datasets/figure_bvh.h"
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

// HDM05's files: several skeletons in one folder, each for the motions whose names begin with its own.
TEST(MotionFile, AmcFindsTheSkeletonItIsNamedAfter) {
  TemporaryFolder folder;
  for (const char* name : {"HDM_bd.asf", "HDM_mm.ASF", "HDM_b.asf", "HDM.asf"}) {
    WriteFileAtomically(folder / name, StrCat("junk ", name));
  }
  const auto skeleton = [&](const std::string& motion) {
    WriteFileAtomically(folder / motion, "1\n");
    return ErrorOf([&] { OpenMotion(folder / motion); });
  };
  EXPECT_THAT(skeleton("HDM_bd_walk2StepsLstart_001_120.amc"), HasSubstr("HDM_bd.asf: "));
  EXPECT_THAT(skeleton("HDM_mm_cartwheel_001_120.AMC"), HasSubstr("HDM_mm.ASF: "));
  EXPECT_THAT(skeleton("hdm_bd.Amc"), HasSubstr("HDM_bd.asf: "));
  EXPECT_THAT(skeleton("HDM_tr_01.amc"), HasSubstr("HDM.asf: "));
  EXPECT_THAT(skeleton("HDMx_01.amc"), HasSubstr("found 4 skeletons (.asf) beside it, expected HDMx.asf"));
}

TEST(MotionFile, SixtySixColumnsAreABodyWithoutHands) {
  TemporaryFolder folder;
  const RowMatrixXd poses = RowMatrixXd::Constant(2, 66, 0.1);
  WriteNpz(folder / "a.npz", AmassArrays(66, poses));
  const Motion motion = LoadMotion(folder / "a.npz");
  EXPECT_NEAR(motion.poses(1, 65), 0.1, 1e-12);
  EXPECT_EQ(motion.poses(1, 66), 0);
  EXPECT_FALSE(motion.has_fingers());
}

TEST(MotionFile, AistKeysInNpzAndPickle) {
  TemporaryFolder folder;
  const RowMatrixXd poses = RowMatrixXd::Constant(2, 72, 0.05);
  const RowMatrixXd transl = (RowMatrixXd(2, 3) << 10, 93.5, -20, 11, 93.5, -20).finished();
  const double scaling = 93.5;
  std::map<std::string, NpyArray> arrays;
  arrays["smpl_poses"] = NpyArray::FromDoubles(poses.data(), {2, 72});
  arrays["smpl_trans"] = NpyArray::FromDoubles(transl.data(), {2, 3});
  arrays["smpl_scaling"] = NpyArray::FromDoubles(&scaling, {1});
  const std::string name = "gBR_sBM_cAll_d04_mBR0_ch01";
  for (const std::string ending : {".npz", ".pkl"}) {
    WriteNamedArrays(folder / (name + ending), arrays);
    const Motion motion = OpenMotion(folder / (name + ending));
    EXPECT_EQ(motion.fps, 60);
    EXPECT_EQ(motion.subject, "d04");
    EXPECT_LT((motion.transl.row(0) - Eigen::RowVector3d(10 / 93.5, 1, -20 / 93.5)).norm(), 1e-12);  // y up
    EXPECT_NEAR(motion.poses(1, 71), 0.05, 1e-12);
    EXPECT_TRUE(IsMotionFile(folder / (name + ending)));
  }
  EXPECT_FALSE(IsMotionFile("SMPL_NEUTRAL.pkl"));
  arrays.erase("smpl_scaling");
  WriteNpz(folder / "a.npz", arrays);
  EXPECT_THAT(ErrorOf([&] { LoadMotion(folder / "a.npz"); }), HasSubstr("a.npz: smpl_scaling: missing"));
  const double none = 0;
  arrays["smpl_scaling"] = NpyArray::FromDoubles(&none, {1});
  WriteNpz(folder / "a.npz", arrays);
  EXPECT_THAT(ErrorOf([&] { LoadMotion(folder / "a.npz"); }), HasSubstr("smpl_scaling: found 0"));
}

TEST(MotionFile, OptionsThatDoNotApplyAreRefused) {
  TemporaryFolder folder;
  WriteNpz(folder / "a.npz", AmassArrays(72, RowMatrixXd::Zero(2, 72)));
  RetargetOptions options;
  options.metres_per_unit = 0.01;
  EXPECT_THAT(ErrorOf([&] { LoadMotion(folder / "a.npz", options); }), HasSubstr("unit"));
  options.metres_per_unit = 0;
  options.rest_frame = 0;
  EXPECT_THAT(ErrorOf([&] { LoadMotion(folder / "a.npz", options); }), HasSubstr("rest frame"));
  options.rest_frame = -1;
  options.up = UpAxis::kY;  // AMASS's would be z
  EXPECT_EQ(LoadMotion(folder / "a.npz", options).transl(0, 1), 0.5);
}

// The conversion's salsa files say 120 and were recorded at 60; others of that name are what they say.
TEST(MotionFile, SalsaIsSlowerOnlyWhereItsHeaderSays120) {
  TemporaryFolder folder;
  FigureStyle style;
  for (const auto& [time, fps] :
       {std::pair{1 / 120.0, 60.0}, {0.0083333, 60.0}, {1 / 30.0, 30.0}, {1 / 60.0, 60.0}}) {
    style.frame_time_s = time;
    WriteFileAtomically(folder / "salsa_solo.BVH", FigureBvh(style));
    EXPECT_NEAR(OpenMotion(folder / "salsa_solo.BVH").fps, fps, 0.01) << time;
  }
}

TEST(PoseCollection, SubjectsAreToldByNames) {
  EXPECT_EQ(SubjectOfMotion("x/HDM_bd_walk2StepsLstart_001_120.amc"), "HDM_bd");
  EXPECT_EQ(SubjectOfMotion("gBR_sBM_cAll_d04_mBR0_ch01.pkl"), "d04");
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
