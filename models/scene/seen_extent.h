// How far the image reaches in which people were seen.
#pragma once

#include <Eigen/Core>

#include "models/scene/observation.h"

namespace vitruvius {

class SeenExtent {
 public:
  // Takes in all that was seen of a person: keypoints of 2D, points of the surface, the box. px.
  void Add(const PersonObservation& person);
  bool empty() const { return !(low_.array() <= high_.array()).all(); }
  // What stands for the image: it begins at (0, 0), unless something was seen before it, and people are as
  // far from one side as from the other, all in all. Left, top, width, height in px, the sides 1 at least; to
  // be called where anything was seen.
  Eigen::Vector4d Frame() const;
  // How far it reaches from (0, 0) to the right or downwards, whichever is further, px; where anything was
  // seen.
  double Reach() const { return high_.maxCoeff(); }

 private:
  Eigen::Vector2d low_ = Eigen::Vector2d::Constant(1e300), high_ = Eigen::Vector2d::Constant(-1e300);
};

}  // namespace vitruvius
