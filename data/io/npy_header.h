// The header of a .npy: what its bytes mean, before any of them is read. Internal to data/io.
// Format: numpy, "NEP 1 - A simple file format for NumPy arrays", versions 1.0, 2.0 and 3.0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/io/npz.h"

namespace vitruvius {

struct NpyHeader {
  NpyArray::Kind kind = NpyArray::Kind::kFloat;
  int item_size = 0;
  bool big_endian = false;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
  std::uint64_t num_bytes = 0;  // of the data; product of the shape times item_size, checked against overflow
  std::uint64_t data_offset = 0;  // of the data in the file
};

// Bytes that are enough to know the header's length, and the longest header that is read.
inline constexpr std::uint64_t kNpyPreambleSize = 12;
inline constexpr std::uint64_t kMaxNpyHeaderSize = 1 << 20;

// Where the data starts, from the first bytes of a file. Throws InputError when it is no .npy.
std::uint64_t NpyDataOffset(std::string_view preamble, const std::string& path, const std::string& place);
// Parses a header; `bytes` holds at least NpyDataOffset of them. Throws InputError for objects, structured
// and unsupported elements, and anything malformed.
NpyHeader ParseNpyHeader(std::string_view bytes, const std::string& path, const std::string& place);
// The same from its parts: "<f8" and a shape, lengths 0 to 2^46. Throws InputError as ParseNpyHeader does.
NpyHeader DescribeNpy(const std::string& dtype, std::vector<std::int64_t> shape, bool fortran_order,
                      const std::string& path, const std::string& place);
// Throws InputError when `found` is not `expected`, where -1 matches any length.
void CheckNpyShape(const std::vector<std::int64_t>& found, const std::vector<std::int64_t>& expected,
                   const std::string& path, const std::string& place);
// A header of version 1 (2 when long); its length is a multiple of 64 and at least min_size.
std::string MakeNpyHeader(const std::string& dtype, const std::vector<std::int64_t>& shape,
                          size_t min_size = 0);
// Makes an array of the bytes that followed `header`: swaps bytes and reorders to C order where needed.
NpyArray MakeNpyArray(const NpyHeader& header, std::vector<unsigned char> bytes, const std::string& origin);

// "is missing; the file has v_template, weights".
std::string MissingArray(const std::vector<std::string>& keys);
std::string NpyShapeName(const std::vector<std::int64_t>& shape);

}  // namespace vitruvius
