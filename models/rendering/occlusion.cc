#include "models/rendering/occlusion.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "models/math/angles.h"

namespace vitruvius {
namespace {

constexpr float kStrength = 3.0f;    // tuned by eye on bodies
constexpr float kMaxRadius_px = 64;  // a close-up must not gather from the whole picture
constexpr int kNumSamples = 12;
constexpr int kTile = 4;                            // the spiral's angles repeat every 4 pixels in x and y
constexpr double kGoldenAngle = 2.399963229728653;  // a spiral that never lines up with the pixel grid

using Spiral = std::array<Eigen::Vector2f, kNumSamples>;  // within the unit disc

std::array<Spiral, kTile * kTile> MakeSpirals() {
  // A magic square: neighbours get angles that lie far apart.
  constexpr int kOrder[kTile * kTile] = {0, 14, 3, 13, 11, 5, 8, 6, 12, 2, 15, 1, 7, 9, 4, 10};
  std::array<Spiral, kTile * kTile> spirals;
  for (int tile = 0; tile < kTile * kTile; ++tile) {
    for (int i = 0; i < kNumSamples; ++i) {
      const double radius = (i + (kOrder[tile] + 0.5) / (kTile * kTile)) / kNumSamples;
      const double angle = kGoldenAngle * i + 2 * kPi * kOrder[tile] / (kTile * kTile);
      spirals[tile][i] = Eigen::Vector2d(radius * std::cos(angle), radius * std::sin(angle)).cast<float>();
    }
  }
  return spirals;
}

class DepthPicture {
 public:
  DepthPicture(const RenderView& view, const std::vector<float>& depth_m) : view_(view), depth_m_(depth_m) {}
  bool Contains(int x, int y) const { return x >= 0 && x < view_.width && y >= 0 && y < view_.height; }
  float Depth(int x, int y) const { return depth_m_[static_cast<std::size_t>(y) * view_.width + x]; }
  Eigen::Vector3f Point(int x, int y) const {
    const float depth = Depth(x, y);
    return {depth * (static_cast<float>(x) - left_) * right_a_px_,
            depth * (static_cast<float>(y) - top_) * down_a_px_, depth};
  }

 private:
  const RenderView& view_;
  // Of a ray with z = 1: where it is 0, in pixels, and what a pixel adds.
  const float left_ = static_cast<float>(view_.center_px.x() - 0.5),
              top_ = static_cast<float>(view_.center_px.y() - 0.5);
  const float right_a_px_ = static_cast<float>(1 / view_.focal_px.x()),
              down_a_px_ = static_cast<float>(1 / view_.focal_px.y());
  const std::vector<float>& depth_m_;
};

// What is left at one pixel; `px_per_m` is the size of a metre at a depth of one.
float Openness(const DepthPicture& picture, int x, int y, const Eigen::Vector3f& normal, const Spiral& spiral,
               float px_per_m, float radius_m) {
  const Eigen::Vector3f point = picture.Point(x, y);
  const float pixel_m = point.z() / px_per_m;
  const float radius_px = std::min(radius_m / pixel_m, kMaxRadius_px);
  if (!(radius_px > 1)) return 1;  // the surroundings are smaller than a pixel
  const float radius = radius_px * pixel_m;
  // A pixel's depth is its nearest sample's: up to a pixel's width off the plane through its centre.
  const float bias = 0.02f * radius + 1.5f * pixel_m;
  float sum = 0;
  // std::lround is a call of its own, twelve times a pixel.
  const auto rounded = [](float value) { return static_cast<int>(value + (value < 0 ? -0.5f : 0.5f)); };
  for (const Eigen::Vector2f& offset : spiral) {
    const int px = x + rounded(offset.x() * radius_px);
    const int py = y + rounded(offset.y() * radius_px);
    if (!picture.Contains(px, py)) continue;
    // Infinite where nothing is: the comparisons below then fail.
    const Eigen::Vector3f way = picture.Point(px, py) - point;
    const float rise = way.dot(normal) - bias;
    const float nearness = 1 - way.squaredNorm() / (radius * radius);
    if (rise > 0 && nearness > 0) {
      sum += nearness * nearness * nearness * rise * radius / (way.squaredNorm() + 0.01f * radius * radius);
    }
  }
  return 1 / (1 + kStrength * sum / kNumSamples);
}

// Mean over a tile of pixels, of those on the same surface.
float SurfaceMean(const DepthPicture& picture, int x, int y, int width, float step_m,
                  const std::vector<float>& raw) {
  const float depth = picture.Depth(x, y);
  float sum = 0;
  int count = 0;
  for (int py = y - 1; py < y - 1 + kTile; ++py) {
    for (int px = x - 1; px < x - 1 + kTile; ++px) {
      if (!picture.Contains(px, py) || !(std::abs(picture.Depth(px, py) - depth) < step_m)) continue;
      sum += raw[static_cast<std::size_t>(py) * width + px];
      ++count;
    }
  }
  return count > 0 ? sum / static_cast<float>(count) : 1;
}

}  // namespace

const std::vector<float>& AmbientOcclusion::Compute(const RenderView& view, const std::vector<float>& depth_m,
                                                    const std::vector<Eigen::Vector3f>& normals,
                                                    double radius_m) {
  static const std::array<Spiral, kTile* kTile> spirals = MakeSpirals();
  const DepthPicture picture(view, depth_m);
  const float radius = static_cast<float>(radius_m);
  const float px_per_m = static_cast<float>(view.focal_px.minCoeff());
  raw_.assign(depth_m.size(), 1);
  smooth_.assign(depth_m.size(), 1);
  if (!(radius_m > 0)) return smooth_;
  const auto for_each_surface = [&](const auto& visit) {
    std::size_t pixel = 0;
    for (int y = 0; y < view.height; ++y) {
      for (int x = 0; x < view.width; ++x, ++pixel) {
        if (std::isfinite(depth_m[pixel])) visit(pixel, x, y);
      }
    }
  };
  for_each_surface([&](std::size_t pixel, int x, int y) {
    const Spiral& spiral = spirals[(y % kTile) * kTile + x % kTile];
    raw_[pixel] = Openness(picture, x, y, normals[pixel].normalized(), spiral, px_per_m, radius);
  });
  for_each_surface([&](std::size_t pixel, int x, int y) {
    smooth_[pixel] = SurfaceMean(picture, x, y, view.width, 0.25f * radius, raw_);
  });
  return smooth_;
}

}  // namespace vitruvius
