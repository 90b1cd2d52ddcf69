#include "data/io/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <memory>

#include "data/io/atomic_file.h"
#include "models/util/check.h"

namespace vitruvius {

std::string ReadGzip(const std::string& path, std::uint64_t max_bytes) {
  const std::string packed = ReadFile(path, max_bytes);
  z_stream stream = {};
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) throw InputError(path, "", "zlib cannot be started");
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> owner(&stream, &inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string content;
  int status = Z_OK;
  while (status == Z_OK) {
    constexpr size_t kBlock = 1 << 18;
    const size_t begin = content.size();
    content.resize(begin + std::max(kBlock, begin / 2));
    stream.next_out = reinterpret_cast<Bytef*>(content.data() + begin);
    stream.avail_out = static_cast<uInt>(content.size() - begin);
    status = inflate(&stream, Z_NO_FLUSH);
    content.resize(content.size() - stream.avail_out);
    if (content.size() > max_bytes) {
      throw InputError(path, "", StrCat("unpacks to more than ", max_bytes, " bytes"));
    }
    if (status == Z_OK && stream.avail_in == 0 && stream.avail_out > 0) break;  // ends early
  }
  if (status != Z_STREAM_END) {
    throw InputError(path, "", stream.avail_in == 0 ? "ends early" : "is damaged or not packed by gzip");
  }
  return content;
}

}  // namespace vitruvius
