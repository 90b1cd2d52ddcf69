#include "models/util/nearest_word.h"

#include <gtest/gtest.h>

namespace vitruvius::nearest_word_test {
namespace {

TEST(NearestWord, IsASlipAway) {
  const std::vector<std::string> known = {"left_ankle", "right_ankle", "nose", "focal", "image_size"};
  EXPECT_EQ(NearestWord("left_ancle", known), "left_ankle");
  EXPECT_EQ(NearestWord("left_anlke", known), "left_ankle");
  EXPECT_EQ(NearestWord("leftankle", known), "left_ankle");
  EXPECT_EQ(NearestWord("rigth_ankle", known), "right_ankle");
  EXPECT_EQ(NearestWord("imagesize", known), "image_size");
  EXPECT_EQ(NearestWord("noes", known), "nose");
  EXPECT_EQ(NearestWord("focal_px", known), "");
  EXPECT_EQ(NearestWord("toes", known), "") << "half of it is another word";
  EXPECT_EQ(NearestWord("nose", known), "") << "known";
  EXPECT_EQ(NearestWord("", known), "");
  EXPECT_EQ(NearestWord(std::string(100000, 'x'), known), "");
  EXPECT_EQ(DidYouMean("left_ancle", known), "; did you mean \"left_ankle\"?");
  EXPECT_EQ(DidYouMean("pelvis", known), "");
}

}  // namespace
}  // namespace vitruvius::nearest_word_test
