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

// Where it lies once the body's vertices (V, 3) are there; in their unit and axes.
Eigen::Vector3d PositionOf(const SurfacePlace& place, const BodyModel& model, const MatrixX3d& vertices);

// The place of a face that a ray from the origin meets, the body's vertices (V, 3) being about the origin as
// the eye; weights by the volumes between the ray and two corners, b_i ~ ray . (v_j x v_k). A ray that passes
// by, and a face seen edge on, give the nearest weights that are not negative.
SurfacePlace PlaceOnRay(int face, const Eigen::Vector3d& ray, const BodyModel& model,
                        const MatrixX3d& vertices);

// The multiple of a ray from the origin at which it first meets the body, from outside or from inside;
// infinity where it meets nothing. Looks at all faces.
double FirstOnRay(const Eigen::Vector3d& ray, const BodyModel& model, const MatrixX3d& vertices);

class SurfaceSampler {
 public:
  explicit SurfaceSampler(const BodyModel& model);
  SurfacePlace Draw(Rng* rng) const;

 private:
  std::vector<double> area_up_to_;  // (F) of faces 0 to i, m^2
};

}  // namespace vitruvius
