#include <gtest/gtest.h>

#include "models/math/so3.h"
#include "models/metrics/fit_quality.h"
#include "models/metrics/pose_metrics.h"
#include "models/util/rng.h"
#include "tests/util/test_body.h"

namespace vitruvius::metrics_test {
namespace {

TEST(PoseMetrics, MpjpeIsInMillimetresAndIgnoresTranslation) {
  Rng rng(1);
  const Points3d truth = Points3d::NullaryExpr(24, 3, [&] { return rng.Normal(); });
  Points3d moved = truth.rowwise() + Eigen::RowVector3d(5, 6, 7);
  EXPECT_NEAR(RootAlignedMpjpeMm(moved, truth), 0, 1e-9);
  moved(3, 1) += 0.048;  // 48 mm on one of 24 joints
  EXPECT_NEAR(RootAlignedMpjpeMm(moved, truth), 2, 1e-9);
  EXPECT_GT(RootAlignedMpjpeMm(-truth, truth), 100);
}

TEST(PoseMetrics, ProcrustesRemovesASimilarityButNoReflection) {
  Rng rng(2);
  const Points3d truth = Points3d::NullaryExpr(24, 3, [&] { return rng.Normal(); });
  const Similarity s = {0.8, ExpSO3({1, 2, 0.5}), {1, 1, 1}};
  EXPECT_NEAR(ProcrustesMpjpeMm(s.Apply(truth), truth), 0, 1e-9);
  Points3d mirrored = truth;
  mirrored.col(0) *= -1;
  EXPECT_GT(ProcrustesMpjpeMm(mirrored, truth), 100);
}

TEST(PoseMetrics, MediansAndQuantiles) {
  EXPECT_EQ(Median({3, 1, 2}), 2);
  EXPECT_EQ(Median({4, 1, 2, 3}), 2.5);
  EXPECT_EQ(Median({}), 0);
  EXPECT_EQ(Quantile({0, 10}, 0.9), 9);
  EXPECT_EQ(Mean({1, 2, 6}), 3);
}

TEST(FitQuality, RootAngle) {
  BodyParameters a, b;
  a.global_orient = {EIGEN_PI, 0, 0};
  b.global_orient = LogSO3(ExpSO3(a.global_orient) * ExpSO3({0, EIGEN_PI / 3, 0}));
  EXPECT_NEAR(RootAngleDeg(a, b), 60, 1e-9);
}

TEST(FitQuality, BackwardBendsAreCountedByHingeAndSide) {
  const auto model = MakeTestBody();
  BodyParameters p = BodyParameters::Zero(*model);
  EXPECT_EQ(NumBackwardBends(*model, p), 0);
  p.body_pose[3 * (4 - 1)] = 1.5;        // left knee, its natural way
  p.body_pose[3 * (18 - 1) + 1] = -1.5;  // left elbow, its natural way
  p.body_pose[3 * (19 - 1) + 1] = 1.5;   // right elbow, its natural way
  EXPECT_EQ(NumBackwardBends(*model, p), 0);
  p.body_pose[3 * (5 - 1)] = -0.3;  // right knee, 17 degrees backwards
  EXPECT_EQ(NumBackwardBends(*model, p), 1);
  p.body_pose[3 * (18 - 1) + 1] = 0.5;
  EXPECT_EQ(NumBackwardBends(*model, p), 2);
  EXPECT_EQ(NumBackwardBends(*model, p, 45), 0);
}

}  // namespace
}  // namespace vitruvius::metrics_test
