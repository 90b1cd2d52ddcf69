#include "data/io/name_series.h"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace vitruvius {
namespace {

bool IsDecimal(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

}  // namespace

bool SplitNumber(const std::string& name, NumberedName* parts) {
  constexpr size_t kMostDigits = 18;  // what 64 bits hold
  size_t begin = name.size();
  while (begin > 0 && IsDecimal(name[begin - 1])) --begin;
  const size_t digits = name.size() - begin;
  if (digits == 0 || digits > kMostDigits) return false;
  *parts = {name.substr(0, begin), std::stoll(name.substr(begin)), static_cast<int>(digits)};
  return true;
}

std::string SeriesName(const std::string& base) {
  size_t end = base.size();
  while (end > 0 &&
         (base[end - 1] == '_' || base[end - 1] == '-' || base[end - 1] == '.' || base[end - 1] == ' '))
    --end;
  return base.substr(0, end);
}

bool IsVideoFrame(const NumberedName& name) {
  return name.digits == 12 && name.base.size() > 1 && name.base.back() == '_' &&
         name.base.rfind("COCO_", 0) != 0;
}

bool IsPhotograph(const NumberedName& name) {
  const auto is_upper = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
  // A number with leading digits of the base: P1010001 is P and 1010001.
  std::string digits = std::to_string(name.number);
  digits.insert(0, static_cast<size_t>(std::max(0, name.digits - static_cast<int>(digits.size()))), '0');
  const std::string whole = name.base + digits;
  constexpr size_t kFree = 4, kLength = 8;
  if (whole.size() == kLength && name.base.size() <= kFree) {
    const std::string free = whole.substr(0, kFree);
    const auto is_free = [&](char c) { return is_upper(c) || IsDecimal(c) || c == '_'; };
    if (std::all_of(free.begin(), free.end(), is_free) && std::any_of(free.begin(), free.end(), is_upper))
      return true;
  }
  // What a phone has edited: IMG_E0001. Date and time, or date and a count.
  if (whole.size() == kLength + 1 && whole.rfind("IMG_E", 0) == 0) return true;
  for (const char* start : {"IMG_20", "IMG-20", "PXL_20", "Screenshot_20"}) {
    if (whole.rfind(start, 0) == 0 && name.base.size() > kLength) return true;
  }
  return false;
}

void NameSeries::Add(std::int64_t number) {
  if (count_++ == 0) {
    first_ = lowest_ = highest_ = number;
    return;
  }
  lowest_ = std::min(lowest_, number);
  highest_ = std::max(highest_, number);
  const std::int64_t difference = number > first_ ? number - first_ : first_ - number;
  step_ = std::gcd(step_, static_cast<std::uint64_t>(difference));
}

bool NameSeries::IsSequence() const {
  constexpr double kLeastShare = 0.25;        // of the numbers from the first to the last
  constexpr std::int64_t kFewForAStep = 4;    // any two numbers have equal steps
  constexpr std::uint64_t kLargestStep = 60;  // two seconds of most video
  if (count_ < 2 || highest_ == lowest_) return false;
  const bool has_step = count_ >= kFewForAStep && step_ <= kLargestStep;
  const double steps =
      static_cast<double>(highest_ - lowest_) / (has_step ? static_cast<double>(step_) : 1.0);
  return static_cast<double>(count_ - 1) >= kLeastShare * steps;
}

}  // namespace vitruvius
