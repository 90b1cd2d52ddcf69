// What somebody may have meant to write.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

// The known word that `word` is a slip of the keyboard from: the nearest by letters added, left out, changed
// or exchanged with their neighbour, two at most and fewer than half of the shorter one; the first of equals.
// "" where none is, and where the word itself is known.
std::string NearestWord(const std::string& word, const std::vector<std::string>& known);

// "; did you mean \"left_ankle\"?" or nothing.
std::string DidYouMean(const std::string& word, const std::vector<std::string>& known);

}  // namespace vitruvius
