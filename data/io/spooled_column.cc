#include "data/io/spooled_column.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "data/io/npy_header.h"
#include "data/io/text.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr size_t kSpoolBufferSize = 1 << 16;

}  // namespace

UnnamedFile::UnnamedFile(const std::string& folder) : folder_(folder) {
  std::string pattern = folder + "/.rows-XXXXXX";
  fd_ = mkstemp(pattern.data());
  if (fd_ < 0) throw InputError(folder, "", StrCat("cannot be written: ", std::strerror(errno)));
  unlink(pattern.c_str());
  buffer_.reserve(kSpoolBufferSize);
}

UnnamedFile::~UnnamedFile() {
  if (fd_ >= 0) close(fd_);
}

UnnamedFile::UnnamedFile(UnnamedFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      fd_(other.fd_),
      flushed_(other.flushed_),
      buffer_(std::move(other.buffer_)) {
  other.fd_ = -1;
}

void UnnamedFile::Append(const void* bytes, size_t size) {
  if (buffer_.size() + size > kSpoolBufferSize) Flush();
  buffer_.append(static_cast<const char*>(bytes), size);
}

void UnnamedFile::Overwrite(const void* bytes, size_t size, std::uint64_t offset) {
  const auto* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written = pwrite(fd_, at, size, static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      throw InputError(folder_, "", StrCat("cannot be written: ", std::strerror(errno)));
    }
    at += written;
    size -= static_cast<size_t>(written);
    offset += static_cast<std::uint64_t>(written);
  }
}

void UnnamedFile::Read(void* bytes, size_t size, std::uint64_t offset) {
  auto* at = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t got = pread(fd_, at, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw InputError(folder_, "", StrCat("cannot be read: ", std::strerror(errno)));
    at += got;
    size -= static_cast<size_t>(got);
    offset += static_cast<std::uint64_t>(got);
  }
}

void UnnamedFile::Flush() {
  Overwrite(buffer_.data(), buffer_.size(), flushed_);
  flushed_ += buffer_.size();
  buffer_.clear();
}

NumberColumn::NumberColumn(const std::string& folder, const std::string& dtype,
                           std::vector<std::int64_t> row_shape)
    : file_(folder), dtype_(dtype), row_shape_(std::move(row_shape)) {
  const std::string room(kColumnHeaderSize, '\0');
  file_.Append(room.data(), room.size());
}

void NumberColumn::Append(const void* row, size_t bytes) {
  file_.Append(row, bytes);
  ++num_rows_;
}

UnnamedFile& NumberColumn::Finish() {
  file_.Flush();
  std::vector<std::int64_t> shape = {num_rows_};
  shape.insert(shape.end(), row_shape_.begin(), row_shape_.end());
  const std::string header = MakeNpyHeader(dtype_, shape, kColumnHeaderSize);
  VT_CHECK_EQ(header.size(), kColumnHeaderSize);
  file_.Overwrite(header.data(), header.size(), 0);
  return file_;
}

void SpooledText::Append(std::string_view utf8) {
  const std::u32string text = DecodeUtf8(utf8);
  const auto length = static_cast<std::uint32_t>(text.size());
  file_.Append(&length, sizeof(length));
  file_.Append(text.data(), 4 * text.size());
  longest_ = std::max(longest_, text.size());
  ++num_rows_;
}

UnnamedFile SpooledText::Finish() {
  file_.Flush();
  UnnamedFile npy(folder_);
  const std::string header = MakeNpyHeader(StrCat("<U", longest_), {num_rows_});
  npy.Append(header.data(), header.size());
  std::u32string text(longest_, U'\0');
  std::uint64_t offset = 0;
  for (std::int64_t row = 0; row < num_rows_; ++row) {
    std::uint32_t length = 0;
    file_.Read(&length, sizeof(length), offset);
    file_.Read(text.data(), 4 * size_t{length}, offset + sizeof(length));
    offset += sizeof(length) + 4 * std::uint64_t{length};
    std::fill(text.begin() + length, text.end(), U'\0');
    npy.Append(text.data(), 4 * longest_);
  }
  npy.Flush();
  return npy;
}

}  // namespace vitruvius
