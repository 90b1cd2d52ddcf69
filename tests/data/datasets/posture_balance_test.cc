#include "data/datasets/posture_balance.h"

#include <gtest/gtest.h>

#include "data/datasets/retarget.h"
#include "data/datasets/standing_poses.h"
#include "models/math/angles.h"
#include "models/math/so3.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius::posture_balance_test {
namespace {

constexpr int kKnee = 4, kHip = 1, kAnkle = 7;

// Frames of somebody whose straight knee reads `straight_deg`, bent further by up to 60 degrees.
RowMatrixXd Walk(double straight_deg, int frames) {
  RowMatrixXd poses = RowMatrixXd::Zero(frames, 72);
  for (int n = 0; n < frames; ++n) {
    for (int side = 0; side < 2; ++side) {
      const double phase = 2 * kPi * (n / 40.0 + 0.5 * side);
      poses(n, 3 * (kKnee + side)) = kRadPerDeg * (straight_deg + 30 * (1 - std::cos(phase)));
    }
  }
  return poses;
}

TEST(KneeOffset, IsWhatTheKneeNeverComesBelow) {
  const std::vector<Posture> upright(400, Posture::kWalking);
  EXPECT_NEAR(kDegPerRad * KneeOffsetRad(Walk(18, 400), upright), 15, 0.5);
  EXPECT_EQ(KneeOffsetRad(Walk(2, 400), upright), 0) << "straight knees are left alone";
  EXPECT_NEAR(kDegPerRad * KneeOffsetRad(Walk(60, 400), upright), 20, 1e-9) << "no more than that";
  EXPECT_EQ(KneeOffsetRad(Walk(18, 40), upright), 0) << "too few to tell";
  EXPECT_EQ(KneeOffsetRad(Walk(18, 400), std::vector<Posture>(400, Posture::kSitting)), 0)
      << "who sits says nothing";
}

TEST(StraightenKnees, ExtendsKneesAndLeavesFeetAsTheyAre) {
  Rng rng(4);
  Eigen::RowVectorXd pose = Eigen::RowVectorXd::Zero(72);
  for (int i = 0; i < 72; ++i) pose[i] = 0.2 * rng.Normal();
  pose[3 * kKnee] = pose[3 * (kKnee + 1)] = 0.6;
  const auto rotation = [](const Eigen::RowVectorXd& p, int j) {
    return ExpSO3(Eigen::Vector3d(p.segment<3>(3 * j).transpose()));
  };
  const auto foot = [&](const Eigen::RowVectorXd& p) {
    return Eigen::Matrix3d(rotation(p, kHip) * rotation(p, kKnee) * rotation(p, kAnkle));
  };
  Eigen::RowVectorXd straight = pose;
  constexpr double kOffset = 0.25;
  StraightenKnees(kOffset, straight);
  EXPECT_LT((foot(straight) - foot(pose)).norm(), 1e-12);
  const MatrixX3d before = JointsOfPose(StandardRestJoints(), pose),
                  after = JointsOfPose(StandardRestJoints(), straight);
  for (const bool left : {true, false})
    EXPECT_NEAR(KneeBendDeg(before, left) - KneeBendDeg(after, left), kDegPerRad * kOffset, 2.5);
  EXPECT_EQ(straight.tail(3 * 14), pose.tail(3 * 14)) << "nothing above the legs";
  StraightenKnees(0, pose);
  EXPECT_EQ(pose[3 * kKnee], 0.6);
}

TEST(BalancedWeights, PosturesHaveTheirSharesAndSubjectsACap) {
  // Subject 0 is acrobatic for 9000 frames, 1 stands for 1000, 2 for 100.
  std::vector<Posture> postures;
  std::vector<int> subjects;
  const auto add = [&](Posture posture, int subject, int frames) {
    postures.insert(postures.end(), static_cast<size_t>(frames), posture);
    subjects.insert(subjects.end(), static_cast<size_t>(frames), subject);
  };
  add(Posture::kAcrobatic, 0, 9000);
  add(Posture::kStanding, 1, 1000);
  add(Posture::kStanding, 2, 100);
  const PostureShares shares = {0.6, 0, 0, 0, 0, 0.4};
  const std::vector<double> weights = BalancedWeights(postures, subjects, shares, 500);
  std::array<double, 3> of_subject = {};
  double sum = 0;
  for (size_t n = 0; n < weights.size(); ++n) {
    of_subject[static_cast<size_t>(subjects[n])] += weights[n];
    sum += weights[n];
  }
  EXPECT_NEAR(sum / static_cast<double>(weights.size()), 1, 1e-12);
  EXPECT_NEAR((of_subject[1] + of_subject[2]) / sum, 0.6, 1e-12);
  EXPECT_NEAR(of_subject[1] / of_subject[2], 5, 1e-9) << "500 frames at most against 100";
  // A posture of which there is hardly anything is not blown up to its share.
  add(Posture::kLying, 1, 10);
  const std::vector<double> rare = BalancedWeights(postures, subjects, {0.4, 0, 0, 0, 0.3, 0.3}, 500);
  EXPECT_LT(rare.back() / rare.front(), 4 * 9000.0 / 500 * 2);
  EXPECT_LT(10 * rare.back(), 0.06 * static_cast<double>(rare.size()));
}

TEST(LegsUnderOthers, LegsStayAndTrunksAreThoseOfStraightOnes) {
  PoseCollection standing, others;
  standing.poses = RowMatrixXd::Constant(50, 69, 0.01);
  others.poses = RowMatrixXd::Zero(3, 69);
  others.global_orient = MatrixX3d::Zero(3, 3);
  others.weights = {1, 3, 1};
  constexpr int kSpine1 = 3, kShoulder = 16;
  const auto column = [](int joint) { return 3 * (joint - 1); };
  others.poses(0, column(kShoulder) + 2) = 0.5;
  others.poses(1, column(kShoulder) + 2) = -0.5;
  others.poses(1, column(kKnee)) = 1;      // whatever the legs do
  others.poses(2, column(kSpine1)) = 1.2;  // bends over
  const RowMatrixXd made = LegsUnderOthers(standing, others, StandardRestJoints(), 7);
  ASSERT_EQ(made.rows(), 50);
  int of_second = 0;
  for (Eigen::Index n = 0; n < made.rows(); ++n) {
    EXPECT_EQ(made(n, column(kKnee)), 0.01);
    EXPECT_EQ(made(n, column(kHip) + 1), 0.01);
    EXPECT_EQ(made(n, column(kSpine1)), 0) << "nobody who bends over";
    of_second += made(n, column(kShoulder) + 2) == -0.5;
  }
  EXPECT_GT(of_second, 25) << "three of four, by weight";
  EXPECT_LT(of_second, 50);
  EXPECT_EQ(made, LegsUnderOthers(standing, others, StandardRestJoints(), 7)) << "the seed decides";
  EXPECT_EQ(LegNumbers().size(), 24u);
  EXPECT_EQ(LegNumbers()[2], 2);  // left hip z
  others.poses = others.poses.bottomRows(1).eval();
  others.weights = {1};
  EXPECT_THROW(LegsUnderOthers(standing, others, StandardRestJoints(), 7), InputError);
}

}  // namespace
}  // namespace vitruvius::posture_balance_test
