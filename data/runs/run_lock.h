// One writer a folder of results: two processes that fit into one folder would spoil each other's files.
#pragma once

#include <string>

namespace vitruvius {

// Holds folder/run.lock from construction to destruction. The lock is the system's, not the file's being
// there: whatever kills the process, nothing has to be cleaned up before the next one may write.
class RunLock {
 public:
  enum class Kind {
    kAlone,
    kShared,  // with others of this kind: shards, whose own folders are below this one
  };
  // Throws InputError, which names host, process and start of a writer, when another process, or another
  // RunLock of this one, has the folder in a way that leaves no room for this.
  explicit RunLock(const std::string& folder, Kind kind = Kind::kAlone);
  ~RunLock();  // removes the file, the last of them
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  // A sentence where the file system has no locks (some network file systems): nothing is guarded then. "":
  // the lock is held.
  const std::string& remark() const { return remark_; }

 private:
  std::string path_, remark_;
  int fd_ = -1;
};

}  // namespace vitruvius
