// Speed of the rasteriser on the mannequin, seen at 640 px height: hard edges, then 2x2 and 3x3 samples a
// pixel; and of what an overlay of one person takes: the mesh, with an evaluator of its own or one that is
// kept, the drawing with new buffers or kept ones, and the file.
#include <benchmark/benchmark.h>
#include <turbojpeg.h>

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
Image Photograph(int width = kWidth, int height = kHeight) {
  Image image(width, height, {0, 0, 0, 255});
  Rng rng(1);
  const double zoom = static_cast<double>(kHeight) / height;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double shade =
          120 + 60 * std::sin(0.02 * zoom * x) + 40 * std::sin(zoom * (0.013 * y + 0.01 * x));
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

// As phones and cameras write it: quality 90, one of colour for four of light.
std::string CameraJpeg(int height) {
  const Image image = Photograph(height * kWidth / kHeight, height);
  tjhandle handle = tjInitCompress();
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  tjCompress2(handle, reinterpret_cast<const unsigned char*>(image.pixels.data()), image.width, 0,
              image.height, TJPF_RGBA, &buffer, &size, TJSAMP_420, 90, 0);
  const std::string bytes(reinterpret_cast<const char*>(buffer), size);
  tjFree(buffer);
  tjDestroy(handle);
  return bytes;
}

// All that one person's overlay takes, from the photograph's bytes to the PNG's; by the photograph's height.
void BM_OverlayOfJpeg(benchmark::State& state) {
  const auto model = Mannequin();
  const BodyMesh mesh = StandingBody(*model);
  const int height = static_cast<int>(state.range(0)), width = height * kWidth / kHeight;
  const std::string bytes = CameraJpeg(height);
  PersonObservation observation = SomeObservation();
  observation.image_width = width;
  observation.image_height = height;
  FitResult result = SomeResult();
  result.focal_px *= static_cast<double>(height) / kHeight;
  result.center_px *= static_cast<double>(height) / kHeight;
  OverlayPainter painter;
  size_t size = 0;
  for (auto _ : state) {
    const double scale = PictureScale(OverlayScale(observation, result, *model, mesh));
    const Image background = ParsePicture(bytes, "photograph", scale);
    size += SerializePng(painter.Draw(observation, result, *model, mesh, &background)).size();
  }
  benchmark::DoNotOptimize(size);
  state.counters["jpeg_bytes"] = static_cast<double>(bytes.size());
}
BENCHMARK(BM_OverlayOfJpeg)->Arg(640)->Arg(3652)->Unit(benchmark::kMillisecond);

void BM_ParseJpeg(benchmark::State& state) {
  const int height = static_cast<int>(state.range(0));
  const std::string bytes = CameraJpeg(height);
  for (auto _ : state)
    benchmark::DoNotOptimize(ParsePicture(bytes, "photograph", 640.0 / height).pixels.data());
}
BENCHMARK(BM_ParseJpeg)->Arg(640)->Arg(3652)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vitruvius
