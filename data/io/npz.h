// numpy's .npy and .npz, read and written without Python. Nothing is ever executed: object arrays are not
// opened.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vitruvius {

// One array in memory. Bytes are little-endian and in C order whatever the file had.
struct NpyArray {
  enum class Kind { kFloat, kInt, kUint, kBool, kText, kBytes };  // <f, <i, <u, |b, <U, |S
  Kind kind = Kind::kFloat;
  int item_size = 8;  // bytes an element (text: 4 times the length of the longest)
  std::vector<std::int64_t> shape;
  std::vector<unsigned char> bytes;
  std::string origin;  // "file.npz: key", the start of messages; empty when made in memory

  std::int64_t size() const;  // product of the shape
  // Conversions by value; throw InputError when the kind does not fit (text to numbers, a fraction to an
  // integer).
  std::vector<double> ToDoubles() const;
  std::vector<std::int64_t> ToInts() const;
  std::vector<std::string> ToStrings() const;  // UTF-8
  // Numbers into out[0 .. size()), without another copy; throw as ToDoubles does.
  void CopyTo(double* out) const;
  void CopyTo(float* out) const;
  std::string DTypeName() const;  // "<f8"
  std::string ShapeName() const;  // "(3, 4)"

  static NpyArray FromDoubles(const double* values, std::vector<std::int64_t> shape);
  static NpyArray FromFloats(const float* values, std::vector<std::int64_t> shape);
  static NpyArray FromInt32(const std::int32_t* values, std::vector<std::int64_t> shape);
  static NpyArray FromInt64(const std::int64_t* values, std::vector<std::int64_t> shape);
  static NpyArray FromUint32(const std::uint32_t* values, std::vector<std::int64_t> shape);
  static NpyArray FromInt8(const std::int8_t* values, std::vector<std::int64_t> shape);
  static NpyArray FromStrings(const std::vector<std::string>& values);  // (N,)
  static NpyArray FromString(const std::string& value);                 // ()
};

// Parses the bytes of one .npy. `place` names it in messages.
NpyArray ParseNpy(std::string_view bytes, const std::string& path, const std::string& place);
std::string SerializeNpy(const NpyArray& array);

// An opened archive, for one thread at a time: entries are listed at once and decompressed on demand, so that
// one never pays for what is not asked for. Entries that are not .npy, or hold objects, are listed in
// skipped().
class NpzReader {
 public:
  explicit NpzReader(const std::string& path);  // throws InputError
  ~NpzReader();
  NpzReader(NpzReader&&) noexcept;
  const std::string& path() const;
  bool Has(const std::string& key) const;
  std::vector<std::string> Keys() const;     // readable arrays, in the file's order
  std::vector<std::string> Skipped() const;  // entries that hold objects, are damaged, or are no arrays
  const std::vector<std::int64_t>& Shape(const std::string& key) const;  // throws InputError
  NpyArray Read(const std::string& key) const;                           // throws InputError
  // Reads, and checks the shape: -1 matches any length. Throws InputError with what was found and expected.
  NpyArray Read(const std::string& key, const std::vector<std::int64_t>& shape) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Writes all arrays at once, in key order, stored, with fixed time stamps: same arrays, same bytes. Written
// aside, synced, renamed. Throws InputError when the place cannot be written.
void WriteNpz(const std::string& path, const std::map<std::string, NpyArray>& arrays);

}  // namespace vitruvius
