// Masks of parts: COCO's run lengths, by what its own code makes of the same cells.
#include "data/io/part_masks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/util/check.h"
#include "models/util/rng.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::part_masks_test {
namespace {

using ::testing::HasSubstr;

// By the steps of rleEncode and rleToString of cocoapi's maskApi.c, done in Python.
constexpr char kStairs[] = "Vj0n0h6:F:]^n1_N", kNone[] = "PPP2", kAll[] = "0PPP2";

// Columns 3 to 5 up from row 99, each longer than the one before, and the last cell.
PartMask Stairs() {
  PartMask mask;
  for (size_t x = 3; x <= 5; ++x) {
    for (size_t y = 100 - 10 * x; y < 100; ++y) mask.set(256 * x + y);
  }
  mask.set(65535);
  return mask;
}

TEST(PartMasks, AreWrittenAndReadAsCocoDoes) {
  EXPECT_EQ(EncodeMask(Stairs()), kStairs);
  EXPECT_EQ(EncodeMask(PartMask()), kNone);
  EXPECT_EQ(EncodeMask(PartMask().set()), kAll);
  EXPECT_EQ(DecodeMask(kStairs, "here"), Stairs());
  EXPECT_TRUE(DecodeMask(kNone, "here").none());
  EXPECT_TRUE(DecodeMask(kAll, "here").all());
}

TEST(PartMasks, PlainRunsAndPolygonsMakeTheSameCells) {
  EXPECT_EQ(MaskOfRuns({838, 30, 216, 40, 206, 50, 64155, 1}, "here"), Stairs());
  PartMask stairs = Stairs();
  stairs.reset(65535);
  PartMask drawn;
  AddPolygon({3, 100, 3, 70, 4, 70, 4, 60, 5, 60, 5, 50, 6, 50, 6, 100}, "here", &drawn);
  EXPECT_EQ(drawn, stairs);
  PartMask beyond;
  AddPolygon({-100, -100, 400, -100, 400, 400, -100, 400}, "here", &beyond);
  EXPECT_TRUE(beyond.all());
  PartMask ring;  // twice covered is outside
  AddPolygon({0, 0, 9, 0, 9, 9, 0, 9, 0, 0, 3, 3, 6, 3, 6, 6, 3, 6, 3, 3}, "here", &ring);
  EXPECT_EQ(ring.count(), 81u - 9u);
}

TEST(PartMasks, AnyCellsComeBack) {
  Rng rng(1);
  for (const double share : {0.5, 0.01, 0.999}) {
    PartMask mask;
    for (size_t i = 0; i < mask.size(); ++i) mask[i] = rng.Uniform() < share;
    EXPECT_EQ(DecodeMask(EncodeMask(mask), "here"), mask);
  }
}

TEST(PartMasks, RunsThatMakeNoMaskAreNamed) {
  const auto error = [](const std::string& counts) {
    return ErrorOf([&] { DecodeMask(counts, "a.json: [0]"); });
  };
  EXPECT_EQ(error(""), "a.json: [0]: runs add up to 0 cells, expected 256 x 256");
  EXPECT_EQ(error("5"), "a.json: [0]: runs add up to 5 cells, expected 256 x 256");
  EXPECT_THAT(error("PPP"), HasSubstr("cut short within a run"));
  EXPECT_THAT(error("PPP25"), HasSubstr("found a run of 5 cells, expected 0 to 0"));
  EXPECT_THAT(error("N"), HasSubstr("found a run of -2 cells"));
  EXPECT_THAT(error("5\x80"), HasSubstr("found byte 128 at 1"));
  EXPECT_THAT(error("/"), HasSubstr("found byte 47 at 0"));
  EXPECT_THAT(error("p"), HasSubstr("found byte 112 at 0"));
  EXPECT_THAT(error("ooooooooooooooooooooooo"), HasSubstr("run 0 has too many digits"));
  EXPECT_THAT(error(std::string(100000, '0')), HasSubstr("add up to 0"));
}

// Detectron2's documentation: Torso, Right Hand, Left Hand, Left Foot, Right Foot, Upper Leg Right, Upper Leg
// Left, Lower Leg Right, Lower Leg Left, Upper Arm Left, Upper Arm Right, Lower Arm Left, Lower Arm Right,
// Head.
TEST(PartMasks, HoldPartsOfTheChart) {
  EXPECT_EQ(MaskPartOf(1), 1);
  EXPECT_EQ(MaskPartOf(2), 1);
  for (const int part : {3, 4, 5, 6}) EXPECT_EQ(MaskPartOf(part), part - 1);
  for (int part = 7; part <= 22; ++part) {  // pairs of two in turn
    EXPECT_EQ(MaskPartOf(part), 6 + 2 * ((part - 7) / 4) + (part - 7) % 2) << part;
  }
  EXPECT_EQ(MaskPartOf(23), 14);
  EXPECT_EQ(MaskPartOf(24), 14);
  EXPECT_THROW(MaskPartOf(0), ContractError);
  EXPECT_THROW(MaskPartOf(25), ContractError);
}

TEST(PartMasks, PlacesAreWithinReachOfCells) {
  const PartMask mask = Stairs();
  EXPECT_TRUE(IsWithin(mask, {3.5, 99.5}, 0));
  EXPECT_FALSE(IsWithin(mask, {2.5, 99.5}, 0));
  EXPECT_TRUE(IsWithin(mask, {1.5, 101.5}, 2));
  EXPECT_FALSE(IsWithin(mask, {0.5, 99.5}, 2));
  EXPECT_TRUE(IsWithin(mask, {256, 256}, 0));  // the box's corner is of the last cell
}

}  // namespace
}  // namespace vitruvius::part_masks_test
