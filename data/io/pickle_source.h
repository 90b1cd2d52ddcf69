// The bytes of a pickle, in order: what is asked for must be in the file before memory is taken for it.
// Internal to data/io.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vitruvius {

class PickleSource {
 public:
  explicit PickleSource(const std::string& path);  // throws InputError
  // Bytes from inside a file, which messages call path: place.
  PickleSource(const std::string& path, const std::string& place, std::vector<unsigned char> bytes);
  ~PickleSource();
  PickleSource(const PickleSource&) = delete;
  PickleSource& operator=(const PickleSource&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }                   // of the file
  std::uint64_t offset() const { return buffer_offset_ + at_; }  // of the next byte
  unsigned char Opcode();  // the next byte, which errors from now on name
  unsigned char Byte();
  std::uint64_t Little(int num_bytes);  // unsigned, 1 to 8 bytes
  double BigDouble();
  std::vector<unsigned char> Bytes(std::uint64_t count);
  // From anywhere in a file that was opened by its path, without moving.
  std::vector<unsigned char> BytesAt(std::uint64_t offset, std::uint64_t count) const;
  std::vector<unsigned char> Line();  // up to the next '\n', which is left out
  // A line of a few words; a carriage return at its end tells a file that was converted to CRLF.
  std::string ShortLine();
  [[noreturn]] void Fail(const std::string& what) const;  // throws InputError
  [[noreturn]] void FailCrlf() const;

 private:
  void Fill();
  void ReadAt(std::uint64_t offset, unsigned char* out, std::uint64_t count) const;

  std::string path_, place_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  std::uint64_t opcode_offset_ = 0;
  std::uint64_t buffer_offset_ = 0;  // of buffer_ in the file
  std::vector<unsigned char> buffer_;
  size_t at_ = 0;  // in buffer_
};

}  // namespace vitruvius
