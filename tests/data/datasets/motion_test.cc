#include "data/datasets/motion.h"

#include <gtest/gtest.h>

#include "models/util/check.h"
#include "models/util/rng.h"
#include "tests/data/datasets/mocap_test_util.h"

namespace vitruvius::motion_test {
namespace {

Motion Still(int frames, double fps) {
  Motion motion;
  motion.fps = fps;
  motion.poses = RowMatrixXd::Zero(frames, 72);
  motion.transl = MatrixX3d::Zero(frames, 3);
  motion.valid.assign(frames, 1);
  return motion;
}

TEST(Motion, ResamplesByStride) {
  Motion motion = Still(10, 1 / 0.00833333);
  for (int i = 0; i < 10; ++i) motion.transl(i, 0) = i;
  motion.valid[4] = 0;
  const Motion slow = Resample(motion, 30);
  ASSERT_EQ(slow.num_frames(), 3);
  EXPECT_EQ(slow.transl(1, 0), 4);
  EXPECT_EQ(slow.transl(2, 0), 8);
  EXPECT_EQ(slow.valid, (std::vector<std::uint8_t>{1, 0, 1}));
  EXPECT_NEAR(slow.fps, 30, 1e-3);
}

TEST(Motion, ResamplesToTheNearestFrameWhereTheRatioIsNotWhole) {
  Motion motion = Still(11, 100);
  for (int i = 0; i < 11; ++i) motion.transl(i, 0) = i;
  const Motion slow = Resample(motion, 30);
  ASSERT_EQ(slow.num_frames(), 4);
  EXPECT_EQ(slow.transl(1, 0), 3);
  EXPECT_EQ(slow.transl(2, 0), 7);
  EXPECT_EQ(slow.transl(3, 0), 10);
}

TEST(Motion, SlowMotionsStayAsTheyAre) {
  EXPECT_EQ(Resample(Still(5, 25), 30).num_frames(), 5);
  EXPECT_EQ(Resample(Still(5, 25), 30).fps, 25);
}

TEST(Motion, MarksFramesPastALimitOnly) {
  Motion motion = Still(200, 30);
  for (int i = 0; i < 200; ++i)
    motion.poses(i, 3 * 4) = i / kDegPerRad;  // a knee bending by a degree a frame
  MarkImplausible({}, &motion);
  EXPECT_EQ(motion.valid[170], 1);
  // Past 180 the principal branch comes back, but only below 170 again.
  EXPECT_EQ(motion.valid[171], 0);
  EXPECT_EQ(motion.valid[189], 0);
  EXPECT_EQ(motion.valid[191], 1);
}

TEST(Motion, TheRootMayTurnAsItLikesButNotJump) {
  Motion motion = Still(4, 30);
  motion.poses(1, 1) = 50 / kDegPerRad;
  motion.poses(2, 1) = 100 / kDegPerRad;
  motion.poses(3, 1) = 161 / kDegPerRad;
  MarkImplausible({}, &motion);
  EXPECT_EQ(motion.valid, (std::vector<std::uint8_t>{1, 1, 0, 0}));
}

TEST(Motion, StepsAreTakenOverAThirtiethOfASecondAtAnyRate) {
  Motion motion = Still(9, 120);
  motion.poses(4, 1) = 61 / kDegPerRad;  // one wild frame of four per thirtieth
  MarkImplausible({}, &motion);
  EXPECT_EQ(motion.valid, (std::vector<std::uint8_t>{0, 1, 1, 1, 0, 1, 1, 1, 0}));
  Motion slow = Still(2, 15);
  slow.poses(1, 1) = 119 / kDegPerRad;  // 60 degrees per thirtieth are 120 per fifteenth
  MarkImplausible({}, &slow);
  EXPECT_EQ(slow.valid, (std::vector<std::uint8_t>{1, 1}));
}

TEST(Motion, WrapKeepsTheRotationAndUnwrapMakesItContinuous) {
  RowMatrixXd poses(60, 72);
  const Vector3d axis = Vector3d(1, 2, -2) / 3;
  for (int i = 0; i < 60; ++i) {
    poses.row(i).setConstant(0.1);
    poses.block<1, 3>(i, 6) = (0.2 * i * axis).transpose();  // up to almost two turns
  }
  RowMatrixXd wrapped = poses;
  WrapPoses(&wrapped);
  for (int i = 0; i < 60; ++i) {
    EXPECT_LE(wrapped.row(i).segment<3>(6).norm(), 3.1415927);
    EXPECT_LT(RotationAngle(ExpSO3(wrapped.row(i).segment<3>(6).transpose()), ExpSO3(0.2 * i * axis)), 1e-9);
  }
  UnwrapPoses(&wrapped);
  EXPECT_LT((wrapped - poses).cwiseAbs().maxCoeff(), 1e-9);
}

TEST(Motion, MirroringTwiceIsNothingAndOnceSwapsSides) {
  Rng rng(3);
  for (const int columns : {72, 69}) {
    const RowMatrixXd poses = RowMatrixXd::NullaryExpr(5, columns, [&] { return rng.Normal(); });
    const RowMatrixXd mirrored = MirrorPoses(poses);
    EXPECT_EQ(MirrorPoses(mirrored), poses);
    const int left_knee = columns == 72 ? 12 : 9, right_knee = left_knee + 3;
    const Eigen::RowVector3d left = poses.block<1, 3>(0, left_knee);
    EXPECT_EQ((mirrored.block<1, 3>(0, right_knee)), Eigen::RowVector3d(left.x(), -left.y(), -left.z()));
    // R -> M R M
    const Matrix3d m = Vector3d(-1, 1, 1).asDiagonal();
    const Matrix3d expected = m * ExpSO3(left.transpose()) * m;
    EXPECT_LT((ExpSO3(mirrored.block<1, 3>(0, right_knee).transpose()) - expected).norm(), 1e-12);
  }
}

TEST(Motion, ContractsAreChecked) {
  Motion motion = Still(3, 30);
  motion.valid.pop_back();
  EXPECT_THROW(Resample(motion, 30), ContractError);
  PlausibilityLimits limits;
  limits.max_angle_deg[3] = 0;
  EXPECT_THROW(limits.Check(), ContractError);
}

}  // namespace
}  // namespace vitruvius::motion_test
