// One column of a table that is longer than memory: rows go to an unnamed file, which becomes a .npy at the
// end. Internal to data/io; ResultsWriter uses it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitruvius {

// A file that has no name, so that nothing is left of it however the program ends.
class UnnamedFile {
 public:
  // Throws InputError when `folder` cannot be written.
  explicit UnnamedFile(const std::string& folder);
  ~UnnamedFile();
  UnnamedFile(UnnamedFile&& other) noexcept;
  UnnamedFile(const UnnamedFile&) = delete;
  UnnamedFile& operator=(const UnnamedFile&) = delete;

  void Append(const void* bytes, size_t size);
  // Over bytes that were appended before.
  void Overwrite(const void* bytes, size_t size, std::uint64_t offset);
  // Exactly `size` bytes; they were appended before.
  void Read(void* bytes, size_t size, std::uint64_t offset);
  void Flush();
  int descriptor() const { return fd_; }

 private:
  std::string folder_;
  int fd_ = -1;
  std::uint64_t flushed_ = 0;  // bytes of the file
  std::string buffer_;         // bytes after those
};

// Bytes of the header of a NumberColumn: room for any count of rows, which is not known yet.
inline constexpr size_t kColumnHeaderSize = 192;

// Numbers of a fixed shape a row.
class NumberColumn {
 public:
  NumberColumn(const std::string& folder, const std::string& dtype, std::vector<std::int64_t> row_shape);
  void Append(const void* row, size_t bytes);
  // Completes the .npy; no row comes after it.
  UnnamedFile& Finish();

 private:
  UnnamedFile file_;
  std::string dtype_;
  std::vector<std::int64_t> row_shape_;
  std::int64_t num_rows_ = 0;
};

// Texts of any length; the .npy gets the width of the longest.
class SpooledText {
 public:
  explicit SpooledText(const std::string& folder) : folder_(folder), file_(folder) {}
  void Append(std::string_view utf8);
  UnnamedFile Finish();

 private:
  std::string folder_;
  UnnamedFile file_;
  std::int64_t num_rows_ = 0;
  size_t longest_ = 1;  // numpy has no text of length zero
};

}  // namespace vitruvius
