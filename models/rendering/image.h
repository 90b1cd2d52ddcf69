// A picture as a plain value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitruvius {

struct Rgba {
  std::uint8_t r = 0, g = 0, b = 0, a = 255;
  bool operator==(const Rgba& other) const {
    return r == other.r && g == other.g && b == other.b && a == other.a;
  }
  bool operator!=(const Rgba& other) const { return !(*this == other); }
};

// 8-bit sRGB with straight (not premultiplied) alpha. Row-major from the top left; pixel (x, y) covers
// [x, x + 1) x [y, y + 1), its centre lies at (x + 0.5, y + 0.5).
struct Image {
  int width = 0, height = 0;
  std::vector<Rgba> pixels;  // (height, width) row-major

  Image() = default;
  Image(int image_width, int image_height, Rgba fill = {0, 0, 0, 0})
      : width(image_width),
        height(image_height),
        pixels(static_cast<std::size_t>(image_width) * static_cast<std::size_t>(image_height), fill) {}

  bool empty() const { return width <= 0 || height <= 0; }
  // No bounds are checked.
  Rgba& at(int x, int y) { return pixels[static_cast<std::size_t>(y) * width + x]; }
  const Rgba& at(int x, int y) const { return pixels[static_cast<std::size_t>(y) * width + x]; }
};

}  // namespace vitruvius
