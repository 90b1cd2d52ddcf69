// Places on a body's surface, drawn evenly over its area at rest.
#pragma once

#include <vector>

#include "models/body/body_model.h"
#include "models/util/rng.h"

namespace vitruvius {

struct SurfacePlace {
  int face = 0;                                    // of the body
  Eigen::Vector3d bary = Eigen::Vector3d::Zero();  // weights of the face's corners, sum 1
};

class SurfaceSampler {
 public:
  explicit SurfaceSampler(const BodyModel& model);
  SurfacePlace Draw(Rng* rng) const;

 private:
  std::vector<double> area_up_to_;  // (F) of faces 0 to i, m^2
};

}  // namespace vitruvius
