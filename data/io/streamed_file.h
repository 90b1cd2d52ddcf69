// (internal) A file written piece by piece that is whole or not there: beside its place until Commit.
#pragma once

#include <cstdint>
#include <string>

namespace vitruvius {

class StreamedFile {
 public:
  explicit StreamedFile(std::string path);  // throws InputError when the place cannot be written
  ~StreamedFile();                          // without Commit nothing is left
  StreamedFile(const StreamedFile&) = delete;
  StreamedFile& operator=(const StreamedFile&) = delete;
  // Throws InputError (disk full).
  void Append(const void* bytes, std::uint64_t size);
  std::uint64_t size() const { return size_; }  // bytes so far
  void Commit();                                // syncs and renames; nothing comes after it

 private:
  void Flush();
  std::string path_, temporary_, buffer_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace vitruvius
