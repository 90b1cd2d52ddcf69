// UTF-8 and UTF-32, for numpy's text arrays and for names that come from anywhere.
#pragma once

#include <string>
#include <string_view>

namespace vitruvius {

// Code points of UTF-8 text. A byte that is not part of valid UTF-8 becomes the code point of its own value
// (as if it were Latin-1), so that nothing is lost and nothing fails.
std::u32string DecodeUtf8(std::string_view text);
// Appends one code point; surrogates and values past U+10FFFF become U+FFFD.
void AppendUtf8(char32_t code_point, std::string* text);
// The text itself when it is valid UTF-8, else with its stray bytes taken as Latin-1.
std::string ValidUtf8(std::string_view text);

}  // namespace vitruvius
