// What is seen of one person, as registration of a body of segments takes it: points, where they are seen,
// and the frame in which both are measured.
#pragma once

#include <string>
#include <vector>

#include "models/scene/observation.h"
#include "solvers/problem/recipe.h"
#include "solvers/registration/surface_binding.h"
#include "solvers/residuals/planar_point.h"

namespace vitruvius {

struct SegmentView {
  PointSet points;                    // keypoints that the body has, then places on its surface
  std::vector<PlanarTarget> targets;  // of each, in units of the frame
  std::vector<bool> torso;            // of each keypoint: it is a hip or a shoulder
  // Half the larger side of the box of all that is seen is the frame's unit, its middle the origin: -1 to 1.
  Eigen::Vector2d center_px = Eigen::Vector2d::Zero();
  double half_px = 1;
  double roll = 0;   // of the torso in the picture (starts.h)
  int num_seen = 0;  // points of weight above zero
  // Not empty: the person cannot be registered; a reason code and a sentence.
  std::string reason, detail;
};
// The recipe's keypoint_weights and min_keypoints count. Never throws for what is in the observation.
SegmentView ViewOf(const PersonObservation& person, const BodyModel& model, const Recipe& recipe,
                   const SurfaceLookup& lookup);

}  // namespace vitruvius
