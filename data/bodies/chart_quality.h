// How good a chart of a body's surface is: what is distorted, turned over or laid twice over a place.
#pragma once

#include <vector>

#include "models/body/body_model.h"
#include "models/body/surface_chart.h"

namespace vitruvius {

// Of one part. Singular values s >= t of the map from a triangle on the body to its place in the chart; means
// and quantiles are weighted by area on the body.
struct ChartPartQuality {
  int part = 0;
  int num_faces = 0;
  double area_m2 = 0;
  int num_pieces = 0;        // joined by edges whose corners have the same places on both sides
  int num_border_loops = 0;  // of all pieces
  int euler = 0;             // Euler characteristic of all pieces: 1 for a disk
  double mean_stretch = 1, high_stretch = 1, worst_stretch = 1;  // s / t; high: 95 % of the area has less
  // s t over the part's own mean, or the inverse where that is larger.
  double mean_area_ratio = 1, high_area_ratio = 1, worst_area_ratio = 1;
  int num_flipped = 0;   // triangles not counter-clockwise
  int num_overlaps = 0;  // pairs of triangles whose insides meet
};

// Of parts 1 to 24. Throws ContractError unless the chart is over the model's faces.
std::vector<ChartPartQuality> MeasureChart(const BodyModel& model, const SurfaceChartData& chart);

}  // namespace vitruvius
