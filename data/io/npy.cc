#include <cmath>
#include <cstring>
#include <limits>

#include "data/io/npy_header.h"
#include "data/io/npz.h"
#include "data/io/text.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using ArrayKind = NpyArray::Kind;

struct Half {
  std::uint16_t bits;
};

// IEEE 754 binary16; source: IEEE 754-2019, 3.4.
double ToDouble(Half half) {
  const int exponent = (half.bits >> 10) & 0x1f;
  const int fraction = half.bits & 0x3ff;
  double magnitude;
  if (exponent == 0x1f) {
    magnitude =
        fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = std::ldexp(fraction, -24);
  } else {
    magnitude = std::ldexp(fraction + 0x400, exponent - 25);
  }
  return (half.bits & 0x8000) != 0 ? -magnitude : magnitude;
}
template <typename T>
double ToDouble(T value) {
  return static_cast<double>(value);
}

[[noreturn]] void FailArray(const NpyArray& array, const std::string& what) {
  throw InputError((array.origin.empty() ? "array" : array.origin) + ": " + what);
}

// Calls visit(index, value) for every element, with the value in its own type.
template <typename Stored, typename Visit>
void VisitAs(const NpyArray& array, Visit visit) {
  const auto count = static_cast<size_t>(array.size());
  VT_CHECK_EQ(array.bytes.size(), count * sizeof(Stored));
  for (size_t i = 0; i < count; ++i) {
    Stored value;
    std::memcpy(&value, array.bytes.data() + i * sizeof(Stored), sizeof(Stored));
    visit(i, value);
  }
}

template <typename Visit>
void VisitNumbers(const NpyArray& array, Visit visit) {
  switch (array.kind) {
    case ArrayKind::kFloat:
      if (array.item_size == 2) return VisitAs<Half>(array, visit);
      if (array.item_size == 4) return VisitAs<float>(array, visit);
      if (array.item_size == 8) return VisitAs<double>(array, visit);
      break;
    case ArrayKind::kInt:
      if (array.item_size == 1) return VisitAs<std::int8_t>(array, visit);
      if (array.item_size == 2) return VisitAs<std::int16_t>(array, visit);
      if (array.item_size == 4) return VisitAs<std::int32_t>(array, visit);
      if (array.item_size == 8) return VisitAs<std::int64_t>(array, visit);
      break;
    case ArrayKind::kUint:
      if (array.item_size == 1) return VisitAs<std::uint8_t>(array, visit);
      if (array.item_size == 2) return VisitAs<std::uint16_t>(array, visit);
      if (array.item_size == 4) return VisitAs<std::uint32_t>(array, visit);
      if (array.item_size == 8) return VisitAs<std::uint64_t>(array, visit);
      break;
    case ArrayKind::kBool:
      return VisitAs<std::uint8_t>(array,
                                   [&](size_t i, std::uint8_t value) { visit(i, value != 0 ? 1 : 0); });
    case ArrayKind::kText:
    case ArrayKind::kBytes:
      FailArray(array, StrCat("holds text (", array.DTypeName(), "), expected numbers"));
  }
  VT_CHECK(false);
}

std::int64_t ToInteger(const NpyArray& array, double value) {
  if (!(std::abs(value) < 0x1p62) || value != std::floor(value)) {
    FailArray(array, StrCat("holds ", value, ", expected whole numbers"));
  }
  return static_cast<std::int64_t>(value);
}
std::int64_t ToInteger(const NpyArray& array, Half value) { return ToInteger(array, ToDouble(value)); }
std::int64_t ToInteger(const NpyArray& array, float value) { return ToInteger(array, ToDouble(value)); }
std::int64_t ToInteger(const NpyArray& array, std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    FailArray(array, StrCat("holds ", value, ", which is too large"));
  }
  return static_cast<std::int64_t>(value);
}
template <typename T>
std::int64_t ToInteger(const NpyArray&, T value) {
  return value;
}

template <typename T>
NpyArray FromValues(ArrayKind kind, const T* values, std::vector<std::int64_t> shape) {
  NpyArray array;
  array.kind = kind;
  array.item_size = sizeof(T);
  array.shape = std::move(shape);
  array.bytes.resize(static_cast<size_t>(array.size()) * sizeof(T));
  if (!array.bytes.empty()) std::memcpy(array.bytes.data(), values, array.bytes.size());
  return array;
}

NpyArray TextArray(const std::vector<std::u32string>& values, std::vector<std::int64_t> shape) {
  size_t longest = 1;  // numpy has no text of length zero
  for (const std::u32string& value : values) longest = std::max(longest, value.size());
  NpyArray array;
  array.kind = ArrayKind::kText;
  array.item_size = static_cast<int>(4 * longest);
  array.shape = std::move(shape);
  array.bytes.resize(values.size() * 4 * longest);
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i].empty())
      std::memcpy(&array.bytes[i * 4 * longest], values[i].data(), 4 * values[i].size());
  }
  return array;
}

}  // namespace

std::int64_t NpyArray::size() const {
  std::int64_t count = 1;
  for (const std::int64_t length : shape) count *= length;
  return count;
}

std::vector<double> NpyArray::ToDoubles() const {
  std::vector<double> values(static_cast<size_t>(size()));
  CopyTo(values.data());
  return values;
}

void NpyArray::CopyTo(double* out) const {
  VisitNumbers(*this, [out](size_t i, auto value) { out[i] = ToDouble(value); });
}

void NpyArray::CopyTo(float* out) const {
  VisitNumbers(*this, [out](size_t i, auto value) { out[i] = static_cast<float>(ToDouble(value)); });
}

std::vector<std::int64_t> NpyArray::ToInts() const {
  std::vector<std::int64_t> values(static_cast<size_t>(size()));
  VisitNumbers(*this, [&](size_t i, auto value) { values[i] = ToInteger(*this, value); });
  return values;
}

std::vector<std::string> NpyArray::ToStrings() const {
  if (kind != ArrayKind::kText && kind != ArrayKind::kBytes) {
    FailArray(*this, StrCat("holds numbers (", DTypeName(), "), expected text"));
  }
  std::vector<std::string> values(static_cast<size_t>(size()));
  const auto item = static_cast<size_t>(item_size);
  VT_CHECK_EQ(bytes.size(), values.size() * item);
  for (size_t i = 0; i < values.size(); ++i) {
    const unsigned char* begin = bytes.data() + i * item;
    size_t length = item;
    if (kind == ArrayKind::kBytes) {
      while (length > 0 && begin[length - 1] == 0) --length;
      values[i] = ValidUtf8(std::string_view(reinterpret_cast<const char*>(begin), length));
      continue;
    }
    std::u32string text(item / 4, U'\0');
    std::memcpy(text.data(), begin, item);
    while (!text.empty() && text.back() == U'\0') text.pop_back();
    for (const char32_t c : text) AppendUtf8(c, &values[i]);
  }
  return values;
}

std::string NpyArray::DTypeName() const {
  switch (kind) {
    case ArrayKind::kFloat:
      return StrCat("<f", item_size);
    case ArrayKind::kInt:
      return StrCat(item_size == 1 ? "|i" : "<i", item_size);
    case ArrayKind::kUint:
      return StrCat(item_size == 1 ? "|u" : "<u", item_size);
    case ArrayKind::kBool:
      return "|b1";
    case ArrayKind::kText:
      return StrCat("<U", item_size / 4);
    case ArrayKind::kBytes:
      return StrCat("|S", item_size);
  }
  return "";
}

std::string NpyArray::ShapeName() const { return NpyShapeName(shape); }

NpyArray NpyArray::FromDoubles(const double* values, std::vector<std::int64_t> shape) {
  return FromValues(ArrayKind::kFloat, values, std::move(shape));
}
NpyArray NpyArray::FromFloats(const float* values, std::vector<std::int64_t> shape) {
  return FromValues(ArrayKind::kFloat, values, std::move(shape));
}
NpyArray NpyArray::FromInt32(const std::int32_t* values, std::vector<std::int64_t> shape) {
  return FromValues(ArrayKind::kInt, values, std::move(shape));
}
NpyArray NpyArray::FromInt64(const std::int64_t* values, std::vector<std::int64_t> shape) {
  return FromValues(ArrayKind::kInt, values, std::move(shape));
}
NpyArray NpyArray::FromUint32(const std::uint32_t* values, std::vector<std::int64_t> shape) {
  return FromValues(ArrayKind::kUint, values, std::move(shape));
}
NpyArray NpyArray::FromInt8(const std::int8_t* values, std::vector<std::int64_t> shape) {
  return FromValues(ArrayKind::kInt, values, std::move(shape));
}
NpyArray NpyArray::FromStrings(const std::vector<std::string>& values) {
  std::vector<std::u32string> texts;
  texts.reserve(values.size());
  for (const std::string& value : values) texts.push_back(DecodeUtf8(value));
  return TextArray(texts, {static_cast<std::int64_t>(values.size())});
}
NpyArray NpyArray::FromString(const std::string& value) { return TextArray({DecodeUtf8(value)}, {}); }

NpyArray ParseNpy(std::string_view bytes, const std::string& path, const std::string& place) {
  const NpyHeader header = ParseNpyHeader(bytes, path, place);
  const std::string_view data = bytes.substr(header.data_offset);
  if (data.size() != header.num_bytes) {
    throw InputError(path, place,
                     StrCat("found ", data.size(), " bytes of data, expected ", header.num_bytes,
                            " for shape ", NpyShapeName(header.shape)));
  }
  return MakeNpyArray(header, std::vector<unsigned char>(data.begin(), data.end()),
                      place.empty() ? path : path + ": " + place);
}

std::string SerializeNpy(const NpyArray& array) {
  VT_CHECK_EQ(array.bytes.size(), static_cast<size_t>(array.size()) * array.item_size);
  std::string result = MakeNpyHeader(array.DTypeName(), array.shape);
  result.append(reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size());
  return result;
}

}  // namespace vitruvius
