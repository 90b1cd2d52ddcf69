#include "data/io/asf_amc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/io/io_test_util.h"

namespace vitruvius::asf_amc_test {
namespace {

using ::testing::HasSubstr;

constexpr char kAsf[] = R"(# comment
:version 1.10
:name VICON
:units
  mass 1.0
  length 0.45
  angle deg
:documentation
   free text with begin and end, even :bonedata
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 1 2 3
   orientation 0 0 0
:bonedata
  begin
     id 1
     name shin
     direction 0 -2 0
     length 7
     axis 10 20 30 ZYX
    dof rz rx
    limits (-10.0 170.0)
           (0 1)
  end
  begin
     id 2
     name thigh
     direction 1 -1 0
     length 5
     axis 0 0 20 XYZ
    dof rx ry rz
  end
  begin
     id 3
     name stiff
     direction 0 0 1
     length 1
     axis 0 0 0 XYZ
  end
:hierarchy
  begin
    root thigh
    thigh shin stiff
  end
)";

constexpr char kAmc[] = R"(#!OML:ASF H:\a file
:FULLY-SPECIFIED
:DEGREES
1
root 1 2 3 10 20 30
thigh 1 2 3
shin 40 -7.62852e-016
2
root 4 5 6 0 0 0
)";

constexpr double kRadPerDeg = 0.017453292519943295;

Matrix3d Rotate(int axis, double degrees) {
  return Eigen::AngleAxisd(degrees * kRadPerDeg, Vector3d::Unit(axis)).toRotationMatrix();
}

std::string With(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string AsfError(const std::string& text) {
  return ErrorOf([&] { ParseAsf(text, "a.asf"); });
}
std::string AmcError(const std::string& text) {
  return ErrorOf([&] { ParseAmc(text, "a.amc", ParseAsf(kAsf, "a.asf")); });
}

TEST(AsfAmc, ReadsTheSkeletonWithParentsFirst) {
  const AsfSkeleton skeleton = ParseAsf(kAsf, "a.asf");
  ASSERT_EQ(skeleton.bones.size(), 4u);
  EXPECT_EQ(skeleton.bones[0].name, "root");
  EXPECT_EQ(skeleton.bones[1].name, "thigh");  // comes after its child in the file
  EXPECT_EQ(skeleton.bones[2].name, "shin");
  EXPECT_EQ(skeleton.bones[2].parent, 1);
  EXPECT_EQ(skeleton.bones[2].direction, Vector3d(0, -1, 0));
  EXPECT_EQ(skeleton.bones[2].length, 7);
  EXPECT_EQ(skeleton.num_dofs(), 11);
  EXPECT_NEAR(skeleton.metres_per_unit(), 0.0564444, 1e-6);
  EXPECT_EQ(skeleton.root_position, Vector3d(1, 2, 3));
  EXPECT_EQ(skeleton.Find("stiff"), 3);
  EXPECT_EQ(skeleton.Find("nose"), -1);
}

TEST(AsfAmc, RotationsFollowAxisAndDofOrders) {
  const AsfSkeleton skeleton = ParseAsf(kAsf, "a.asf");
  const AmcMotion motion = ParseAmc(kAmc, "a.amc", skeleton);
  ASSERT_EQ(motion.num_frames(), 2);
  std::vector<Matrix3d> global;
  GlobalRotations(skeleton, motion, 0, &global);
  const Matrix3d root = Rotate(2, 30) * Rotate(1, 20) * Rotate(0, 10);
  const Matrix3d c_thigh = Rotate(2, 20);
  const Matrix3d thigh = root * c_thigh * Rotate(2, 3) * Rotate(1, 2) * Rotate(0, 1) * c_thigh.transpose();
  const Matrix3d c_shin = Rotate(0, 30) * Rotate(1, 20) * Rotate(2, 10);  // "axis 10 20 30 ZYX": z first
  const Matrix3d shin =
      thigh * c_shin * Rotate(0, 0) * Rotate(2, 40) * c_shin.transpose();  // "dof rz rx": z first
  EXPECT_LT((global[0] - root).norm(), 1e-12);
  EXPECT_LT((global[1] - thigh).norm(), 1e-12);
  EXPECT_LT((global[2] - shin).norm(), 1e-12);
  EXPECT_LT((global[3] - thigh).norm(), 1e-12);
  EXPECT_EQ(RootPosition(skeleton, motion, 0), Vector3d(2, 4, 6));
}

TEST(AsfAmc, BonesThatAFrameLeavesOutAreZero) {
  const AsfSkeleton skeleton = ParseAsf(kAsf, "a.asf");
  const AmcMotion motion = ParseAmc(kAmc, "a.amc", skeleton);
  std::vector<Matrix3d> global;
  GlobalRotations(skeleton, motion, 1, &global);
  EXPECT_LT((global[2] - Matrix3d::Identity()).norm(), 1e-12);
}

TEST(AsfAmc, UnitsOfAnglesComeFromTheAsfAndAreOverruledByTheAmc) {
  const AsfSkeleton radians =
      ParseAsf(With(With(With(kAsf, "angle deg", "angle rad"), "axis 10 20 30", "axis 0 0 0"), "axis 0 0 20",
                    "axis 0 0 0.5"),
               "a.asf");
  EXPECT_NEAR(RotationAngle(radians.bones[1].axes, Matrix3d::Identity()), 0.5, 1e-12);
  const AmcMotion as_asf = ParseAmc(With(kAmc, ":DEGREES\n", ""), "a.amc", radians);
  EXPECT_EQ(as_asf.values(0, 3), 10);
  const AmcMotion overruled = ParseAmc(kAmc, "a.amc", radians);
  EXPECT_NEAR(overruled.values(0, 3), 10 * kRadPerDeg, 1e-15);
  EXPECT_EQ(overruled.values(0, 0), 1);  // positions are no angles
}

TEST(AsfAmc, AsfRefusalsNameTheLine) {
  EXPECT_THAT(AsfError(""), HasSubstr("no :root section"));
  EXPECT_THAT(AsfError(With(kAsf, "length 0.45", "length 0")),
              HasSubstr("line 6: the length unit must be positive"));
  EXPECT_THAT(AsfError(With(kAsf, "angle deg", "angle turns")),
              HasSubstr("line 7: found \"turns\", expected deg or rad"));
  EXPECT_THAT(AsfError(With(kAsf, "axis XYZ", "axis XXZ")), HasSubstr("line 12: found \"XXZ\""));
  EXPECT_THAT(AsfError(With(kAsf, "dof rz rx", "dof rz rz")),
              HasSubstr("each degree of freedom at most once"));
  EXPECT_THAT(AsfError(With(kAsf, "dof rz rx", "dof rz qx")),
              HasSubstr("found \"qx\", expected a degree of freedom"));
  EXPECT_THAT(AsfError(With(kAsf, "direction 0 -2 0", "direction 0 inf 0")), HasSubstr("found \"inf\""));
  EXPECT_THAT(AsfError(With(kAsf, "name shin", "id 4")), HasSubstr("a bone without a name"));
  EXPECT_THAT(AsfError(With(kAsf, "name stiff", "name thigh")), HasSubstr("a name that no other bone has"));
  EXPECT_THAT(AsfError(With(kAsf, "root thigh\n", "root toe\n")),
              HasSubstr("found \"toe\", expected a bone of :bonedata"));
  EXPECT_THAT(AsfError(With(kAsf, "thigh shin stiff", "thigh shin")),
              HasSubstr("\"stiff\" is not connected"));
  EXPECT_THAT(AsfError(With(kAsf, "root thigh\n    thigh shin", "thigh shin\n    shin thigh")),
              HasSubstr("is not connected"));  // a ring
  EXPECT_THAT(AsfError(With(kAsf, "thigh shin stiff", "thigh shin stiff shin")),
              HasSubstr("below one parent only"));
}

TEST(AsfAmc, AmcRefusalsNameTheLine) {
  EXPECT_THAT(AmcError("root 1 2 3 4 5 6\n"),
              HasSubstr("line 1: found \"root\", expected the first frame's number"));
  EXPECT_THAT(AmcError(With(kAmc, "thigh 1 2 3", "toe 1 2 3")), HasSubstr("line 6: found \"toe\""));
  EXPECT_THAT(AmcError(With(kAmc, "thigh 1 2 3", "thigh 1 2")),
              HasSubstr("found 2 values for bone \"thigh\""));
  EXPECT_THAT(AmcError(With(kAmc, "thigh 1 2 3", "thigh 1 2 3 4")),
              HasSubstr("found \"4\", expected 3 values"));
  EXPECT_THAT(AmcError(With(kAmc, "thigh 1 2 3", "thigh 1 x 3")),
              HasSubstr("found \"x\", expected a finite value"));
  EXPECT_THAT(AmcError(With(kAmc, "thigh 1 2 3", "root 1 2 3 4 5 6")), HasSubstr("each bone once a frame"));
}

TEST(AsfAmc, EmptyFramesDoNotAllocateMoreThanTheFileJustifies) {
  std::string frames;
  for (int i = 1; i < 100000; ++i) frames += "1\n";
  EXPECT_THAT(AmcError(frames), HasSubstr("leave out most of the skeleton"));
}

}  // namespace
}  // namespace vitruvius::asf_amc_test
