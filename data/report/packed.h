// Numbers and text as a page can hold them: little-endian, zlib-compressed, base64. A browser undoes it with
// DecompressionStream('deflate').
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vitruvius {

std::string Base64(std::string_view bytes);
// zlib's format (RFC 1950) at its default level, in base64. The same bytes give the same text.
std::string Pack(std::string_view bytes);

template <typename T>
std::string Pack(const std::vector<T>& values) {
  return Pack(std::string_view(reinterpret_cast<const char*>(values.data()), sizeof(T) * values.size()));
}

}  // namespace vitruvius
