#include "data/io/result_tracks.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

namespace vitruvius {
namespace {

bool IsDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

struct ByNature {
  bool operator()(const std::string& a, const std::string& b) const { return NaturalLess(a, b); }
};

// "walk_17" is "walk" and "17"; false when it does not end in a number.
bool SplitId(const std::string& id, std::pair<std::string, std::string>* parts) {
  const size_t line = id.rfind('_');
  if (line == std::string::npos || line == 0 || line + 1 == id.size()) return false;
  if (!std::all_of(id.begin() + static_cast<std::ptrdiff_t>(line) + 1, id.end(), IsDigit)) return false;
  *parts = {id.substr(0, line), id.substr(line + 1)};
  return true;
}

}  // namespace

bool NaturalLess(const std::string& a, const std::string& b) {
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (IsDigit(a[i]) && IsDigit(b[j])) {
      const size_t begin_a = std::min(a.find_first_not_of('0', i), a.size());
      const size_t begin_b = std::min(b.find_first_not_of('0', j), b.size());
      size_t end_a = begin_a, end_b = begin_b;
      while (end_a < a.size() && IsDigit(a[end_a])) ++end_a;
      while (end_b < b.size() && IsDigit(b[end_b])) ++end_b;
      if (end_a - begin_a != end_b - begin_b) return end_a - begin_a < end_b - begin_b;
      const int order = a.compare(begin_a, end_a - begin_a, b, begin_b, end_b - begin_b);
      if (order != 0) return order < 0;
      i = end_a;
      j = end_b;
    } else {
      if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
      ++i;
      ++j;
    }
  }
  if (i < a.size() || j < b.size()) return i == a.size();
  return a < b;  // equal as numbers: 07 and 7 still have an order
}

std::vector<ResultTrack> SplitTracks(const std::vector<std::string>& ids) {
  std::vector<std::pair<std::string, std::string>> parts(ids.size());
  bool all_split = true;
  std::set<std::string> names, numbers;
  for (size_t i = 0; i < ids.size() && all_split; ++i) {
    all_split = SplitId(ids[i], &parts[i]);
    names.insert(parts[i].first);
    numbers.insert(parts[i].second);
  }
  // Track, then frame, then row.
  std::map<std::string, std::map<std::string, int, ByNature>, ByNature> tracks;
  std::set<std::string, ByNature> frames;
  const bool one_file_a_frame = all_split && names.size() > numbers.size();
  for (size_t i = 0; i < ids.size(); ++i) {
    const std::string frame = !all_split ? ids[i] : one_file_a_frame ? parts[i].first : parts[i].second;
    const std::string track = !all_split         ? "sequence"
                              : one_file_a_frame ? "person_" + parts[i].second
                                                 : parts[i].first;
    tracks[track][frame] = static_cast<int>(i);
    frames.insert(frame);
  }
  std::vector<ResultTrack> result;
  for (const auto& [name, rows] : tracks) {
    ResultTrack track = {name, {}};
    if (one_file_a_frame) {
      for (const std::string& frame : frames) {
        const auto row = rows.find(frame);
        track.rows.push_back(row == rows.end() ? -1 : row->second);
      }
    } else {
      for (const auto& [frame, row] : rows) track.rows.push_back(row);
    }
    result.push_back(std::move(track));
  }
  return result;
}

BodyAnimation MakeAnimation(const ResultsFile& results, const ResultTrack& track, double frames_per_second) {
  BodyAnimation animation;
  animation.name = track.name;
  animation.frames_per_second = frames_per_second;
  const auto usable = [&](int row) { return row >= 0 && results.rows[static_cast<size_t>(row)].fit.usable; };
  const auto first = std::find_if(track.rows.begin(), track.rows.end(), usable);
  if (first == track.rows.end()) return animation;
  int shown = *first;
  for (const int row : track.rows) {
    if (usable(row)) shown = row;
    animation.frames.push_back(results.rows[static_cast<size_t>(shown)].fit.parameters);
    animation.found.push_back(usable(row) ? 1 : 0);
  }
  return animation;
}

}  // namespace vitruvius
