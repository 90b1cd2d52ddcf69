#include "data/io/part_masks.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "models/body/surface_chart.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr auto kCells = static_cast<std::int64_t>(kMaskSide) * kMaskSide;
constexpr int kDigitBits = 5, kMore = 32, kSign = 16;
constexpr char kZero = '0';

void AppendRun(std::int64_t value, std::string* text) {
  for (bool more = true; more;) {
    int digit = static_cast<int>(value & (kMore - 1));
    value >>= kDigitBits;
    more = (digit & kSign) != 0 ? value != -1 : value != 0;
    if (more) digit |= kMore;
    *text += static_cast<char>(kZero + digit);
  }
}

// Lays runs of cells outside, inside, outside, ... one after the other.
class RunFiller {
 public:
  explicit RunFiller(const std::string& place) : place_(place) {}

  std::int64_t num_runs() const { return num_runs_; }
  void Add(std::int64_t length) {
    if (length < 0 || length > kCells - done_) {
      throw InputError(StrCat(place_, ": found a run of ", length, " cells, expected 0 to ", kCells - done_));
    }
    const bool is_inside = num_runs_ % 2 == 1;
    for (std::int64_t k = 0; is_inside && k < length; ++k) mask_.set(static_cast<size_t>(done_ + k));
    done_ += length;
    ++num_runs_;
  }
  const PartMask& Finish() const {
    if (done_ == kCells) return mask_;
    throw InputError(
        StrCat(place_, ": runs add up to ", done_, " cells, expected ", kMaskSide, " x ", kMaskSide));
  }

 private:
  const std::string& place_;
  PartMask mask_;
  std::int64_t done_ = 0, num_runs_ = 0;
};

}  // namespace

int MaskPartOf(int chart_part) {
  // Torso; right and left hand; left and right foot; upper legs, lower legs: right, left; upper arms, lower
  // arms: left, right; head. The chart cuts all but hands and feet in two.
  constexpr int kMaskPart[kNumChartParts] = {1, 1, 2,  3,  4,  5,  6,  7,  6,  7,  8,  9,
                                             8, 9, 10, 11, 10, 11, 12, 13, 12, 13, 14, 14};
  VT_CHECK_GE(chart_part, 1);
  VT_CHECK_LE(chart_part, kNumChartParts);
  return kMaskPart[chart_part - 1];
}

bool IsWithin(const PartMask& mask, const Eigen::Vector2d& place, int reach) {
  const auto cell = [](double at) {
    return static_cast<int>(std::clamp(std::floor(at), 0.0, kMaskSide - 1.0));
  };
  const int column = cell(place.x()), row = cell(place.y());
  for (int x = std::max(0, column - reach); x <= std::min(kMaskSide - 1, column + reach); ++x) {
    for (int y = std::max(0, row - reach); y <= std::min(kMaskSide - 1, row + reach); ++y) {
      if (mask[static_cast<size_t>(kMaskSide * x + y)]) return true;
    }
  }
  return false;
}

std::string EncodeMask(const PartMask& mask) {
  std::string text;
  std::int64_t length = 0, last = 0, last_but_one = 0, runs = 0;
  const auto end_run = [&]() {
    AppendRun(length - (runs > 2 ? last_but_one : 0), &text);
    last_but_one = last;
    last = length;
    length = 0;
    ++runs;
  };
  bool inside = false;
  for (size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] != inside) {
      end_run();
      inside = !inside;
    }
    ++length;
  }
  end_run();
  return text;
}

PartMask DecodeMask(const std::string& counts, const std::string& place) {
  constexpr int kMostBits = 20;  // more than any length needs
  RunFiller filler(place);
  std::int64_t last = 0, last_but_one = 0;
  for (size_t i = 0; i < counts.size();) {
    std::int64_t length = 0;
    int bits = 0;
    for (bool more = true; more; ++i) {
      if (i == counts.size()) throw InputError(place + ": is cut short within a run");
      const int digit = static_cast<unsigned char>(counts[i]) - kZero;
      if (digit < 0 || digit >= 2 * kMore) {
        throw InputError(StrCat(place, ": found byte ", digit + kZero, " at ", i,
                                ", expected characters from '0' to 'o'"));
      }
      if (bits == kMostBits)
        throw InputError(StrCat(place, ": run ", filler.num_runs(), " has too many digits"));
      length += static_cast<std::int64_t>(digit & (kMore - 1)) << bits;
      bits += kDigitBits;
      more = (digit & kMore) != 0;
      if (!more && (digit & kSign) != 0) length -= std::int64_t{1} << bits;
    }
    if (filler.num_runs() > 2) length += last_but_one;
    filler.Add(length);
    last_but_one = last;
    last = length;
  }
  return filler.Finish();
}

PartMask MaskOfRuns(const std::vector<double>& counts, const std::string& place) {
  RunFiller filler(place);
  for (size_t i = 0; i < counts.size(); ++i) {
    if (!(counts[i] >= 0 && counts[i] <= kCells && counts[i] == std::floor(counts[i]))) {
      throw InputError(
          StrCat(place, "[", i, "]: found ", counts[i], ", expected a whole number of cells up to ", kCells));
    }
    filler.Add(static_cast<std::int64_t>(counts[i]));
  }
  return filler.Finish();
}

void AddPolygon(const std::vector<double>& corners, const std::string& place, PartMask* mask) {
  constexpr size_t kFewestNumbers = 6, kMostNumbers = 20000;
  constexpr double kFarthest = 10 * kMaskSide;
  if (corners.size() < kFewestNumbers || corners.size() > kMostNumbers || corners.size() % 2 != 0) {
    throw InputError(StrCat(place, ": found ", corners.size(), " numbers, expected ", kFewestNumbers, " to ",
                            kMostNumbers, ": x, y of each corner"));
  }
  for (size_t i = 0; i < corners.size(); ++i) {
    if (!(std::abs(corners[i]) <= kFarthest))
      throw InputError(StrCat(place, "[", i, "]: found ", corners[i], ", expected 0 to ", kMaskSide));
  }
  // Down the middle of each column: where it crosses an edge, in becomes out.
  for (int column = 0; column < kMaskSide; ++column) {
    const double x = column + 0.5;
    std::vector<double> crossings;
    for (size_t i = 0; i < corners.size(); i += 2) {
      const size_t next = (i + 2) % corners.size();
      const double x0 = corners[i], y0 = corners[i + 1], x1 = corners[next], y1 = corners[next + 1];
      if ((x0 <= x) != (x1 <= x)) crossings.push_back(y0 + (x - x0) / (x1 - x0) * (y1 - y0));
    }
    std::sort(crossings.begin(), crossings.end());
    for (size_t i = 0; i + 1 < crossings.size(); i += 2) {
      const int first = static_cast<int>(std::ceil(std::max(0.0, crossings[i]) - 0.5));
      for (int row = first; row < kMaskSide && row + 0.5 < crossings[i + 1]; ++row)
        mask->set(static_cast<size_t>(kMaskSide * column + row));
    }
  }
}

}  // namespace vitruvius
