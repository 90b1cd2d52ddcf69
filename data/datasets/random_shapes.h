// Shapes and textures without meaning: what stands behind and before people in synthetic pictures.
#pragma once

#include <cstdint>

#include <Eigen/Core>

#include "models/rendering/image.h"
#include "models/util/rng.h"

namespace vitruvius {

// sRGB, 0 to 1, of a hue in turns, a saturation and a value of 0 to 1 each.
Eigen::Vector3f ColorOfHue(double hue, double saturation, double value);
Eigen::Vector3f DrawColor(Rng* rng);
// Rounded and clamped to 8 bits, opaque.
Rgba ToRgba(const Eigen::Vector3f& srgb);

// A colour at every place of the plane.
struct Texture {
  enum class Kind { kPlain, kGradient, kStripes, kChecks, kClouds };
  Kind kind = Kind::kPlain;
  Eigen::Vector3f first = Eigen::Vector3f::Zero(), second = Eigen::Vector3f::Zero();  // sRGB, 0 to 1
  Eigen::Vector2d axis_per_px = {1, 0};  // along which it changes; its length is the frequency, 1/px
  std::uint64_t seed = 0;                // of clouds

  // Between first and second.
  Eigen::Vector3f At(double x_px, double y_px) const;
};
// Periods of 1/20 to all of side_px.
Texture DrawTexture(double side_px, Rng* rng);

struct RandomShape {
  bool is_round = false;  // an ellipse, else a rectangle
  Eigen::Vector2d center_px = {0, 0};
  Eigen::Vector2d half_size_px = {1, 1};  // both above 0
  double angle_rad = 0;
  Texture texture;
};
// Fills it, its edge smooth over one pixel. Where the picture was empty its alpha is the share covered.
void FillShape(const RandomShape& shape, Image* image);

}  // namespace vitruvius
