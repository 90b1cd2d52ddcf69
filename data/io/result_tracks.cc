#include "data/io/result_tracks.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "data/io/capture_tracks.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

bool IsDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

struct ByNature {
  bool operator()(const std::string& a, const std::string& b) const { return NaturalLess(a, b); }
};

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

double FrameRateOf(const ResultsFile& results) {
  if (results.frame_rate_hz > 0) return results.frame_rate_hz;
  // Of the capture with most frames between two times.
  struct Span {
    const Identity *first = nullptr, *last = nullptr;
  };
  std::map<std::string, Span> spans;
  for (const ResultsFile::Row& row : results.rows) {
    const Identity& identity = row.identity;
    if (identity.frame < 0 || !std::isfinite(identity.time_s)) continue;
    Span& span = spans[identity.capture];
    if (span.first == nullptr || identity.frame < span.first->frame) span.first = &identity;
    if (span.last == nullptr || identity.frame > span.last->frame) span.last = &identity;
  }
  double rate = 0, frames = 0;
  for (const auto& [capture, span] : spans) {
    const double count = static_cast<double>(span.last->frame) - static_cast<double>(span.first->frame);
    const double seconds = span.last->time_s - span.first->time_s;
    if (count > frames && seconds > 0 && std::isfinite(count / seconds)) {
      frames = count;
      rate = count / seconds;
    }
  }
  return rate;
}

std::vector<ResultTrack> SplitTracks(const std::string& path, const ResultsFile& results) {
  std::map<std::string, std::vector<int>, ByNature> frames, unnumbered;  // rows of each capture
  std::vector<int> alone;
  bool says_nothing = true;
  for (size_t i = 0; i < results.rows.size(); ++i) {
    const Identity& identity = results.rows[i].identity;
    says_nothing = says_nothing && identity.frame < 0 && identity.capture.empty() && identity.subject.empty();
    (identity.frame >= 0        ? frames[identity.capture]
     : identity.capture.empty() ? alone
                                : unnumbered[identity.capture])
        .push_back(static_cast<int>(i));
  }
  if (says_nothing && results.frame_rate_hz > 0 && !alone.empty()) return {{"motion", true, false, alone}};
  std::vector<ResultTrack> tracks;
  for (const auto& [capture, rows] : frames) {
    std::vector<ResultTrack> of_capture = CaptureTracks(results, rows).Split(path, capture);
    std::move(of_capture.begin(), of_capture.end(), std::back_inserter(tracks));
  }
  for (const auto& [capture, rows] : unnumbered) {
    // Somebody's subject without a frame: not even their order says anything.
    const auto has_subject = [&](int row) {
      return !results.rows[static_cast<size_t>(row)].identity.subject.empty();
    };
    if (std::any_of(rows.begin(), rows.end(), has_subject) || frames.count(capture) > 0 || rows.size() == 1) {
      alone.insert(alone.end(), rows.begin(), rows.end());
    } else {
      tracks.push_back({capture, false, false, rows});
    }
  }
  std::sort(alone.begin(), alone.end());
  for (const int row : alone)
    tracks.push_back({results.rows[static_cast<size_t>(row)].fit.id, false, false, {row}});
  // A person may have the name of a capture.
  std::set<std::string> names;
  for (ResultTrack& track : tracks) {
    const std::string name = track.name;
    for (int k = 2; !names.insert(track.name).second; ++k) track.name = StrCat(name, "~", k);
  }
  return tracks;
}

BodyAnimation MakeAnimation(const ResultsFile& results, const ResultTrack& track, double frames_per_second) {
  BodyAnimation animation;
  animation.name = track.name;
  animation.frames_per_second = frames_per_second;
  const auto usable = [&](int row) { return row >= 0 && results.rows[static_cast<size_t>(row)].fit.usable; };
  const auto first = std::find_if(track.rows.begin(), track.rows.end(), usable);
  if (first == track.rows.end()) return animation;
  Identity& identity = animation.identity;
  identity = results.rows[static_cast<size_t>(*first)].identity;
  const int at_start = track.rows.front();
  identity.time_s = at_start < 0 ? std::numeric_limits<double>::quiet_NaN()
                                 : results.rows[static_cast<size_t>(at_start)].identity.time_s;
  if (identity.frame >= 0) identity.frame -= first - track.rows.begin();
  for (const int row : track.rows) {  // a subject that only some frames name
    if (row >= 0 && identity.subject.empty())
      identity.subject = results.rows[static_cast<size_t>(row)].identity.subject;
  }
  int shown = *first;
  for (const int row : track.rows) {
    if (usable(row)) shown = row;
    animation.frames.push_back(results.rows[static_cast<size_t>(shown)].fit.parameters);
    animation.found.push_back(usable(row) ? 1 : 0);
  }
  return animation;
}

}  // namespace vitruvius
