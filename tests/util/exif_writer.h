// Exif in JPEG and PNG files, as cameras and editors write it; for tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vitruvius {

inline std::string ExifNumber(std::uint32_t value, int num_bytes, bool is_little) {
  std::string bytes;
  for (int i = 0; i < num_bytes; ++i)
    bytes += static_cast<char>(value >> 8 * (is_little ? i : num_bytes - 1 - i));
  return bytes;
}

struct ExifEntry {
  std::uint32_t tag, type, value;
};

// A TIFF of two directories: orientation and the like, and what the camera says.
inline std::string ExifTiff(const std::vector<ExifEntry>& main, const std::vector<ExifEntry>& camera,
                            bool is_little, const std::string& tail = "") {
  const auto number = [&](std::uint32_t value, int size) { return ExifNumber(value, size, is_little); };
  const auto directory = [&](const std::vector<ExifEntry>& entries) {
    std::string bytes = number(static_cast<std::uint32_t>(entries.size()), 2);
    for (const ExifEntry& entry : entries) {
      bytes += number(entry.tag, 2) + number(entry.type, 2) + number(1, 4);
      bytes += entry.type == 3 ? number(entry.value, 2) + number(0, 2) : number(entry.value, 4);
    }
    return bytes + number(0, 4);
  };
  std::vector<ExifEntry> first = main;
  const auto camera_at = static_cast<std::uint32_t>(8 + 2 + 12 * (main.size() + 1) + 4);
  first.push_back({0x8769, 4, camera_at});
  return (is_little ? "II" : "MM") + number(42, 2) + number(8, 4) + directory(first) + directory(camera) +
         tail;
}

// Behind the start of the image, as cameras do.
inline std::string JpegWith(const std::string& jpeg, const std::string& tiff) {
  const std::string content = std::string("Exif\0\0", 6) + tiff;
  return jpeg.substr(0, 2) + "\xff\xe1" +
         ExifNumber(static_cast<std::uint32_t>(content.size() + 2), 2, false) + content + jpeg.substr(2);
}

inline std::uint32_t PngCrc(const std::string& bytes) {
  std::uint32_t crc = 0xffffffffu;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = crc & 1 ? 0xedb88320u ^ (crc >> 1) : crc >> 1;
  }
  return ~crc;
}

// Before the closing chunk of 12 bytes: behind the pixels.
inline std::string PngWith(const std::string& png, const std::string& tiff) {
  const std::string chunk = "eXIf" + tiff;
  return png.substr(0, png.size() - 12) + ExifNumber(static_cast<std::uint32_t>(tiff.size()), 4, false) +
         chunk + ExifNumber(PngCrc(chunk), 4, false) + png.substr(png.size() - 12);
}

inline std::string OrientedTiff(std::uint32_t orientation, bool is_little = false) {
  return ExifTiff({{0x0112, 3, orientation}}, {}, is_little);
}

}  // namespace vitruvius
