// What is behind and before a person in a synthetic picture.
#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "models/rendering/image.h"
#include "models/util/rng.h"

namespace vitruvius {

// Immutable; many threads may draw at once.
class Backdrops {
 public:
  // `folder`: PNG and JPEG pictures at any depth, of which random crops are taken; empty: scenes made by code
  // alone. Throws InputError when the folder cannot be read or holds no picture.
  explicit Backdrops(const std::string& folder);

  // Opaque, size_px a side. Throws InputError for a picture that cannot be read.
  Image Draw(int size_px, Rng* rng) const;

 private:
  std::vector<std::string> files_;  // sorted
};

// Shapes in front of a person who is seen within [low, high] px: transparent elsewhere.
Image DrawOccluders(int size_px, const Eigen::Vector2d& low_px, const Eigen::Vector2d& high_px, Rng* rng);

}  // namespace vitruvius
