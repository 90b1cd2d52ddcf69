// Pictures of the chart's coordinates, DensePose's results, as points of the surface.
#include <algorithm>
#include <cstdint>

#include "data/io/keypoint_formats.h"
#include "data/io/picture.h"
#include "models/body/surface_chart.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr double kUnitsOfByte = 255;

// Base64 (RFC 4648), with line breaks as Python's encoder writes them. Throws InputError.
std::string DecodeBase64(const std::string& text, const std::string& place) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int num_bits = 0;
  size_t num_digits = 0, num_padding = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' || c == '\r' || c == ' ') continue;
    const int digit = c >= 'A' && c <= 'Z'   ? c - 'A'
                      : c >= 'a' && c <= 'z' ? c - 'a' + 26
                      : c >= '0' && c <= '9' ? c - '0' + 52
                      : c == '+'             ? 62
                      : c == '/'             ? 63
                                             : -1;
    if (c == '=') {
      ++num_padding;
      continue;
    }
    if (digit < 0 || num_padding > 0) {
      const int code = static_cast<unsigned char>(c);
      throw InputError(StrCat(place, ": found byte ", code, " at ", i, ", expected base64"));
    }
    ++num_digits;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    num_bits += 6;
    if (num_bits < 8) continue;
    num_bits -= 8;
    bytes.push_back(static_cast<char>(bits >> num_bits));
    bits &= (1u << num_bits) - 1;
  }
  if (num_digits % 4 == 1 || num_padding > 2) throw InputError(place + ": is cut short, expected base64");
  return bytes;
}

}  // namespace

ChartPixels ChartPixelsOfPng(const std::string& base64, const std::string& place) {
  const Image picture = ParsePicture(DecodeBase64(base64, place), place);
  ChartPixels pixels;
  pixels.width = picture.width;
  pixels.height = picture.height;
  for (const Rgba& value : picture.pixels) {
    pixels.part.push_back(value.r);
    pixels.uv.emplace_back(Eigen::Vector2d(value.g, value.b) / kUnitsOfByte);
  }
  return pixels;
}

void AddChartPoints(const ChartPixels& pixels, const Eigen::Vector2d& box_corner,
                    const Eigen::Vector2d& box_size, int max_points, const std::string& place,
                    PersonObservation* person) {
  const auto width = static_cast<size_t>(pixels.width);
  std::vector<size_t> on_body;
  for (size_t i = 0; i < pixels.part.size(); ++i) {
    const int part = pixels.part[i];
    if (part < 0 || part > kNumChartParts) {
      throw InputError(StrCat(place, ": pixel (", i % width, ", ", i / width, "): found part ", part,
                              ", expected 0 to ", kNumChartParts));
    }
    if (part > 0) on_body.push_back(i);
  }
  const auto n = static_cast<std::uint64_t>(on_body.size()), most = static_cast<std::uint64_t>(max_points);
  const Eigen::Vector2d scale = box_size.cwiseQuotient(Eigen::Vector2d(pixels.width, pixels.height));
  for (std::uint64_t k = 0; k < std::min(n, most); ++k) {
    const size_t pixel = on_body[n <= most ? k : (2 * k + 1) * n / (2 * most)];
    const Eigen::Vector2d at(static_cast<double>(pixel % width) + 0.5,
                             static_cast<double>(pixel / width) + 0.5);
    DensePoint point;
    point.image_px = box_corner + scale.cwiseProduct(at);
    point.part = pixels.part[pixel];
    point.uv = pixels.uv[pixel];
    person->dense.push_back(point);
  }
}

}  // namespace vitruvius
