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
  PartMask mask;
  std::int64_t done = 0, last = 0, last_but_one = 0, runs = 0;
  bool inside = false;
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
      if (bits == kMostBits) throw InputError(StrCat(place, ": run ", runs, " has too many digits"));
      length += static_cast<std::int64_t>(digit & (kMore - 1)) << bits;
      bits += kDigitBits;
      more = (digit & kMore) != 0;
      if (!more && (digit & kSign) != 0) length -= std::int64_t{1} << bits;
    }
    if (runs > 2) length += last_but_one;
    if (length < 0 || length > kCells - done) {
      throw InputError(StrCat(place, ": found a run of ", length, " cells, expected 0 to ", kCells - done));
    }
    for (std::int64_t k = 0; inside && k < length; ++k) mask.set(static_cast<size_t>(done + k));
    done += length;
    last_but_one = last;
    last = length;
    inside = !inside;
    ++runs;
  }
  if (done != kCells) {
    throw InputError(
        StrCat(place, ": runs add up to ", done, " cells, expected ", kMaskSide, " x ", kMaskSide));
  }
  return mask;
}

}  // namespace vitruvius
