#include "data/io/pickle_text.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "data/io/text.h"

namespace vitruvius {
namespace {

int HexDigit(unsigned char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

// The number that `count` hexadecimal digits at `at` say; -1 when there are fewer.
std::int64_t Hex(const std::vector<unsigned char>& text, size_t at, size_t count) {
  std::int64_t value = 0;
  for (size_t i = at; i < at + count; ++i) {
    const int digit = i < text.size() ? HexDigit(text[i]) : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

// Visits the code points of Python's raw-unicode-escape: Latin-1 with \uXXXX and \UXXXXXXXX.
template <typename Visit>
void VisitRawUnicode(const std::vector<unsigned char>& text, const Visit& visit) {
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : 0;
    const size_t digits = next == 'u' ? 4 : next == 'U' ? 8 : 0;
    const std::int64_t value = digits > 0 ? Hex(text, i + 2, digits) : -1;
    if (value >= 0) {
      i += 1 + digits;
      visit(static_cast<char32_t>(value));
    } else {
      visit(text[i]);
      if (next == '\\') visit(text[++i]);
    }
  }
}

}  // namespace

void UnescapeRepr(std::vector<unsigned char>* text) {
  constexpr std::string_view kLetters = "nrtabfv\\'\"";
  constexpr std::string_view kMeant = "\n\r\t\a\b\f\v\\'\"";
  std::vector<unsigned char>& bytes = *text;
  size_t to = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    unsigned char byte = bytes[i];
    if (byte == '\\' && i + 1 < bytes.size()) {
      const unsigned char next = bytes[i + 1];
      const size_t letter = kLetters.find(static_cast<char>(next));
      const std::int64_t hex = next == 'x' ? Hex(bytes, i + 2, 2) : -1;
      if (letter != std::string_view::npos) {
        byte = static_cast<unsigned char>(kMeant[letter]);
        ++i;
      } else if (hex >= 0) {
        byte = static_cast<unsigned char>(hex);
        i += 3;
      } else if (next >= '0' && next <= '7') {
        int octal = 0;
        for (int digit = 0; digit < 3 && i + 1 < bytes.size() && bytes[i + 1] >= '0' && bytes[i + 1] <= '7';
             ++digit) {
          octal = octal * 8 + bytes[++i] - '0';
        }
        byte = static_cast<unsigned char>(octal);
      }
    }
    bytes[to++] = byte;
  }
  bytes.resize(to);
}

bool UnescapeRawUnicode(std::vector<unsigned char>* text) {
  bool is_latin1 = true;
  VisitRawUnicode(*text, [&](char32_t c) { is_latin1 = is_latin1 && c < 256; });
  if (is_latin1) {
    size_t to = 0;
    VisitRawUnicode(*text, [&](char32_t c) { (*text)[to++] = static_cast<unsigned char>(c); });
    text->resize(to);
  } else {
    std::string utf8;
    VisitRawUnicode(*text, [&](char32_t c) { AppendUtf8(c, &utf8); });
    text->assign(utf8.begin(), utf8.end());
  }
  return is_latin1;
}

bool Utf8ToLatin1(std::vector<unsigned char>* text) {
  std::vector<unsigned char>& bytes = *text;
  size_t to = 0;
  for (size_t from = 0; from < bytes.size(); ++from) {
    unsigned char byte = bytes[from];
    if (byte >= 0x80) {
      if ((byte & 0xfe) != 0xc2 || from + 1 == bytes.size() || (bytes[from + 1] & 0xc0) != 0x80) return false;
      byte = static_cast<unsigned char>((byte & 3) << 6 | (bytes[++from] & 0x3f));
    }
    bytes[to++] = byte;
  }
  bytes.resize(to);
  return true;
}

}  // namespace vitruvius
