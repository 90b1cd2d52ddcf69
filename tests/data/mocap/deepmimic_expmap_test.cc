#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/deepmimic.h"
#include "data/io/expmap.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::deepmimic_expmap_test {
namespace {

using ::testing::HasSubstr;

std::string Frame(const std::string& duration = "0.05", const std::string& quaternion = "2, 0, 0, 0",
                  int extra = 0) {
  std::string text = "[" + duration + ", 1, 2, 3";
  for (int i = 0; i < 3; ++i) text += ", " + quaternion;  // root, chest, neck
  for (int side = 0; side < 2; ++side)
    text += ", 1,0,0,0, 0.5, 1,0,0,0, 1,0,0,0, 0.25";  // hip knee ankle shoulder elbow
  for (int i = 0; i < extra; ++i) text += ", 0";
  return text + "]";
}
std::string Clip(const std::string& frames) { return "{\"Loop\": \"none\", \"Frames\": [" + frames + "]}"; }
std::string ClipError(const std::string& text) {
  return ErrorOf([&] { ParseDeepMimic(text, "a.json"); });
}

TEST(DeepMimic, ReadsFramesAndNormalisesQuaternions) {
  const DeepMimicMotion motion = ParseDeepMimic(Clip(Frame() + "," + Frame("0")), "a.json");
  ASSERT_EQ(motion.frames.rows(), 2);
  EXPECT_DOUBLE_EQ(motion.frame_time_s, 0.05);
  EXPECT_EQ(motion.frames(0, kDeepMimicRoot), 1);
  EXPECT_EQ(motion.frames(0, kDeepMimicRightKnee), 0.5);
  EXPECT_EQ(motion.frames(0, kDeepMimicLeftElbow), 0.25);
}

TEST(DeepMimic, RefusalsNameTheFrame) {
  EXPECT_THAT(ClipError("{"), HasSubstr("a.json"));
  EXPECT_THAT(ClipError("[1]"), HasSubstr("no array \"Frames\""));
  EXPECT_THAT(ClipError(Clip("")), HasSubstr("found no frame"));
  EXPECT_THAT(ClipError(Clip(Frame() + ", 7")), HasSubstr("frame 2: found no array"));
  EXPECT_THAT(ClipError(Clip(Frame("0.05", "1,0,0,0", 1))),
              HasSubstr("frame 1: found 45 numbers, expected 44"));
  EXPECT_THAT(ClipError(Clip(Frame("0.05", "0, 0, 0, 0"))),
              HasSubstr("frame 1 number 5: found a quaternion of length 0"));
  EXPECT_THAT(ClipError(Clip(Frame("\"x\""))), HasSubstr("frame 1 number 1: expected a finite number"));
  EXPECT_THAT(ClipError(Clip(Frame("0"))), HasSubstr("expected a positive one"));
}

std::string Row(double first_bone_x, const std::string& separator = ",") {
  std::string text = "1" + separator + "2" + separator + "3" + separator + std::to_string(first_bone_x);
  for (int i = 4; i < kExpmapColumns; ++i) text += separator + "-0";
  return text + "\n";
}

TEST(Expmap, MapsAreNegatedAndChained) {
  const ExpmapMotion motion = ParseExpmap(Row(0.3) + Row(0.1, "  "), "a.csv");
  ASSERT_EQ(motion.rows.rows(), 2);
  std::vector<Matrix3d> global;
  motion.GlobalRotations(0, &global);
  ASSERT_EQ(global.size(), static_cast<std::size_t>(kExpmapBones));
  const Matrix3d expected = ExpSO3(Vector3d(-0.3, 0, 0));
  EXPECT_LT((global[0] - expected).norm(), 1e-12);
  EXPECT_LT((global[37] - expected).norm(), 1e-12);
}

TEST(Expmap, ParentsComeFirst) {
  for (int b = 1; b < kExpmapBones; ++b) EXPECT_LT(ExpmapBones()[b].parent, b);
}

TEST(Expmap, RefusalsNameTheLine) {
  const auto error = [](const std::string& text) { return ErrorOf([&] { ParseExpmap(text, "a.csv"); }); };
  EXPECT_THAT(error(""), HasSubstr("a.csv: found no row"));
  EXPECT_THAT(error(Row(1) + "1,2,3\n"), HasSubstr("has 3 numbers, expected 117"));
  EXPECT_THAT(error(Row(1) + "1,a,3\n"), HasSubstr("line 2: found \"a\""));
  std::string longer = Row(1);
  longer.insert(longer.size() - 1, ",5");
  EXPECT_THAT(error(longer), HasSubstr("found \"5\", expected a row of 117 numbers"));
}

}  // namespace
}  // namespace vitruvius::deepmimic_expmap_test
