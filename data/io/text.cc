#include "data/io/text.h"

#include <cstdint>

namespace vitruvius {
namespace {

// Length of the valid sequence at the start of `text`, and its code point; 0 when there is none.
int DecodeOne(std::string_view text, char32_t* code_point) {
  const auto first = static_cast<unsigned char>(text[0]);
  const int length = first < 0x80         ? 1
                     : (first >> 5) == 6  ? 2
                     : (first >> 4) == 14 ? 3
                     : (first >> 3) == 30 ? 4
                                          : 0;
  if (length == 0 || text.size() < static_cast<size_t>(length)) return 0;
  static constexpr std::uint32_t kFirstMask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  static constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  std::uint32_t value = first & kFirstMask[length];
  for (int i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next >> 6) != 2) return 0;
    value = (value << 6) | (next & 0x3f);
  }
  const bool surrogate = value >= 0xd800 && value < 0xe000;
  if (value < kSmallest[length] || value > 0x10ffff || surrogate) return 0;
  *code_point = value;
  return length;
}

}  // namespace

std::u32string DecodeUtf8(std::string_view text) {
  std::u32string result;
  result.reserve(text.size());
  while (!text.empty()) {
    char32_t code_point = static_cast<unsigned char>(text[0]);
    const int length = DecodeOne(text, &code_point);
    result.push_back(code_point);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

void AppendUtf8(char32_t code_point, std::string* text) {
  std::uint32_t c = code_point;
  if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) c = 0xfffd;
  const auto tail = [&](int shift) { text->push_back(static_cast<char>(0x80 | ((c >> shift) & 0x3f))); };
  if (c < 0x80) {
    text->push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    text->push_back(static_cast<char>(0xc0 | (c >> 6)));
    tail(0);
  } else if (c < 0x10000) {
    text->push_back(static_cast<char>(0xe0 | (c >> 12)));
    tail(6), tail(0);
  } else {
    text->push_back(static_cast<char>(0xf0 | (c >> 18)));
    tail(12), tail(6), tail(0);
  }
}

std::string ValidUtf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char32_t c : DecodeUtf8(text)) AppendUtf8(c, &result);
  return result;
}

}  // namespace vitruvius
