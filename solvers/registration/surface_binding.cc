#include "solvers/registration/surface_binding.h"

#include "models/util/check.h"

namespace vitruvius {

SurfaceBinding BindSurface(const std::vector<DensePoint>& dense, const BodyModel& model,
                           const SurfaceLookup& lookup) {
  SurfaceBinding binding;
  if (lookup.chart != nullptr && lookup.chart->num_vertices() > model.num_vertices()) {
    binding.fault = StrCat("the chart names vertex ", lookup.chart->num_vertices() - 1,
                           ", expected one of the ", model.num_vertices(), " of ", model.name());
    return binding;
  }
  for (size_t i = 0; i < dense.size(); ++i) {
    const DensePoint& point = dense[i];
    VertexWeights place;
    if (point.face >= 0) {
      if (point.face >= model.num_faces()) {
        binding.fault = StrCat("dense point ", i, ": found face ", point.face, ", expected 0 to ",
                               model.num_faces() - 1, " of ", model.name());
        return binding;
      }
      for (int corner = 0; corner < 3; ++corner)
        place.emplace_back(model.faces()(point.face, corner), point.bary[corner]);
    } else if (lookup.chart != nullptr && lookup.kind == SurfaceLookup::Kind::kVertex) {
      const auto found = lookup.chart->NearestVertex(point.part, point.uv);
      if (found && found->distance_uv <= lookup.max_distance_uv) place = {{found->vertex, 1.0}};
    } else if (lookup.chart != nullptr) {
      const auto found = lookup.chart->Find(point.part, point.uv);
      if (found && found->distance_uv <= lookup.max_distance_uv) place = lookup.chart->WeightsOf(*found);
    }
    if (place.empty()) {
      ++binding.passed_over;
      continue;
    }
    binding.points.items.push_back({-1, std::move(place)});
    binding.dense_of_point.push_back(static_cast<int>(i));
  }
  return binding;
}

}  // namespace vitruvius
