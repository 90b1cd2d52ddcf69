// Files packed by gzip. Internal to data/io.
#pragma once

#include <cstdint>
#include <string>

namespace vitruvius {

// The unpacked content of a .gz. Throws InputError when the file is damaged, ends early or unpacks to more
// than max_bytes.
std::string ReadGzip(const std::string& path, std::uint64_t max_bytes);

}  // namespace vitruvius
