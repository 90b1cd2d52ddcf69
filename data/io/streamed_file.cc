#include "data/io/streamed_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "data/io/atomic_file.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr size_t kStreamBufferSize = 1 << 16;

}  // namespace

StreamedFile::StreamedFile(std::string path) : path_(std::move(path)), temporary_(TemporaryBeside(path_)) {
  fd_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd_ < 0) throw InputError(path_, "", StrCat("cannot be written: ", std::strerror(errno)));
  buffer_.reserve(kStreamBufferSize);
}

StreamedFile::~StreamedFile() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(temporary_.c_str());
}

void StreamedFile::Append(const void* bytes, std::uint64_t size) {
  size_ += size;
  const auto* at = static_cast<const char*>(bytes);
  while (size > 0) {
    if (buffer_.size() == kStreamBufferSize) Flush();
    const size_t part = std::min<std::uint64_t>(size, kStreamBufferSize - buffer_.size());
    buffer_.append(at, part);
    at += part;
    size -= part;
  }
}

void StreamedFile::Flush() {
  for (size_t done = 0; done < buffer_.size();) {
    const ssize_t written = write(fd_, buffer_.data() + done, buffer_.size() - done);
    if (written < 0) {
      if (errno == EINTR) continue;
      throw InputError(path_, "", StrCat("cannot be written: ", std::strerror(errno)));
    }
    done += static_cast<size_t>(written);
  }
  buffer_.clear();
}

void StreamedFile::Commit() {
  Flush();
  const int fd = fd_;
  fd_ = -1;
  if (close(fd) != 0) {
    const int error = errno;
    unlink(temporary_.c_str());
    throw InputError(path_, "", StrCat("cannot be written: ", std::strerror(error)));
  }
  SyncAndRename(temporary_, path_);
}

}  // namespace vitruvius
