#include "data/io/pickle_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr std::uint64_t kSourceBufferSize = 1 << 16;
constexpr size_t kLongestShortLine = 4096;

}  // namespace

PickleSource::PickleSource(const std::string& path) : path_(path) {
  file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe without a writer must not hang
  if (file_ < 0) throw InputError(path, "", std::string("cannot be opened: ") + std::strerror(errno));
  struct stat info;
  if (fstat(file_, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(file_);
    throw InputError(path, "", "is not a file, expected a pickle");
  }
  size_ = static_cast<std::uint64_t>(info.st_size);
}

PickleSource::PickleSource(const std::string& path, const std::string& place,
                           std::vector<unsigned char> bytes)
    : path_(path), place_(place + " "), size_(bytes.size()), buffer_(std::move(bytes)) {}

PickleSource::~PickleSource() {
  if (file_ >= 0) close(file_);
}

void PickleSource::Fail(const std::string& what) const {
  throw InputError(path_, StrCat(place_, "byte ", opcode_offset_), what);
}

void PickleSource::FailCrlf() const {
  Fail(
      "the file looks like it was converted to CRLF line ends, which damages a pickle; get it again as a "
      "binary "
      "file");
}

void PickleSource::ReadAt(std::uint64_t offset, unsigned char* out, std::uint64_t count) const {
  while (count > 0) {
    const ssize_t got = pread(file_, out, count, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) Fail("the file cannot be read to its end");
    out += got;
    offset += static_cast<std::uint64_t>(got);
    count -= static_cast<std::uint64_t>(got);
  }
}

void PickleSource::Fill() {
  buffer_offset_ += buffer_.size();
  const std::uint64_t count = std::min(kSourceBufferSize, size_ - buffer_offset_);
  if (count == 0) Fail("the file ends early");
  at_ = 0;
  buffer_.resize(count);
  ReadAt(buffer_offset_, buffer_.data(), count);
}

unsigned char PickleSource::Opcode() {
  opcode_offset_ = offset();
  return Byte();
}

unsigned char PickleSource::Byte() {
  if (at_ == buffer_.size()) Fill();
  return buffer_[at_++];
}

std::uint64_t PickleSource::Little(int num_bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < num_bytes; ++i) value |= static_cast<std::uint64_t>(Byte()) << (8 * i);
  return value;
}

double PickleSource::BigDouble() {
  std::uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) bits = bits << 8 | Byte();
  double value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

std::vector<unsigned char> PickleSource::Bytes(std::uint64_t count) {
  if (count > size_ - offset()) {
    Fail(StrCat("the file ends early: ", count, " bytes are announced, ", size_ - offset(), " are left"));
  }
  const size_t in_buffer = std::min<std::uint64_t>(count, buffer_.size() - at_);
  std::vector<unsigned char> bytes(count);
  std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(at_), in_buffer, bytes.begin());
  at_ += in_buffer;
  if (in_buffer < count) {
    ReadAt(offset(), bytes.data() + in_buffer, count - in_buffer);
    buffer_offset_ = offset() + (count - in_buffer);
    buffer_.clear();
    at_ = 0;
  }
  return bytes;
}

std::vector<unsigned char> PickleSource::BytesAt(std::uint64_t offset, std::uint64_t count) const {
  if (offset > size_ || count > size_ - offset) {
    throw InputError(path_, StrCat("byte ", offset), StrCat("the file ends before ", count, " bytes"));
  }
  std::vector<unsigned char> bytes(count);
  ReadAt(offset, bytes.data(), count);
  return bytes;
}

std::vector<unsigned char> PickleSource::Line() {
  // The end is looked for first: a vector that grows would need twice the memory.
  std::uint64_t length = 0;
  const auto end_in = [](const unsigned char* begin, std::uint64_t count) {
    const void* end = count == 0 ? nullptr : std::memchr(begin, '\n', count);
    return end == nullptr ? count
                          : static_cast<std::uint64_t>(static_cast<const unsigned char*>(end) - begin);
  };
  std::uint64_t have = buffer_.size() - at_;
  std::uint64_t end = end_in(buffer_.data() + at_, have);
  length = end;
  std::vector<unsigned char> ahead;
  while (end == have) {
    have = std::min(kSourceBufferSize, size_ - offset() - length);
    if (have == 0) Fail("the file ends early, in a line");
    ahead.resize(have);
    ReadAt(offset() + length, ahead.data(), have);
    end = end_in(ahead.data(), have);
    length += end;
  }
  std::vector<unsigned char> line = Bytes(length);
  Byte();
  return line;
}

std::string PickleSource::ShortLine() {
  const std::vector<unsigned char> line = Line();
  if (line.size() > kLongestShortLine) Fail(StrCat("found a line of ", line.size(), " bytes"));
  if (!line.empty() && line.back() == '\r') FailCrlf();
  return std::string(line.begin(), line.end());
}

}  // namespace vitruvius
