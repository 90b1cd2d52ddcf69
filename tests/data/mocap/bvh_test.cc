#include "data/io/bvh.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/io/io_test_util.h"

namespace vitruvius::bvh_test {
namespace {

using ::testing::HasSubstr;

// Two joints with unusual channel orders, an end site, mixed case and Windows line ends.
constexpr char kTwoJoints[] =
    "HIERARCHY\r\nROOT hip bone\r\n{\r\n OFFSET 1 2 3\r\n CHANNELS 4 Yposition zrotation XROTATION "
    "Xposition\r\n"
    " JOINT knee {\n  OFFSET 0 -4 0\n  CHANNELS 3 Yrotation Xrotation Zrotation\n  End Site\n  {\n   OFFSET "
    "0 -5 1\n"
    "  }\n }\n}\nMOTION\nFrames: 2\nFrame Time: 0.025\n"
    "10 90 30 20  5 6 7\n+1e1 0 0 0  0 0 90\n";

constexpr double kRadPerDeg = 0.017453292519943295;

Matrix3d Rotate(int axis, double degrees) {
  return Eigen::AngleAxisd(degrees * kRadPerDeg, Vector3d::Unit(axis)).toRotationMatrix();
}

std::string With(const std::string& from, const std::string& to) {
  std::string text = kTwoJoints;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string ParseError(const std::string& text) {
  return ErrorOf([&] { ParseBvh(text, "a.bvh"); });
}

TEST(Bvh, ReadsHierarchyChannelsAndFrames) {
  const BvhMotion motion = ParseBvh(kTwoJoints, "a.bvh");
  ASSERT_EQ(motion.joints.size(), 2u);
  EXPECT_EQ(motion.joints[0].name, "hip bone");
  EXPECT_EQ(motion.joints[0].parent, -1);
  EXPECT_EQ(motion.joints[1].parent, 0);
  EXPECT_EQ(motion.joints[1].first_channel, 4);
  EXPECT_EQ(motion.joints[1].offset, Vector3d(0, -4, 0));
  EXPECT_TRUE(motion.joints[1].has_end_site);
  EXPECT_EQ(motion.joints[1].end_offset, Vector3d(0, -5, 1));
  EXPECT_DOUBLE_EQ(motion.frame_time_s, 0.025);
  ASSERT_EQ(motion.num_frames(), 2);
  EXPECT_EQ(motion.values(0, 6), 7);
  EXPECT_EQ(motion.Find("knee"), 1);
  EXPECT_EQ(motion.Find("nose"), -1);
}

TEST(Bvh, RotationsMultiplyInFileOrderAndPositionsReplaceTheOffset) {
  const BvhMotion motion = ParseBvh(kTwoJoints, "a.bvh");
  std::vector<Matrix3d> global;
  motion.GlobalRotations(0, &global);
  const Matrix3d root = Rotate(2, 90) * Rotate(0, 30);
  EXPECT_LT((global[0] - root).norm(), 1e-12);
  EXPECT_LT((global[1] - root * Rotate(1, 5) * Rotate(0, 6) * Rotate(2, 7)).norm(), 1e-12);
  EXPECT_EQ(motion.RootPosition(0), Vector3d(20, 10, 3));  // z has no channel: the offset stays
}

// A joint with position channels: in the place of its offset, or, where nearly zero, added to it.
TEST(Bvh, PositionChannelsOfAnyJoint) {
  const auto read = [](const std::string& offset, const std::string& positions) {
    return ParseBvh(
        "HIERARCHY\nROOT a\n{\nOFFSET 1 2 3\nCHANNELS 3 Xposition Yposition Zrotation\nJOINT b\n{\nOFFSET " +
            offset +
            "\nCHANNELS 4 Xposition Yposition Zposition Zrotation\nEnd Site\n{\nOFFSET 0 1 "
            "0\n}\n}\n}\nMOTION\nFrames: 1\nFrame Time: 0.1\n10 20 90 " +
            positions + " 0\n",
        "a.bvh");
  };
  std::vector<Matrix3d> global;
  std::vector<Vector3d> places;
  for (const auto& [offset, positions, child, adds] : {std::tuple{"0 5 0", "0 4 0", Vector3d(0, 4, 0), false},
                                                       {"0 0 0", "0 4 0", Vector3d(0, 4, 0), false},
                                                       {"0 5 0", "0 0.1 0", Vector3d(0, 5.1, 0), true}}) {
    const BvhMotion motion = read(offset, positions);
    EXPECT_EQ(motion.positions_add, adds);
    EXPECT_LT((motion.LocalPosition(0, 1) - child).norm(), 1e-12);
    EXPECT_LT((motion.RestOffsets()[1] - child).norm(), 1e-12);
    motion.GlobalRotations(0, &global);
    motion.GlobalPositions(0, global, &places);
    EXPECT_EQ(places[0], Vector3d(10, 20, 3));
    EXPECT_LT((places[1] - Vector3d(10 - child.y(), 20, 3)).norm(), 1e-12);
  }
}

TEST(Bvh, KeepsAWholeFrameMoreThanTheHeaderSays) {
  EXPECT_EQ(ParseBvh(std::string(kTwoJoints) + "1 2 3 4 5 6 7\n", "a.bvh").num_frames(), 3);
}

TEST(Bvh, RefusalsNameTheLineAndWhatWasExpected) {
  EXPECT_THAT(ParseError(""), HasSubstr("a.bvh: line 1: found the end of the file, expected \"HIERARCHY\""));
  EXPECT_THAT(ParseError(With("OFFSET 1 2 3", "OFFSET 1 two 3")), HasSubstr("line 4: found \"two\""));
  EXPECT_THAT(ParseError(With("CHANNELS 4", "CHANNELS 7")), HasSubstr("line 5: found \"7\""));
  EXPECT_THAT(ParseError(With("Yposition", "Wposition")),
              HasSubstr("found \"Wposition\", expected a channel name"));
  EXPECT_THAT(ParseError(With("Yposition", "Xposition")), HasSubstr("each channel at most once"));
  EXPECT_THAT(ParseError(With("knee", "hip bone")), HasSubstr("a name that no other joint has"));
  EXPECT_THAT(ParseError(With("0 0 90", "0 0 nan")),
              HasSubstr("line 19: found \"nan\", expected value 7 of 7 of frame 2"));
  EXPECT_THAT(ParseError(With("0 0 90\n", "0 0")),
              HasSubstr("found the end of the file, expected value 7 of 7"));
  EXPECT_THAT(ParseError(With("Frame Time: 0.025", "Frame Time: 0")),
              HasSubstr("frame time must be positive"));
  EXPECT_THAT(ParseError(With("MOTION", "ROOT")), HasSubstr("one skeleton"));
  EXPECT_THAT(ParseError(std::string(kTwoJoints) + "1 2 3\n"), HasSubstr("expected value 4 of 7 of frame 3"));
}

TEST(Bvh, AFrameCountThatTheFileCannotHoldIsRefusedBeforeAllocating) {
  EXPECT_THAT(ParseError(With("Frames: 2", "Frames: 2000000000")), HasSubstr("the file ends too early"));
  EXPECT_THAT(ParseError(With("Frames: 2", "Frames: 99999999999999999999")), HasSubstr("found \"999"));
}

TEST(Bvh, DeepNestingIsNoRecursion) {
  std::string text = "HIERARCHY\nROOT r {\nOFFSET 0 0 0\nCHANNELS 1 Xrotation\n";
  constexpr int kDepth = 100000;
  for (int i = 0; i < kDepth; ++i) text += "JOINT j" + std::to_string(i) + " {\nOFFSET 0 0 0\n";
  for (int i = 0; i <= kDepth; ++i) text += "}\n";
  text += "MOTION\nFrames: 1\nFrame Time: 0.1\n5\n";
  EXPECT_EQ(ParseBvh(text, "deep.bvh").joints.size(), kDepth + 1u);
}

}  // namespace
}  // namespace vitruvius::bvh_test
