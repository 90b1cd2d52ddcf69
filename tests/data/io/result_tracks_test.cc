#include "data/io/result_tracks.h"

#include <gtest/gtest.h>

#include "tests/util/test_body.h"

namespace vitruvius::result_tracks_test {
namespace {

TEST(NaturalLess, DigitsAreNumbers) {
  EXPECT_TRUE(NaturalLess("a9", "a10"));
  EXPECT_FALSE(NaturalLess("a10", "a9"));
  EXPECT_TRUE(NaturalLess("a", "a0"));
  EXPECT_TRUE(NaturalLess("frame_2_x", "frame_10_a"));
  EXPECT_TRUE(NaturalLess("a99999999999999999999998", "a99999999999999999999999"));
  EXPECT_FALSE(NaturalLess("a7", "a7"));
  EXPECT_NE(NaturalLess("a07", "a7"), NaturalLess("a7", "a07"));
}

TEST(SplitTracks, FramesOfOneClip) {
  const std::vector<ResultTrack> tracks = SplitTracks({"walk_0", "walk_10", "walk_9"});
  ASSERT_EQ(tracks.size(), 1u);
  EXPECT_EQ(tracks[0].name, "walk");
  EXPECT_EQ(tracks[0].rows, (std::vector<int>{0, 2, 1}));
}

TEST(SplitTracks, OneFileAFrame) {
  const std::vector<ResultTrack> tracks =
      SplitTracks({"f_000_0", "f_000_1", "f_001_0", "f_002_0", "f_002_1"});
  ASSERT_EQ(tracks.size(), 2u);
  EXPECT_EQ(tracks[0].name, "person_0");
  EXPECT_EQ(tracks[0].rows, (std::vector<int>{0, 2, 3}));
  EXPECT_EQ(tracks[1].rows, (std::vector<int>{1, -1, 4}));
}

TEST(SplitTracks, SeveralClips) {
  const std::vector<ResultTrack> tracks = SplitTracks({"a_0", "a_1", "a_2", "b_0", "b_1"});
  ASSERT_EQ(tracks.size(), 2u);
  EXPECT_EQ(tracks[1].name, "b");
  EXPECT_EQ(tracks[1].rows, (std::vector<int>{3, 4}));
}

TEST(SplitTracks, IdsOfAnyForm) {
  const std::vector<ResultTrack> tracks = SplitTracks({"img10.jpg", "img9.jpg", "_3"});
  ASSERT_EQ(tracks.size(), 1u);
  EXPECT_EQ(tracks[0].rows, (std::vector<int>{2, 1, 0}));
  EXPECT_TRUE(SplitTracks({}).empty());
}

TEST(MakeAnimation, UnusableFramesRepeatTheOneBefore) {
  const auto model = MakeTestBody();
  Rng rng(1);
  ResultsFile results;
  results.rows.resize(4);
  for (const int row : {1, 3}) {
    results.rows[row].fit.usable = true;
    results.rows[row].fit.parameters = RandomParameters(*model, &rng);
  }
  const BodyAnimation animation = MakeAnimation(results, {"x", {0, 1, -1, 2, 3}}, 30);
  animation.Check(*model);
  EXPECT_EQ(animation.found, (std::vector<std::uint8_t>{0, 1, 0, 0, 1}));
  for (const int frame : {0, 2, 3}) EXPECT_EQ(animation.frames[frame].transl, animation.frames[1].transl);
  EXPECT_EQ(animation.MeanBetas(),
            (results.rows[1].fit.parameters.betas + results.rows[3].fit.parameters.betas) / 2);
  EXPECT_TRUE(MakeAnimation(results, {"x", {0, 2}}, 30).frames.empty());
}

}  // namespace
}  // namespace vitruvius::result_tracks_test
