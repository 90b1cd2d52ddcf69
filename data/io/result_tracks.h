// Rows of a result as bodies over time: which rows are one sequence, and in what order.
#pragma once

#include <string>
#include <vector>

#include "data/io/result_writer.h"
#include "models/scene/body_animation.h"

namespace vitruvius {

struct ResultTrack {
  std::string name;
  std::vector<int> rows;  // a frame each, in the order of time; -1: this track has no row there
};

// Ids are NAME_NUMBER: of a motion or a video in one file NAME is the clip and NUMBER the frame ("walk_17"),
// of one file a frame NAME is the frame and NUMBER the person ("frame_000017_0"). Whichever of the two has
// more values in the whole result is time; the other tells the tracks apart. Ids of other forms make one
// track. Names and numbers are ordered as people count: 9 before 10. Detectors number people anew in every
// frame: such a track is one person only as far as the detector's order was kept.
std::vector<ResultTrack> SplitTracks(const std::vector<std::string>& ids);

// Whether a comes before b when digits count as numbers.
bool NaturalLess(const std::string& a, const std::string& b);

// The rows of a track as an animation: a frame that is not usable repeats the one before it and is marked.
// None is left when no row is usable: `frames` is empty then.
BodyAnimation MakeAnimation(const ResultsFile& results, const ResultTrack& track, double frames_per_second);

}  // namespace vitruvius
