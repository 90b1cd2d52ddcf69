#include "models/util/nearest_word.h"

#include <algorithm>

#include "models/util/check.h"

namespace vitruvius {
namespace {

// Damerau and Levenshtein's distance, of neighbours that are exchanged once ("optimal string alignment").
int SlipsBetween(const std::string& a, const std::string& b) {
  std::vector<int> before, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int change = last[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0);
      row[j] = std::min({change, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

std::string NearestWord(const std::string& word, const std::vector<std::string>& known) {
  constexpr int kMostSlips = 2;
  constexpr std::size_t kLongest = 200;
  if (word.empty() || word.size() > kLongest) return "";
  std::string nearest;
  int fewest = kMostSlips + 1;
  for (const std::string& other : known) {
    if (other == word) return "";
    const std::size_t longer = std::max(word.size(), other.size()),
                      shorter = std::min(word.size(), other.size());
    if (longer - shorter > kMostSlips) continue;
    const int slips = SlipsBetween(word, other);
    if (slips >= fewest || 2 * slips >= static_cast<int>(shorter)) continue;
    nearest = other;
    fewest = slips;
  }
  return nearest;
}

std::string DidYouMean(const std::string& word, const std::vector<std::string>& known) {
  const std::string nearest = NearestWord(word, known);
  return nearest.empty() ? "" : StrCat("; did you mean \"", nearest, "\"?");
}

}  // namespace vitruvius
