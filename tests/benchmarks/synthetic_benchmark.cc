// Speed of synthetic pictures of the mannequin, by one thread: drawn with all their labels, without files.
#include <benchmark/benchmark.h>

#include "data/bodies/body_chart.h"
#include "data/datasets/synthetic_images.h"
#include "models/body/mannequin.h"
#include "tests/util/made_poses.h"

namespace vitruvius {
namespace {

void BM_SyntheticImage(benchmark::State& state) {
  SyntheticImageOptions options;
  options.size_px = static_cast<int>(state.range(0));
  const auto model = Mannequin();
  const SyntheticImages images(model, ChartOrOwn(*model), MakePoses(100), options);
  SyntheticImages::Workspace workspace(images);
  std::int64_t index = 0;
  for (auto _ : state) benchmark::DoNotOptimize(images.Make(index++, &workspace).image.pixels.data());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_SyntheticImage)->Arg(128)->Arg(256)->Arg(512)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vitruvius
