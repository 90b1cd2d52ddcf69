// A zip file's entries, with what they declare held against what the file can hold. Internal to data/io.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct zip;
struct zip_file;

namespace vitruvius {

class ZipArchive {
 public:
  // Throws InputError: `kind` says what was expected (".npz").
  ZipArchive(const std::string& path, const std::string& kind);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return static_cast<std::uint64_t>(names_.size()); }  // number of entries
  const std::string& Name(std::uint64_t index) const { return names_[index]; }      // "" where it has none
  // Bytes of an entry when decompressed. Throws InputError when the file cannot hold so many.
  std::uint64_t EntrySize(std::uint64_t index, const std::string& place) const;

  // An entry's bytes in order.
  class Entry {
   public:
    Entry(const ZipArchive& archive, std::uint64_t index, const std::string& place);  // throws InputError
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    void Read(void* out, std::uint64_t size);  // exactly so many; throws InputError
    // The same into memory that is touched as data arrive, so that a false size costs nothing.
    std::vector<unsigned char> ReadBytes(std::uint64_t size);
    void ExpectEnd();  // compares the checksum

   private:
    [[noreturn]] void Fail(const std::string& what);
    zip_file* file_;
    std::string path_, place_;
  };

 private:
  std::string path_;
  zip* archive_ = nullptr;
  std::uint64_t file_size_ = 0;
  std::vector<std::string> names_;
};

}  // namespace vitruvius
