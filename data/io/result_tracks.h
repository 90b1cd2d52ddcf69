// Rows of a result as bodies over time: which rows are one sequence, and in what order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/io/result_writer.h"
#include "models/scene/body_animation.h"

namespace vitruvius {

// One subject of one capture, or somebody who is no frame of anything.
struct ResultTrack {
  // Of the joints from frame to frame, in sizes of the person: among several people, and of one alone, whom
  // nobody can be taken for and who may be seen at a lower rate.
  static constexpr double kMostMove = 0.5, kMostMoveAlone = 1;
  static constexpr std::int64_t kLongestGap = 60, kMostFrames = 1000000;  // frames

  std::string name;  // of the capture, and of the subject where there are several; else the person's id
  // Whether rows are frames. Rows that may be frames, but of which the input does not say so, are not.
  bool is_sequence = false;
  // Whether the rows of several people were joined by where they are, as nothing says who they are.
  bool is_joined = false;
  std::vector<int> rows;  // a frame each, in the order of time; -1: this track has no row there
  bool is_cut = false;    // one of several of a capture with one person a frame, who jumps
};

// By the identities of the rows (Identity), never by their ids. Frames of a capture run from its first number
// to its last for all of its tracks; numbers that are missing are frames without a row. Rows that name a
// subject are its track's. Where nobody is named, a capture with one person a frame is one track, or
// several where that person jumps (kMostMoveAlone): a cut, or photos of different people; several people of a
// frame are joined to those of the frames before by the optimal assignment of their joints, as
// far as they are near (kMostMove), and a track ends after kLongestGap frames. A row without a frame is a
// track of its own; rows of a capture none of which has a frame are one track in their order that is no
// sequence. Results that say nothing at all of identities but have a frame rate are one motion, as older
// versions wrote them. Tracks come in the order of their captures, names as people count: 9 before 10. Throws
// InputError "path: frame: ..." for a capture of more than kMostFrames, or one frame of which nobody could
// say who its people are.
std::vector<ResultTrack> SplitTracks(const std::string& path, const ResultsFile& results);

// Frames per second: what the result says, else what times and frame numbers of its rows say; 0: neither.
double FrameRateOf(const ResultsFile& results);

// Whether a comes before b when digits count as numbers.
bool NaturalLess(const std::string& a, const std::string& b);

// The rows of a track as an animation: a frame that is not usable repeats the one before it and is marked.
// None is left when no row is usable: `frames` is empty then.
BodyAnimation MakeAnimation(const ResultsFile& results, const ResultTrack& track, double frames_per_second);

}  // namespace vitruvius
