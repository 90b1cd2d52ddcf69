// Text and bytes as pickles spell them, decoded in place: no result is longer, so none needs memory of its
// own. Internal to data/io.
#pragma once

#include <vector>

namespace vitruvius {

// The inside of Python 2's repr of a str: \n, \\, \', \x7f, \177.
void UnescapeRepr(std::vector<unsigned char>* text);
// Python's raw-unicode-escape, Latin-1 with \uXXXX and \UXXXXXXXX: to Latin-1 (true), or to UTF-8 when a
// character is not in it (false).
bool UnescapeRawUnicode(std::vector<unsigned char>* text);
// UTF-8 to Latin-1; false when it holds anything else.
bool Utf8ToLatin1(std::vector<unsigned char>* text);

}  // namespace vitruvius
