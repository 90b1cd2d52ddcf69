// Points by name, and keypoint sets bound to them.
#include <gtest/gtest.h>

#include "models/body/keypoint_set.h"
#include "models/util/check.h"
#include "tests/util/test_body.h"

namespace vitruvius::named_points_test {
namespace {

TEST(NamedPoints, JointsLandmarksAndWeightedPointsAreFound) {
  BodyModelData data = MakeTestBody()->data();
  data.weighted_points["face_30"] = {{1, 0.5}, {2, 0.25}, {4, 0.25}};
  const auto body = BodyModel::Create(data);
  PointSet points;
  EXPECT_TRUE(points.AddNamed(*body, "left_knee"));
  EXPECT_TRUE(points.AddNamed(*body, "nose"));
  EXPECT_TRUE(points.AddNamed(*body, "face_30"));
  EXPECT_FALSE(points.AddNamed(*body, "face_31"));
  EXPECT_FALSE(points.AddNamed(*body, ""));
  ASSERT_EQ(points.size(), 3);
  BodyEvaluator evaluator(body, points);
  evaluator.Evaluate(BodyParameters::Zero(*body), false);
  EXPECT_TRUE(evaluator.points().row(0).isApprox(body->joint_template().row(4), 1e-12));
  EXPECT_TRUE(evaluator.points().row(1).isApprox(body->v_template().row(3), 1e-12));
  const Eigen::RowVector3d expected =
      0.5 * body->v_template().row(1) + 0.25 * body->v_template().row(2) + 0.25 * body->v_template().row(4);
  EXPECT_TRUE(evaluator.points().row(2).isApprox(expected, 1e-12));

  data.weighted_points["face_30"][0].first = 60;
  EXPECT_THROW(BodyModel::Create(data), InputError);
  data.weighted_points["face_30"] = {{1, 0.5}};
  EXPECT_THROW(BodyModel::Create(data), InputError);
}

TEST(NamedPoints, AKeypointIsItsExactPointWhereTheBodyHasIt) {
  KeypointSet set{"two", {{"right_hip", "right_hip", "h36m/right_hip"}, {"tail", "tail", "h36m/tail"}}, {}};
  BodyModelData data = MakeTestBody()->data();
  EXPECT_EQ(BindKeypoints(set, *BodyModel::Create(data)).points.items[0].joint, 2);
  data.weighted_points["h36m/right_hip"] = {{1, 0.5}, {2, 0.5}};
  const KeypointBinding binding = BindKeypoints(set, *BodyModel::Create(data));
  ASSERT_EQ(binding.points.size(), 1);
  EXPECT_EQ(binding.points.items[0].joint, -1);
  EXPECT_EQ(binding.points.items[0].vertices, data.weighted_points["h36m/right_hip"]);
}

TEST(JointTree, HandsAndFaceHaveTheirNames) {
  EXPECT_EQ(SmplhJointNames().size(), 52u);
  EXPECT_EQ(SmplxJointNames().size(), 55u);
  EXPECT_EQ(SmplhJointNames()[22], "left_index1");
  EXPECT_EQ(SmplxJointNames()[22], "jaw");
  EXPECT_EQ(SmplxJointNames()[37], "left_thumb1");
  EXPECT_EQ(SmplxJointNames()[46], "right_pinky1");
  EXPECT_EQ(SmplxParents()[52], 21);
  EXPECT_EQ(SmplxParents()[54], 53);
  EXPECT_EQ(SmplhParents()[22], 20);
  EXPECT_EQ(KnownJointNames(SmplhParents()), SmplhJointNames());
  EXPECT_EQ(KnownJointNames(SmplParents()), SmplJointNames());
  std::vector<int> other = SmplxParents();
  other[30] = 0;
  EXPECT_EQ(KnownJointNames(other)[30], "joint_30");
  const std::vector<int> swap = MirrorPermutation(SmplxJointNames());
  EXPECT_EQ(swap[25], 40);
  EXPECT_EQ(swap[23], 24);
}

}  // namespace
}  // namespace vitruvius::named_points_test
