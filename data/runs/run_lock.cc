#include "data/runs/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "data/io/text.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

std::string WhoWeAre() {
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  char time[32] = "";
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  if (gmtime_r(&now, &parts) != nullptr) std::strftime(time, sizeof(time), "%Y-%m-%d %H:%M:%S UTC", &parts);
  return StrCat("process ", getpid(), " on ", host, " since ", time);
}

// What another process wrote into its lock; it may be writing just now.
std::string HolderOf(int fd) {
  char text[512];
  const ssize_t size = pread(fd, text, sizeof(text), 0);
  std::string holder(text, size > 0 ? static_cast<size_t>(size) : 0);
  holder = ValidUtf8(holder.substr(0, holder.find('\n')));
  return holder.empty() ? "another process" : holder;
}

// Whether `path` is still the file that is open: its holder removes it when done.
bool IsAt(int fd, const std::string& path) {
  struct stat open_file, named;
  return fstat(fd, &open_file) == 0 && stat(path.c_str(), &named) == 0 && open_file.st_ino == named.st_ino &&
         open_file.st_dev == named.st_dev;
}

}  // namespace

RunLock::RunLock(const std::string& folder, Kind kind) : path_(folder + "/run.lock") {
  for (;;) {
    fd_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd_ < 0) throw InputError(path_, "", StrCat("cannot be written: ", std::strerror(errno)));
    int locked;
    do {
      locked = flock(fd_, (kind == Kind::kAlone ? LOCK_EX : LOCK_SH) | LOCK_NB);
    } while (locked != 0 && errno == EINTR);
    if (locked != 0 && errno == EWOULDBLOCK) {
      const std::string holder = HolderOf(fd_);
      close(fd_);
      throw InputError(
          folder, "", StrCat("is being written by ", holder, "; name another folder, or wait until it ends"));
    }
    if (locked != 0) {
      remark_ = StrCat(path_, ": this file system has no locks (", std::strerror(errno),
                       "): make sure that no other process writes here");
      break;
    }
    if (IsAt(fd_, path_)) break;
    close(fd_);  // removed between our open and our lock: another try, on the file that is there now
  }
  const std::string text = WhoWeAre() + "\n";
  // For messages alone: a full disk must not keep anybody from resuming.
  if (ftruncate(fd_, 0) != 0 || pwrite(fd_, text.data(), text.size(), 0) < 0) errno = 0;
}

RunLock::~RunLock() {
  // While nobody else has it, so that nobody else's is removed.
  if (remark_.empty() && flock(fd_, LOCK_EX | LOCK_NB) == 0 && IsAt(fd_, path_)) unlink(path_.c_str());
  close(fd_);
}

}  // namespace vitruvius
