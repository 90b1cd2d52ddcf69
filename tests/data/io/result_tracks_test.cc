#include "data/io/result_tracks.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/scene/fit_result.h"
#include "models/util/check.h"
#include "tests/util/test_body.h"

namespace vitruvius::result_tracks_test {
namespace {

using ::testing::ElementsAre;

TEST(NaturalLess, DigitsAreNumbers) {
  EXPECT_TRUE(NaturalLess("a9", "a10"));
  EXPECT_FALSE(NaturalLess("a10", "a9"));
  EXPECT_TRUE(NaturalLess("a", "a0"));
  EXPECT_TRUE(NaturalLess("frame_2_x", "frame_10_a"));
  EXPECT_TRUE(NaturalLess("a99999999999999999999998", "a99999999999999999999999"));
  EXPECT_FALSE(NaturalLess("a7", "a7"));
  EXPECT_NE(NaturalLess("a07", "a7"), NaturalLess("a7", "a07"));
}

// A row of a person of whom four joints were seen at `x_px`; unusable where x_px is not finite.
ResultsFile::Row At(const std::string& capture, std::int64_t frame, const std::string& subject, double x_px) {
  ResultsFile::Row row;
  row.fit.id = StrCat(capture, frame, subject, x_px);
  row.fit.usable = std::isfinite(x_px);
  if (!row.fit.usable) row.fit.reason = reason::kTooFewKeypoints;
  row.identity.capture = capture;
  row.identity.frame = frame;
  row.identity.subject = subject;
  row.fit.joints2d.setZero(4, 2);
  if (row.fit.usable) row.fit.joints2d << x_px, 100, x_px + 40, 100, x_px, 200, x_px + 40, 200;
  return row;
}
ResultsFile::Row Nobody(const std::string& capture, std::int64_t frame) {
  ResultsFile::Row row = At(capture, frame, "", NAN);
  row.fit.reason = reason::kNoPeople;
  return row;
}

// "name: rows" of each track.
std::vector<std::string> Tracks(const std::vector<ResultsFile::Row>& rows, double rate_hz = 0) {
  ResultsFile results;
  results.rows = rows;
  results.frame_rate_hz = rate_hz;
  std::vector<std::string> said;
  for (const ResultTrack& track : SplitTracks("r.npz", results)) {
    said.push_back(track.name + (track.is_joined ? " joined:" : track.is_sequence ? ":" : " alone:"));
    for (const int row : track.rows) said.back() += StrCat(" ", row);
  }
  return said;
}

TEST(SplitTracks, FramesAreOrderedByNumberAndGapsStay) {
  EXPECT_THAT(Tracks({At("v", 12, "", 0), At("v", 9, "", 0), At("v", 10, "", NAN)}),
              ElementsAre("v: 1 2 -1 0"));
  // Where nobody was found, wherever its row stands.
  EXPECT_THAT(Tracks({Nobody("v", 1), At("v", 0, "", 0), At("v", 2, "", 0), Nobody("v", 3)}),
              ElementsAre("v: 1 -1 2 -1"));
}

TEST(SplitTracks, SubjectsAreTracksOfTheWholeCapture) {
  EXPECT_THAT(Tracks({At("v", 0, "10", 0), At("v", 1, "9", 0), At("v", 1, "10", 900), At("v", 3, "10", 0)}),
              ElementsAre("v_person_9: -1 1 -1 -1", "v_person_10: 0 2 -1 3"));
  EXPECT_THAT(Tracks({At("v", 0, "anna", 0), At("w", 0, "anna", 0)}), ElementsAre("v_anna: 0", "w_anna: 1"));
}

TEST(SplitTracks, ACaptureWithOnePersonAFrameIsOneTrackUnlessItJumps) {
  // 100 px tall: nearly so far a frame, at a low rate; and far away after a gap.
  EXPECT_THAT(Tracks({At("v", 0, "", 0), At("v", 1, "", 90), At("v", 4, "", 360), At("v", 5, "", 450)}),
              ElementsAre("v: 0 1 -1 -1 2 3"));
  EXPECT_THAT(Tracks({At("v", 0, "", 0), At("v", 60, "", 5000)})[0].substr(0, 6), "v: 0 -");
  // A cut, or the photo of somebody else.
  EXPECT_THAT(Tracks({At("v", 0, "", 0), At("v", 1, "", 10), At("v", 2, "", 900), At("v", 3, "", NAN)}),
              ElementsAre("v_track_0: 0 1 -1 -1", "v_track_1: -1 -1 2 3"));
  ResultsFile results;
  results.rows = {At("v", 0, "", 0), At("v", 1, "", 900)};
  for (const ResultTrack& track : SplitTracks("r.npz", results)) EXPECT_TRUE(track.is_cut);
}

// Detectors list people in any order.
TEST(SplitTracks, PeopleWithoutSubjectsAreJoinedByWhereTheyAre) {
  EXPECT_THAT(Tracks({At("v", 0, "", 100), At("v", 0, "", 300), At("v", 1, "", 310), At("v", 1, "", 110),
                      At("v", 3, "", 130), At("v", 3, "", 330)}),
              ElementsAre("v_track_0 joined: 0 3 -1 4", "v_track_1 joined: 1 2 -1 5"));
  // The nearest pair first would leave the other two far apart.
  EXPECT_THAT(Tracks({At("v", 0, "", 100), At("v", 0, "", 140), At("v", 1, "", 124), At("v", 1, "", 164)}),
              ElementsAre("v_track_0 joined: 0 2", "v_track_1 joined: 1 3"));
}

// A tracker that loses names in some frames: before, between and after.
TEST(SplitTracks, FramesWithoutAnIdGoOnWithTheirSubject) {
  EXPECT_THAT(Tracks({At("v", 0, "", 90), At("v", 1, "1", 100), At("v", 1, "2", 600), At("v", 2, "", 110),
                      At("v", 2, "", 600), At("v", 3, "2", 600), At("v", 3, "1", 120), At("v", 4, "", 130)}),
              ElementsAre("v_person_1 joined: 0 1 3 6 7", "v_person_2 joined: -1 2 4 5 -1"));
  // Somebody else who comes is nobody of these.
  EXPECT_THAT(Tracks({At("v", 0, "1", 100), At("v", 1, "1", 100), At("v", 1, "", 110), At("v", 2, "", 900)}),
              ElementsAre("v_person_1: 0 1 -1", "v_track_0: -1 2 -1", "v_track_1: -1 -1 3"));
}

TEST(SplitTracks, ACutEndsTracks) {
  EXPECT_THAT(
      Tracks({At("v", 0, "", 100), At("v", 0, "", 300), At("v", 1, "", 900), At("v", 1, "", 1300)}).size(),
      4u);
}

TEST(SplitTracks, PeopleOfOneImageAreNeverOneMotion) {
  std::vector<ResultsFile::Row> rows;
  for (int k = 0; k < 5; ++k) rows.push_back(At("", -1, "", 100 * k));
  EXPECT_EQ(Tracks(rows).size(), 5u);
  EXPECT_EQ(Tracks(rows)[3], rows[3].fit.id + " alone: 3");
  for (ResultsFile::Row& row : rows) row.identity.subject = "x";
  EXPECT_EQ(Tracks(rows).size(), 5u);
}

TEST(SplitTracks, RowsOfACaptureWithoutFrames) {
  EXPECT_THAT(Tracks({At("clip", -1, "", 0), At("clip", -1, "", 500)}), ElementsAre("clip alone: 0 1"));
  EXPECT_THAT(Tracks({At("clip", -1, "", 7)}), ElementsAre("clip-17 alone: 0"));
  EXPECT_EQ(Tracks({At("clip", -1, "a", 0), At("clip", -1, "b", 500)}).size(), 2u);
}

// As older versions wrote motions.
TEST(SplitTracks, ARateAloneMakesAMotion) {
  EXPECT_THAT(Tracks({At("", -1, "", 0), At("", -1, "", 0)}, 120), ElementsAre("motion: 0 1"));
  EXPECT_TRUE(Tracks({}, 120).empty());
}

TEST(SplitTracks, FrameNumbersThatNoMotionHasAreRefused) {
  EXPECT_THROW(Tracks({At("v", 0, "", 0), At("v", std::int64_t{1} << 62, "", 0)}), InputError);
}

TEST(FrameRateOf, TimesOfFramesSay) {
  ResultsFile results;
  results.rows = {At("v", 10, "", 0), At("v", 40, "", 0), At("w", 0, "", 0)};
  EXPECT_EQ(FrameRateOf(results), 0);
  results.rows[0].identity.time_s = 1;
  results.rows[1].identity.time_s = 2.2;
  EXPECT_DOUBLE_EQ(FrameRateOf(results), 25);
  results.frame_rate_hz = 60;
  EXPECT_EQ(FrameRateOf(results), 60);
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
  const BodyAnimation animation = MakeAnimation(results, {"x", true, false, {0, 1, -1, 2, 3}}, 30);
  animation.Check(*model);
  EXPECT_EQ(animation.found, (std::vector<std::uint8_t>{0, 1, 0, 0, 1}));
  for (const int frame : {0, 2, 3}) EXPECT_EQ(animation.frames[frame].transl, animation.frames[1].transl);
  EXPECT_EQ(animation.MeanBetas(),
            (results.rows[1].fit.parameters.betas + results.rows[3].fit.parameters.betas) / 2);
  EXPECT_TRUE(MakeAnimation(results, {"x", true, false, {0, 2}}, 30).frames.empty());
}

TEST(MakeAnimation, SaysWhoseItIs) {
  ResultsFile results;
  results.rows = {At("v", 10002, "", 0), At("v", 10003, "anna", 0)};
  const Identity identity = MakeAnimation(results, {"x", true, false, {-1, -1, 0, 1}}, 30).identity;
  EXPECT_EQ(identity.capture, "v");
  EXPECT_EQ(identity.subject, "anna");
  EXPECT_EQ(identity.frame, 10000);
}

}  // namespace
}  // namespace vitruvius::result_tracks_test
