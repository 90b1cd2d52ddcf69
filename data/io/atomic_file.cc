#include "data/io/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }
  bool Close() {
    const int fd = fd_;
    fd_ = -1;
    return close(fd) == 0;
  }

 private:
  int fd_;
};

[[noreturn]] void FailErrno(const std::string& path, const std::string& what, int error) {
  throw InputError(path, "", StrCat(what, ": ", std::strerror(error)));
}

int OpenRetrying(const std::string& path, int flags) {
  int fd;
  do {
    fd = open(path.c_str(), flags | O_CLOEXEC, 0666);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

// The name a rename makes is safe only once its folder is on disk. Some file systems refuse; that is no
// error.
void SyncFolderOf(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  const FileDescriptor fd(OpenRetrying(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY));
  if (fd.get() >= 0) fsync(fd.get());
}

void WriteAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      FailErrno(path, "cannot be written", errno);
    }
    content.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace

std::string ReadFile(const std::string& path, std::uint64_t max_bytes) {
  const FileDescriptor fd(OpenRetrying(path, O_RDONLY));
  if (fd.get() < 0) FailErrno(path, "cannot be opened", errno);
  struct stat info;
  if (fstat(fd.get(), &info) != 0) FailErrno(path, "cannot be opened", errno);
  if (S_ISDIR(info.st_mode)) throw InputError(path, "", "is a folder, expected a file");
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > max_bytes)
    throw InputError(path, "", StrCat("has ", size, " bytes, at most ", max_bytes, " are read"));
  // One byte more than the file has, so that the usual read ends without growing. Pipes have no size and
  // grow.
  std::string content;
  size_t length = 0;
  content.resize(static_cast<size_t>(size) + 1);
  for (;;) {
    if (length == content.size()) content.resize(content.size() * 2 + 4096);
    const ssize_t got = read(fd.get(), content.data() + length, content.size() - length);
    if (got < 0) {
      if (errno == EINTR) continue;
      FailErrno(path, "cannot be read", errno);
    }
    if (got == 0) break;
    length += static_cast<size_t>(got);
    if (length > max_bytes) throw InputError(path, "", StrCat("has more than ", max_bytes, " bytes"));
  }
  content.resize(length);
  return content;
}

std::string TemporaryBeside(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw InputError(path, "", "exists and is not a regular file; it is not written over");
  }
  static std::atomic<unsigned> counter{0};
  return StrCat(path, ".tmp-", getpid(), "-", counter.fetch_add(1));
}

void WriteFileAtomically(const std::string& path, std::string_view content) {
  const std::string temporary = TemporaryBeside(path);
  FileDescriptor fd(OpenRetrying(temporary, O_WRONLY | O_CREAT | O_TRUNC));
  if (fd.get() < 0) FailErrno(path, "cannot be written", errno);
  try {
    WriteAll(fd.get(), content, path);
    if (!fd.Close()) FailErrno(path, "cannot be written", errno);
  } catch (...) {
    unlink(temporary.c_str());
    throw;
  }
  SyncAndRename(temporary, path);
}

void SyncAndRename(const std::string& temporary, const std::string& path) {
  int error = 0;
  {
    const FileDescriptor fd(OpenRetrying(temporary, O_RDONLY));
    if (fd.get() < 0 || fsync(fd.get()) != 0) error = errno;
  }
  if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    unlink(temporary.c_str());
    FailErrno(path, "cannot be written", error);
  }
  SyncFolderOf(path);
}

}  // namespace vitruvius
