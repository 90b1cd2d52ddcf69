// Bodies of segments registered to 125 points of the surface and 17 keypoints from one start each, that of
// the camera: by Levenberg-Marquardt one by one, and by the paper's Adam (300 steps, batches of 10) on the
// same objective. `cost` is the mean objective reached, `no_worse` the share of people for whom least squares
// ends no higher than Adam, within a thousandth.
#include <memory>

#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>

#include "solvers/deform_and_learn/adam_registration.h"
#include "solvers/registration/segment_fitter.h"
#include "tests/util/surface_person.h"

namespace vitruvius {
namespace {

constexpr int kPeople = 60, kSurfacePoints = 125;
constexpr size_t kBatch = 10;

struct People {
  Recipe recipe = LoadRecipe("dense-first");
  std::vector<PersonObservation> seen;
  std::vector<SegmentView> views;
  std::vector<SegmentParameters> starts_px, starts;

  People() {
    at::set_num_threads(1);
    Recipe camera = recipe;
    camera.stages = recipe.camera_stages;
    camera.stages.back().keep = 1;
    camera.camera_stages.clear();
    camera.max_median_residual = 1;
    SegmentFitter fitter(Mannequin(), camera, {});
    for (int i = 0; i < kPeople; ++i) {
      const PersonObservation person = MakeKnownPersonWithSurface(i + 1, kSurfacePoints).observation;
      const FitResult start = fitter.Fit(person);
      if (!start.usable) continue;
      seen.push_back(person);
      views.push_back(ViewOf(person, *Mannequin(), recipe, {}));
      starts_px.push_back(SegmentFitter::ParametersOf(start));
      SegmentParameters in_frame = starts_px.back();
      in_frame.camera.tail<2>() -= views.back().center_px;
      in_frame.camera /= views.back().half_px;
      starts.push_back(in_frame);
    }
  }
  std::vector<double> SolveByLeastSquares(bool one_start) const {
    SegmentFitter fitter(Mannequin(), recipe, {});
    std::vector<double> costs;
    for (size_t i = 0; i < seen.size(); ++i)
      costs.push_back((one_start ? fitter.Fit(seen[i], {starts_px[i]}) : fitter.Fit(seen[i])).cost);
    return costs;
  }
  std::vector<double> SolveByAdam() const {
    std::vector<double> costs;
    for (size_t begin = 0; begin < seen.size(); begin += kBatch) {
      const size_t end = std::min(seen.size(), begin + kBatch);
      const auto some = [&](const auto& all) {
        return std::decay_t<decltype(all)>(all.begin() + static_cast<long>(begin),
                                           all.begin() + static_cast<long>(end));
      };
      const AdamRegistration found = RegisterWithAdam(*Mannequin(), some(views), some(starts),
                                                      recipe.stages.back(), recipe.mean_data, {});
      costs.insert(costs.end(), found.last_cost.begin(), found.last_cost.end());
    }
    return costs;
  }
};

const People& Everybody() {
  static const People people;
  return people;
}

double MeanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

void Tell(benchmark::State* state, const std::vector<double>& costs) {
  state->counters["cost"] = MeanOf(costs);
  state->counters["people/s"] =
      benchmark::Counter(static_cast<double>(costs.size()), benchmark::Counter::kIsIterationInvariantRate);
}

void BM_LeastSquares(benchmark::State& state, bool one_start) {
  const People& people = Everybody();
  std::vector<double> costs;
  for (auto _ : state) costs = people.SolveByLeastSquares(one_start);
  Tell(&state, costs);
}
BENCHMARK_CAPTURE(BM_LeastSquares, one_start, true)->Unit(benchmark::kMillisecond)->Iterations(3);
BENCHMARK_CAPTURE(BM_LeastSquares, recipe, false)->Unit(benchmark::kMillisecond)->Iterations(3);

double NoWorse(const std::vector<double>& ours, const std::vector<double>& theirs) {
  constexpr double kSame = 1e-3;
  double count = 0;
  for (size_t i = 0; i < ours.size(); ++i) count += ours[i] <= theirs[i] * (1 + kSame);
  return count / static_cast<double>(ours.size());
}

void BM_Adam(benchmark::State& state) {
  const People& people = Everybody();
  std::vector<double> costs;
  for (auto _ : state) costs = people.SolveByAdam();
  Tell(&state, costs);
  state.counters["no_worse"] = NoWorse(people.SolveByLeastSquares(true), costs);
  state.counters["no_worse_recipe"] = NoWorse(people.SolveByLeastSquares(false), costs);
}
BENCHMARK(BM_Adam)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace vitruvius
