// Speed of the rasteriser on the mannequin, seen at 640 px height: hard edges, then 2x2 and 3x3 samples a
// pixel; and of what an overlay of one person takes: the mesh, with an evaluator of its own or one that is
// kept, the drawing with new buffers or kept ones, and the file.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "data/io/picture.h"
#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "models/rendering/overlay.h"
#include "models/rendering/rasterizer.h"
#include "models/util/rng.h"

namespace vitruvius {
namespace {

constexpr int kHeight = 640, kWidth = 480;  // px

BodyParameters StandingParameters(const BodyModel& model) {
  BodyParameters parameters = BodyParameters::Zero(model);
  parameters.global_orient = Eigen::Vector3d(3.14159265358979323846, 0, 0);  // y down, facing the camera
  parameters.transl = Eigen::Vector3d(0, -0.2, 3);
  return parameters;
}

BodyMesh StandingBody(const BodyModel& model) { return PoseMesh(model, StandingParameters(model)); }

PersonObservation SomeObservation() {
  PersonObservation observation;
  observation.set = FindKeypointSet("coco17");
  observation.id = "person";
  observation.image_width = kWidth;
  observation.image_height = kHeight;
  return observation;
}

FitResult SomeResult() {
  FitResult result;
  result.usable = true;
  result.focal_px = Eigen::Vector2d(900, 900);
  result.center_px = Eigen::Vector2d(kWidth / 2, kHeight / 2);
  return result;
}

// As hard to pack as one: shades with noise.
Image Photograph() {
  Image image(kWidth, kHeight, {0, 0, 0, 255});
  Rng rng(1);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const double shade = 120 + 60 * std::sin(0.02 * x) + 40 * std::sin(0.013 * y + 0.01 * x);
      const auto tone = [&] {
        return static_cast<std::uint8_t>(std::clamp(shade + 6 * rng.Normal(), 0.0, 255.0));
      };
      image.at(x, y) = {tone(), tone(), tone(), 255};
    }
  }
  return image;
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
  const Image background = Photograph();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        DrawOverlay(SomeObservation(), SomeResult(), *model, mesh, &background).pixels.data());
  }
}
BENCHMARK(BM_DrawOverlay)->Unit(benchmark::kMillisecond);

void BM_PaintOverlay(benchmark::State& state) {
  const auto model = Mannequin();
  const BodyMesh mesh = StandingBody(*model);
  const Image background = Photograph();
  OverlayPainter painter;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        painter.Draw(SomeObservation(), SomeResult(), *model, mesh, &background).pixels.data());
  }
}
BENCHMARK(BM_PaintOverlay)->Unit(benchmark::kMillisecond);

void BM_PoseMesh(benchmark::State& state) {
  const auto model = Mannequin();
  const BodyParameters parameters = StandingParameters(*model);
  for (auto _ : state) benchmark::DoNotOptimize(PoseMesh(*model, parameters).vertices.data());
}
BENCHMARK(BM_PoseMesh)->Unit(benchmark::kMillisecond);

void BM_PoseMeshByKeptEvaluator(benchmark::State& state) {
  const auto model = Mannequin();
  const BodyParameters parameters = StandingParameters(*model);
  BodyEvaluator evaluator(model, PointSet::AllVertices(*model));
  for (auto _ : state) {
    evaluator.Evaluate(parameters, false);
    benchmark::DoNotOptimize(evaluator.points().data());
  }
}
BENCHMARK(BM_PoseMeshByKeptEvaluator)->Unit(benchmark::kMillisecond);

Image OverlayOverPhotograph() {
  const auto model = Mannequin();
  const Image background = Photograph();
  return DrawOverlay(SomeObservation(), SomeResult(), *model, StandingBody(*model), &background);
}

void BM_SerializePng(benchmark::State& state) {
  const Image image = OverlayOverPhotograph();
  size_t size = 0;
  for (auto _ : state) size = SerializePng(image).size();
  state.counters["bytes"] = static_cast<double>(size);
}
BENCHMARK(BM_SerializePng)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vitruvius
