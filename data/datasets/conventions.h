// Whether keypoints follow the conventions they claim: detectors of swapped sides, pictures upside down,
// axes, units, normalised coordinates, keypoint sets of another order, and implausible cameras. They look at
// many people at once, so that somebody who stands on their hands, or is seen from behind, is no fault.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/io/read_as.h"
#include "models/scene/observation.h"

namespace vitruvius {

struct ConventionFinding {
  enum class Level {
    kNote,     // too few people to judge: what these few look like
    kWarning,  // likely
    kError,    // certain
  };
  std::string fault;  // a word of ReadAsWords(), or wrong_set, unknown_order, focal, center, image_size
  Level level = Level::kNote;
  std::string evidence;  // what was seen, a sentence with numbers
  std::string fix;       // what would put it right, a sentence
};
const char* LevelName(ConventionFinding::Level level);  // "note", "warning", "error"

// How much better people are explained with left and right exchanged, by fits: the mean difference of cost in
// units of its standard error (positive: exchanged is better), over `people` of them.
struct MirrorEvidence {
  double sigmas = 0;
  int people = 0;
};
using MirrorTest = std::function<MirrorEvidence(const std::vector<PersonObservation>& people)>;

// What is wrong with a sample of people, the worst first; empty when nothing is. People with a reason not to
// be fitted are left out. Left and right of 2D keypoints are told by which sides of faces are hidden. That a
// face is reported is no proof, because some detectors report one of everybody: where nothing else tells, and
// where all points are always seen, `mirror_test` (may be empty) decides, which is only called then. People
// on their hands do not tell whether an image is upside down.
//
// Levels: a vote of fewer than 3 people is a note; one of at least 10 subjects of whom 9 in 10 agree an
// error; one of which 3 in 4 agree a warning. Subjects are people, but those of one video (Identity) are so
// many as it shows. Faults that one person proves (units, normalised coordinates) are errors at once; 3D axes
// that are only turned, cameras that might be meant, and exchanged sides that faces alone suggest are never
// more than warnings. `given`: what the sample was read as; advice says what to read it as instead.
std::vector<ConventionFinding> FindConventionFaults(const std::vector<PersonObservation>& sample,
                                                    const MirrorTest& mirror_test = {},
                                                    const ReadAs& given = {});

}  // namespace vitruvius
