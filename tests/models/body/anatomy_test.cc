#include "models/body/anatomy.h"

#include <set>

#include <gtest/gtest.h>
#include <Eigen/LU>

#include "models/body/mannequin.h"
#include "tests/util/test_body.h"

namespace vitruvius::anatomy_test {
namespace {

const JointAxes& AxesOf(const std::string& joint) {
  static const std::vector<JointAxes> axes = AnatomicalAxes(*Mannequin());
  return axes[Mannequin()->JointIndex(joint)];
}

TEST(Anatomy, AxesAreRotationsAndNamesAreUnique) {
  std::set<std::string> names;
  for (const JointAxes& joint : AnatomicalAxes(*Mannequin())) {
    EXPECT_LT((joint.axes * joint.axes.transpose() - Eigen::Matrix3d::Identity()).norm(), 1e-12);
    EXPECT_GT(joint.axes.determinant(), 0);
    names.insert(joint.names.begin(), joint.names.end());
  }
  EXPECT_EQ(names.size(), 72u);
}

// In the rest pose the arms point sideways and elbows bend about y; knees and the head turn about x.
TEST(Anatomy, AxesAreThoseOfTheRestPose) {
  const double cos_20_deg = 0.94;  // bones are not quite along the axes
  EXPECT_GT(AxesOf("left_elbow").axes(0, 0), cos_20_deg);
  EXPECT_LT(AxesOf("right_elbow").axes(0, 0), -cos_20_deg);
  EXPECT_GT(AxesOf("left_elbow").axes(1, 1), cos_20_deg);
  EXPECT_LT(AxesOf("left_knee").axes(0, 1), -cos_20_deg);
  EXPECT_GT(AxesOf("left_knee").axes(1, 0), cos_20_deg);
  EXPECT_EQ(AxesOf("pelvis").axes.row(0), Eigen::RowVector3d(0, 1, 0));
  EXPECT_EQ(AxesOf("left_elbow").names[0], "left forearm twist");
  EXPECT_EQ(AxesOf("right_knee").names[1], "right knee flexion");
  EXPECT_EQ(AxesOf("head").names[0], "head yaw");
}

TEST(Anatomy, OtherBodiesAreCalledByTheirJoints) {
  BodyModelData data = MakeTestBody()->data();
  data.joint_names[5] = "left_index1";
  const auto body = BodyModel::Create(data);
  EXPECT_EQ(AnatomicalAxes(*body)[5].names[1], "left index1 flexion");
  for (const JointAxes& joint : AnatomicalAxes(*body)) EXPECT_TRUE(joint.axes.allFinite());
}

TEST(Anatomy, LimbBonesAreEight) {
  const std::vector<LimbBone> bones = LimbBones(*Mannequin());
  ASSERT_EQ(bones.size(), 8u);
  EXPECT_EQ(bones[1].name, "left_forearm");
  EXPECT_EQ(bones[1].joint, Mannequin()->JointIndex("left_elbow"));
  EXPECT_EQ(bones[1].end, Mannequin()->JointIndex("left_wrist"));
}

}  // namespace
}  // namespace vitruvius::anatomy_test
