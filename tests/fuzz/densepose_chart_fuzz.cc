// Any bytes as DensePose's chart: one that is read can be looked up in.
#include <algorithm>

#include "data/io/densepose_chart.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(densepose_chart) {
  const auto chart = SurfaceChart::Create(ReadDensePoseChart(PathOfBytes(bytes)));
  for (int f = 0; f < std::min(chart->num_faces(), 20); ++f) {
    const ChartPlace place = chart->PlaceOf(f, Eigen::Vector3d::Constant(1.0 / 3));
    const auto found = chart->Find(place.part, place.uv);
    VT_CHECK(found.has_value() && found->distance_uv < 1e-9);
    VT_CHECK(chart->NearestVertex(place.part, place.uv)->vertex < chart->num_vertices());
  }
}
