// Speed of the rasteriser on the mannequin, seen at 640 px height: hard edges, then 2x2 and 3x3 samples a
// pixel; and of a whole overlay.
#include <benchmark/benchmark.h>

#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "models/rendering/overlay.h"
#include "models/rendering/rasterizer.h"

namespace vitruvius {
namespace {

constexpr int kHeight = 640, kWidth = 480;  // px

BodyMesh StandingBody(const BodyModel& model) {
  BodyParameters parameters = BodyParameters::Zero(model);
  parameters.global_orient = Eigen::Vector3d(3.14159265358979323846, 0, 0);  // y down, facing the camera
  parameters.transl = Eigen::Vector3d(0, -0.2, 3);
  return PoseMesh(model, parameters);
}

void BM_Rasterize(benchmark::State& state) {
  const auto model = Mannequin();
  const BodyMesh mesh = StandingBody(*model);
  RenderView view;
  view.width = kWidth;
  view.height = kHeight;
  view.focal_px = Eigen::Vector2d(900, 900);
  view.center_px = Eigen::Vector2d(kWidth / 2, kHeight / 2);
  RenderOptions options;
  options.supersampling = static_cast<int>(state.range(0));
  Rasterizer rasterizer;
  Rendering rendering;
  for (auto _ : state) {
    rasterizer.Render(mesh.vertices, model->faces(), view, options, &rendering);
    benchmark::DoNotOptimize(rendering.image.pixels.data());
  }
  int num_covered = 0;
  for (const auto value : rendering.mask) num_covered += value != 0;
  state.counters["covered_px"] = num_covered;
  state.counters["faces"] = model->num_faces();
}
BENCHMARK(BM_Rasterize)->DenseRange(1, 3)->Unit(benchmark::kMillisecond);

void BM_DrawOverlay(benchmark::State& state) {
  const auto model = Mannequin();
  const BodyMesh mesh = StandingBody(*model);
  PersonObservation observation;
  observation.set = FindKeypointSet("coco17");
  observation.id = "person";
  observation.image_width = kWidth;
  observation.image_height = kHeight;
  FitResult result;
  result.usable = true;
  result.focal_px = Eigen::Vector2d(900, 900);
  result.center_px = Eigen::Vector2d(kWidth / 2, kHeight / 2);
  const Image background(kWidth, kHeight, {120, 130, 140, 255});
  for (auto _ : state) {
    benchmark::DoNotOptimize(DrawOverlay(observation, result, *model, mesh, &background).pixels.data());
  }
}
BENCHMARK(BM_DrawOverlay)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vitruvius
