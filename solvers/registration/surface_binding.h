// Which places on the body the dense points of a person are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/body/body_evaluator.h"
#include "models/body/surface_chart.h"
#include "models/scene/observation.h"

namespace vitruvius {

struct SurfaceLookup {
  // For points that name no face; null: they are passed over.
  std::shared_ptr<const SurfaceChart> chart;
  // Points are taken to the place on the surface that their coordinates name, or, as in the paper, to the
  // vertex with the nearest ones.
  enum class Kind { kPlace, kVertex };
  Kind kind = Kind::kPlace;
  double max_distance_uv = 0.05;  // farther than this from the part's triangles or vertices: passed over
};

struct SurfaceBinding {
  PointSet points;
  std::vector<int> dense_of_point;  // index into PersonObservation::dense
  int passed_over = 0;              // dense points without a place
  std::string fault;                // not empty: the input is wrong, and how
};
// Never throws for what is in the observation.
SurfaceBinding BindSurface(const std::vector<DensePoint>& dense, const BodyModel& model,
                           const SurfaceLookup& lookup);

}  // namespace vitruvius
