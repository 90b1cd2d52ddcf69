// What to do to the numbers of a file that does not follow our conventions (2D: pixels, y down, left is the
// person's own left; 3D: metres, camera axes x right, y down, z forward) before anything else looks at them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/scene/observation.h"

namespace vitruvius {

struct ReadAs {
  std::vector<std::string> words;  // of ReadAsWords(), applied in this order

  bool empty() const { return words.empty(); }
};

// Units of length by their words; metres, which need none, first.
struct LengthUnit {
  const char* word;
  double metres;
};
const std::vector<LengthUnit>& LengthUnits();
// Metres of one unit that the words say; 1 where none does.
double MetresPerUnitOf(const ReadAs& read_as);

// Every word and what it says of the file, as in "y_up", "y grows upwards".
const std::vector<std::pair<std::string, std::string>>& ReadAsWords();
// Whether a word of ReadAsWords() does anything to 2D or 3D keypoints.
bool ReadAsConcerns(const std::string& word, bool is_3d);
// "y_up,millimetres". Throws InputError that names an unknown word, one that is there twice, or two that say
// the same thing otherwise (axes, units).
ReadAs ParseReadAs(const std::string& text);

// The words, with commas, to read as instead where numbers that were read as `given` turned out to want
// `word`, may be empty. Units (also "metres") and normalized are meant of the file and take the place of what
// was given; axes and sides are meant besides, and one word is found for both: exchanged sides after an axis
// word are taken for that word's other handedness.
std::string ReadAsWith(const ReadAs& given, const std::string& word, bool is_3d);

// Puts the person's keypoints right; confidences stay, unseen points stay unseen. False, with a sentence in
// *error, where a word needs what the person lacks (normalized: the image's size).
bool ApplyReadAs(const ReadAs& read_as, PersonObservation* person, std::string* error);

}  // namespace vitruvius
