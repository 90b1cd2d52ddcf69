#include "data/datasets/random_shapes.h"

#include <algorithm>
#include <cmath>

#include "models/rendering/rasterizer.h"

namespace vitruvius {
namespace {

// 0 to 1, one for each point of the integer grid.
float GridValue(std::int64_t x, std::int64_t y, std::uint64_t seed) {
  std::uint64_t z = seed + static_cast<std::uint64_t>(x) * 0x9e3779b97f4a7c15ull +
                    static_cast<std::uint64_t>(y) * 0xc2b2ae3d27d4eb4full;
  z = (z ^ (z >> 29)) * 0xbf58476d1ce4e5b9ull;
  z ^= z >> 32;
  return static_cast<float>(z >> 40) * 0x1.0p-24f;
}

// Smooth between the points of the grid.
float ValueNoise(double x, double y, std::uint64_t seed) {
  const double left = std::floor(x), top = std::floor(y);
  const auto ease = [](double t) { return static_cast<float>(t * t * (3 - 2 * t)); };
  const float along = ease(x - left), down = ease(y - top);
  const auto i = static_cast<std::int64_t>(left), j = static_cast<std::int64_t>(top);
  const auto row = [&](std::int64_t at) {
    const float a = GridValue(i, at, seed), b = GridValue(i + 1, at, seed);
    return a + along * (b - a);
  };
  const float above = row(j), below = row(j + 1);
  return above + down * (below - above);
}

}  // namespace

Eigen::Vector3f ColorOfHue(double hue, double saturation, double value) {
  Eigen::Vector3f color;
  for (int i = 0; i < 3; ++i) {
    const double place = hue - i / 3.0, turn = place - std::floor(place);
    const double ramp = std::clamp(std::abs(6 * turn - 3) - 1, 0.0, 1.0);
    color[i] = static_cast<float>(value * (1 - saturation * (1 - ramp)));
  }
  return color;
}

Eigen::Vector3f DrawColor(Rng* rng) {
  const double hue = rng->Uniform(), saturation = rng->Uniform();
  return ColorOfHue(hue, 0.8 * saturation * saturation, rng->Uniform(0.08, 0.98));
}

Rgba ToRgba(const Eigen::Vector3f& srgb) {
  const auto byte = [](float x) { return static_cast<std::uint8_t>(255 * std::clamp(x, 0.0f, 1.0f) + 0.5f); };
  return {byte(srgb.x()), byte(srgb.y()), byte(srgb.z()), 255};
}

Eigen::Vector3f Texture::At(double x_px, double y_px) const {
  const double along = axis_per_px.x() * x_px + axis_per_px.y() * y_px;
  const double across = axis_per_px.x() * y_px - axis_per_px.y() * x_px;
  float share = 0;
  switch (kind) {
    case Kind::kPlain:
      break;
    case Kind::kGradient:
      share = static_cast<float>(std::clamp(along, 0.0, 1.0));
      break;
    case Kind::kStripes:
      share = along - std::floor(along) < 0.5 ? 1.0f : 0.0f;
      break;
    case Kind::kChecks:
      share = (along - std::floor(along) < 0.5) != (across - std::floor(across) < 0.5) ? 1.0f : 0.0f;
      break;
    case Kind::kClouds:
      // Three octaves.
      share = (4 * ValueNoise(along, across, seed) + 2 * ValueNoise(2 * along, 2 * across, seed + 1) +
               ValueNoise(4 * along, 4 * across, seed + 2)) /
              7;
      break;
  }
  return first + share * (second - first);
}

Texture DrawTexture(double side_px, Rng* rng) {
  constexpr Texture::Kind kKinds[] = {Texture::Kind::kPlain,   Texture::Kind::kGradient,
                                      Texture::Kind::kStripes, Texture::Kind::kChecks,
                                      Texture::Kind::kClouds,  Texture::Kind::kClouds};
  Texture texture;
  texture.kind = kKinds[rng->Index(std::size(kKinds))];
  texture.first = DrawColor(rng);
  // As a rule the two are close: the world is seldom striped in black and white.
  const Eigen::Vector3f other = DrawColor(rng);
  texture.second = texture.first + static_cast<float>(rng->Uniform(0.1, 0.8)) * (other - texture.first);
  const double angle = rng->Uniform(0, 2 * EIGEN_PI);
  const bool is_gradient = texture.kind == Texture::Kind::kGradient;
  const double periods = is_gradient ? 1 : std::exp(rng->Uniform(0, std::log(20.0)));
  texture.axis_per_px = periods / side_px * Eigen::Vector2d(std::cos(angle), std::sin(angle));
  texture.seed = rng->NextUint64();
  return texture;
}

void FillShape(const RandomShape& shape, Image* image) {
  const double cosine = std::cos(shape.angle_rad), sine = std::sin(shape.angle_rad);
  const Eigen::Vector2d half = shape.half_size_px;
  const double reach_x = std::abs(cosine) * half.x() + std::abs(sine) * half.y() + 1,
               reach_y = std::abs(sine) * half.x() + std::abs(cosine) * half.y() + 1;
  const auto clamped = [](double x, int high) {
    return static_cast<int>(std::clamp(x, 0.0, double{1.0} * high));
  };
  const int x_end = clamped(std::ceil(shape.center_px.x() + reach_x), image->width),
            y_end = clamped(std::ceil(shape.center_px.y() + reach_y), image->height);
  for (int y = clamped(shape.center_px.y() - reach_y, image->height); y < y_end; ++y) {
    for (int x = clamped(shape.center_px.x() - reach_x, image->width); x < x_end; ++x) {
      const Eigen::Vector2d from(x + 0.5 - shape.center_px.x(), y + 0.5 - shape.center_px.y());
      const Eigen::Vector2d own(std::abs(cosine * from.x() + sine * from.y()),
                                std::abs(cosine * from.y() - sine * from.x()));
      // How far within the edge, px.
      double depth = (half - own).minCoeff();
      if (shape.is_round) {
        const double radius = own.cwiseQuotient(half).norm();
        depth = (1 - radius) * half.minCoeff();
      }
      if (depth <= -0.5) continue;
      const auto covered = static_cast<float>(std::min(1.0, depth + 0.5));
      image->at(x, y) = Over(ToRgba(shape.texture.At(x, y)), covered, image->at(x, y));
    }
  }
}

}  // namespace vitruvius
