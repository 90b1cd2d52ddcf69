#include "data/io/npy_header.h"

#include <algorithm>
#include <cstring>

#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr size_t kMagicSize = 6;
constexpr size_t kMaxDimensions = 64;
// No array is larger; checked before multiplying, so that no product overflows.
constexpr std::int64_t kMaxItems = std::int64_t{1} << 46;
constexpr std::int64_t kMaxBytes = std::int64_t{1} << 50;
constexpr int kMaxTextLength = 1 << 24;

// Reads the one kind of Python literal that a header is: a dict of strings, booleans and tuples of integers.
class LiteralReader {
 public:
  LiteralReader(std::string_view text, const std::string& path, const std::string& place)
      : text_(text), path_(path), place_(place) {}

  [[noreturn]] void Fail(const std::string& what) const {
    throw InputError(path_, place_, "npy header: " + what);
  }

  char Peek() {
    while (at_ < text_.size() && std::strchr(" \t\r\n", text_[at_]) != nullptr && text_[at_] != 0) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool Take(char c) {
    if (Peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  void Expect(char c) {
    if (!Take(c)) Fail(StrCat("expected '", c, "' at byte ", at_));
  }
  std::string String() {
    const char quote = Peek();
    if (quote != '\'' && quote != '"') Fail(StrCat("expected a string at byte ", at_));
    const size_t begin = ++at_;
    const size_t end = text_.find(quote, begin);
    if (end == std::string_view::npos) Fail("a string does not end");
    at_ = end + 1;
    return std::string(text_.substr(begin, end - begin));
  }
  bool Boolean() {
    Peek();
    for (const std::string_view word : {std::string_view("True"), std::string_view("False")}) {
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return word == "True";
      }
    }
    Fail(StrCat("expected True or False at byte ", at_));
  }
  std::int64_t Integer() {
    Peek();
    const size_t begin = at_;
    std::int64_t value = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      value = value * 10 + (text_[at_++] - '0');
      if (value > kMaxItems) Fail("a dimension of the shape is too large");
    }
    if (at_ == begin) Fail(StrCat("expected a length at byte ", at_));
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2 wrote 3L
    return value;
  }
  std::vector<std::int64_t> Tuple() {
    std::vector<std::int64_t> values;
    Expect('(');
    while (!Take(')')) {
      if (values.size() == kMaxDimensions)
        Fail(StrCat("the shape has more than ", kMaxDimensions, " dimensions"));
      values.push_back(Integer());
      if (!Take(',')) {
        Expect(')');
        break;
      }
    }
    return values;
  }

 private:
  std::string_view text_;
  std::string path_, place_;
  size_t at_ = 0;
};

// "<f8" into kind, size and byte order.
void ParseDType(const std::string& dtype, const std::string& path, const std::string& place,
                NpyHeader* header) {
  size_t at = 0;
  if (!dtype.empty() && std::strchr("<>|=", dtype[0]) != nullptr) {
    header->big_endian = dtype[0] == '>';
    at = 1;
  }
  const char letter = at < dtype.size() ? dtype[at++] : '\0';
  if (letter == 'O') throw InputError(path, place, "holds Python objects, which are never opened");
  const std::string digits = dtype.substr(at);
  const bool numeric =
      !digits.empty() && digits.size() < 9 && digits.find_first_not_of("0123456789") == std::string::npos;
  const int length = numeric ? std::stoi(digits) : letter == '?' ? 1 : 0;
  const auto among = [&](std::initializer_list<int> sizes) {
    return std::find(sizes.begin(), sizes.end(), length) != sizes.end();
  };
  using Kind = NpyArray::Kind;
  header->item_size = length;
  if (letter == 'f' && among({2, 4, 8})) {
    header->kind = Kind::kFloat;
  } else if (letter == 'i' && among({1, 2, 4, 8})) {
    header->kind = Kind::kInt;
  } else if (letter == 'u' && among({1, 2, 4, 8})) {
    header->kind = Kind::kUint;
  } else if ((letter == 'b' || letter == '?') && length == 1) {
    header->kind = Kind::kBool;
  } else if (letter == 'U' && length > 0 && length <= kMaxTextLength) {
    header->kind = Kind::kText;
    header->item_size = 4 * length;
  } else if ((letter == 'S' || letter == 'a') && length > 0 && length <= kMaxTextLength) {
    header->kind = Kind::kBytes;
  } else {
    throw InputError(path, place, StrCat("elements of type '", dtype, "' are not supported"));
  }
}

void SetNumBytes(const std::string& path, const std::string& place, NpyHeader* header) {
  const auto fail = [&] {
    throw InputError(path, place, "the shape " + NpyShapeName(header->shape) + " is too large");
  };
  std::int64_t items = 1;
  bool empty = false;
  for (const std::int64_t length : header->shape) {
    if (length == 0) {
      empty = true;
    } else if (items > kMaxItems / length) {
      fail();
    } else {
      items *= length;
    }
  }
  if (items > kMaxBytes / header->item_size) fail();
  header->num_bytes =
      empty ? 0 : static_cast<std::uint64_t>(items) * static_cast<std::uint64_t>(header->item_size);
}

void SwapBytes(int unit, std::vector<unsigned char>* bytes) {
  for (size_t i = 0; i + unit <= bytes->size(); i += unit) std::reverse(&(*bytes)[i], &(*bytes)[i] + unit);
}

std::vector<unsigned char> FromFortranOrder(const NpyHeader& header,
                                            const std::vector<unsigned char>& source) {
  const size_t num_dimensions = header.shape.size();
  const auto item = static_cast<size_t>(header.item_size);
  std::vector<size_t> stride(num_dimensions), index(num_dimensions, 0);
  size_t step = item;
  for (size_t d = 0; d < num_dimensions; ++d) {
    stride[d] = step;
    step *= static_cast<size_t>(header.shape[d]);
  }
  std::vector<unsigned char> result(source.size());
  size_t from = 0;
  for (size_t to = 0; to < result.size(); to += item) {
    std::memcpy(&result[to], &source[from], item);
    for (size_t d = num_dimensions; d-- > 0;) {
      from += stride[d];
      if (++index[d] < static_cast<size_t>(header.shape[d])) break;
      from -= stride[d] * index[d];
      index[d] = 0;
    }
  }
  return result;
}

}  // namespace

std::uint64_t NpyDataOffset(std::string_view preamble, const std::string& path, const std::string& place) {
  const auto byte = [&](size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(preamble[i]));
  };
  if (preamble.size() < 10 || std::memcmp(preamble.data(), kMagic, kMagicSize) != 0) {
    throw InputError(path, place, "is not a .npy array (its first bytes are not \\x93NUMPY)");
  }
  const std::uint64_t version = byte(6);
  if (version < 1 || version > 3) {
    throw InputError(path, place, StrCat("npy header: found version ", version, ", expected 1, 2 or 3"));
  }
  if (version > 1 && preamble.size() < kNpyPreambleSize)
    throw InputError(path, place, "npy header: cut short");
  const std::uint64_t length =
      version == 1 ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  if (length > kMaxNpyHeaderSize)
    throw InputError(path, place, StrCat("npy header: its length ", length, " is absurd"));
  return (version == 1 ? 10 : 12) + length;
}

NpyHeader ParseNpyHeader(std::string_view bytes, const std::string& path, const std::string& place) {
  NpyHeader header;
  header.data_offset = NpyDataOffset(bytes, path, place);
  if (bytes.size() < header.data_offset) throw InputError(path, place, "npy header: cut short");
  const size_t begin = bytes[6] == 1 ? 10 : 12;
  LiteralReader reader(bytes.substr(begin, header.data_offset - begin), path, place);
  bool has_descr = false, has_order = false, has_shape = false;
  std::string dtype;
  reader.Expect('{');
  while (!reader.Take('}')) {
    const std::string key = reader.String();
    reader.Expect(':');
    if (key == "descr") {
      if (reader.Peek() == '[') reader.Fail("structured elements are not supported");
      dtype = reader.String();
      has_descr = true;
    } else if (key == "fortran_order") {
      header.fortran_order = reader.Boolean();
      has_order = true;
    } else if (key == "shape") {
      header.shape = reader.Tuple();
      has_shape = true;
    } else {
      reader.Fail("unknown key '" + key + "'");
    }
    if (!reader.Take(',')) {
      reader.Expect('}');
      break;
    }
  }
  if (!has_descr || !has_order || !has_shape) reader.Fail("expected the keys descr, fortran_order and shape");
  NpyHeader described = DescribeNpy(dtype, std::move(header.shape), header.fortran_order, path,
                                    place.empty() ? "npy header" : place + ": npy header");
  described.data_offset = header.data_offset;
  return described;
}

NpyHeader DescribeNpy(const std::string& dtype, std::vector<std::int64_t> shape, bool fortran_order,
                      const std::string& path, const std::string& place) {
  NpyHeader header;
  header.shape = std::move(shape);
  header.fortran_order = fortran_order;
  ParseDType(dtype, path, place, &header);
  SetNumBytes(path, place, &header);
  return header;
}

void CheckNpyShape(const std::vector<std::int64_t>& found, const std::vector<std::int64_t>& expected,
                   const std::string& path, const std::string& place) {
  bool matches = found.size() == expected.size();
  for (size_t i = 0; matches && i < found.size(); ++i) {
    matches = expected[i] == -1 || expected[i] == found[i];
  }
  if (matches) return;
  std::string wanted = NpyShapeName(expected);
  for (size_t at; (at = wanted.find("-1")) != std::string::npos;) wanted.replace(at, 2, "n");
  throw InputError(path, place, "found shape " + NpyShapeName(found) + ", expected " + wanted);
}

std::string MakeNpyHeader(const std::string& dtype, const std::vector<std::int64_t>& shape, size_t min_size) {
  std::string text =
      "{'descr': '" + dtype + "', 'fortran_order': False, 'shape': " + NpyShapeName(shape) + ", }";
  size_t preamble = 10;
  size_t total = std::max(min_size, preamble + text.size() + 1);
  total = (total + 63) / 64 * 64;
  if (total - preamble > 65535) {
    preamble = 12;
    total = (std::max(min_size, preamble + text.size() + 1) + 63) / 64 * 64;
  }
  const size_t length = total - preamble;
  std::string result(kMagic, kMagicSize);
  result.push_back(preamble == 10 ? 1 : 2);
  result.push_back(0);
  for (size_t i = 0; i < preamble - 8; ++i) result.push_back(static_cast<char>((length >> (8 * i)) & 0xff));
  text.resize(length - 1, ' ');
  return result + text + "\n";
}

NpyArray MakeNpyArray(const NpyHeader& header, std::vector<unsigned char> bytes, const std::string& origin) {
  VT_CHECK_EQ(bytes.size(), header.num_bytes);
  const bool text = header.kind == NpyArray::Kind::kText;
  const int unit = text ? 4 : header.kind == NpyArray::Kind::kBytes ? 1 : header.item_size;
  if (header.big_endian && unit > 1) SwapBytes(unit, &bytes);
  NpyArray array;
  array.kind = header.kind;
  array.item_size = header.item_size;
  array.shape = header.shape;
  array.origin = origin;
  array.bytes =
      header.fortran_order && header.shape.size() > 1 ? FromFortranOrder(header, bytes) : std::move(bytes);
  return array;
}

std::string MissingArray(const std::vector<std::string>& keys) {
  constexpr size_t kNamed = 40;
  std::string text;
  for (size_t i = 0; i < std::min(keys.size(), kNamed); ++i) text += (i == 0 ? "" : ", ") + keys[i];
  return "is missing; the file has " + (text.empty() ? "no arrays" : text);
}

std::string NpyShapeName(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i) text += StrCat(i == 0 ? "" : ", ", shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace vitruvius
