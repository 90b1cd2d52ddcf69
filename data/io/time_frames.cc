#include "data/io/time_frames.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "models/util/check.h"

namespace vitruvius {
namespace {

// Of sorted times that differ.
std::vector<std::int64_t> NumberTimes(const std::vector<double>& times_s) {
  std::vector<double> steps;
  for (size_t i = 1; i < times_s.size(); ++i) steps.push_back(times_s[i] - times_s[i - 1]);
  std::vector<std::int64_t> frames;
  if (!steps.empty()) {
    std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2),
                     steps.end());
    const double step = steps[(steps.size() - 1) / 2];
    constexpr double kMostFrames = 1e9;  // of a gap: more is another clock, not a pause
    for (const double time : times_s) {
      const double frame = std::round((time - times_s[0]) / step);
      if (!(frame < kMostFrames) || (!frames.empty() && frames.back() >= frame)) break;
      frames.push_back(static_cast<std::int64_t>(frame));
    }
  }
  if (frames.size() == times_s.size()) return frames;
  frames.resize(times_s.size());
  for (size_t i = 0; i < frames.size(); ++i) frames[i] = static_cast<std::int64_t>(i);
  return frames;
}

}  // namespace

std::vector<std::int64_t> FramesOfTimes(const std::vector<double>& times_s,
                                        const std::vector<std::string>& captures) {
  if (captures.size() != 1) VT_CHECK_EQ(captures.size(), times_s.size());
  std::map<std::string, std::vector<size_t>> rows;
  for (size_t i = 0; i < times_s.size(); ++i) {
    if (std::isfinite(times_s[i])) rows[captures.size() == 1 ? captures[0] : captures[i]].push_back(i);
  }
  std::vector<std::int64_t> frames(times_s.size(), -1);
  for (const auto& [capture, of_capture] : rows) {
    std::vector<double> times;
    for (const size_t i : of_capture) times.push_back(times_s[i]);
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    const std::vector<std::int64_t> numbers = NumberTimes(times);
    for (const size_t i : of_capture) {
      const auto place = std::lower_bound(times.begin(), times.end(), times_s[i]) - times.begin();
      frames[i] = numbers[static_cast<size_t>(place)];
    }
  }
  return frames;
}

}  // namespace vitruvius
