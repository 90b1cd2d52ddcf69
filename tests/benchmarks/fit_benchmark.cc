// One fit of one person, keypoints to result: one start and the default starts, by our Levenberg-Marquardt
// and by ceres::Solve on the same problems. `cost` is the mean objective reached: a faster fit of a worse
// objective is none.
#include <memory>

#include <benchmark/benchmark.h>

#include "models/util/check.h"
#include "priors/registry.h"
#include "solvers/problem/recipe.h"
#include "solvers/registration/fitter.h"
#include "tests/benchmarks/synthetic_people.h"

namespace vitruvius {
namespace {

constexpr int kNumPeople = 32;
constexpr std::uint64_t kSeed = 1;

void BM_Fit(benchmark::State& state, SolverKind solver, int starts, const char* prior_name = "gmm8",
            const char* recipe = "default") {
  std::shared_ptr<const Prior> prior, truth;
  try {
    prior = LoadPrior(prior_name);
    truth = LoadPrior("gmm8");
  } catch (const InputError& error) {
    state.SkipWithError(error.what());
    return;
  }
  const std::vector<PersonObservation> people = SyntheticPeople(*truth, kNumPeople, kSeed);
  FitOptions options;
  options.solver = solver;
  options.starts = starts;
  Fitter fitter(Mannequin(), prior, LoadRecipe(recipe), LoadRecipe("keypoints3d"), options);
  fitter.Fit(people[0]);  // builds the problem
  size_t next = 0;
  double cost = 0, usable = 0, iterations = 0;
  for (auto _ : state) {
    const FitResult result = fitter.Fit(people[next++ % people.size()]);
    cost += result.cost;
    usable += result.usable;
    iterations += result.num_iterations;
  }
  const auto fits = static_cast<double>(state.iterations());
  state.counters["cost"] = cost / fits;
  state.counters["usable"] = usable / fits;
  state.counters["iterations"] = iterations / fits;
  state.counters["fits/s"] = benchmark::Counter(fits, benchmark::Counter::kIsRate);
}
// A whole round of people, so that each run fits the same ones.
BENCHMARK_CAPTURE(BM_Fit, lm_one_start, SolverKind::kDenseLm, 1)
    ->Iterations(8 * kNumPeople)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Fit, ceres_one_start, SolverKind::kCeres, 1)
    ->Iterations(2 * kNumPeople)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Fit, lm_default_starts, SolverKind::kDenseLm, 0)
    ->Iterations(2 * kNumPeople)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Fit, ceres_default_starts, SolverKind::kCeres, 0)
    ->Iterations(kNumPeople)
    ->Unit(benchmark::kMillisecond);
// Latent priors: one start, the best of 64 samples, is what is solved; then the recipe's eight.
BENCHMARK_CAPTURE(BM_Fit, gan_s_one_start, SolverKind::kDenseLm, 1, "gan-s", "latent")
    ->Iterations(2 * kNumPeople)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Fit, vae_one_start, SolverKind::kDenseLm, 1, "vae", "latent")
    ->Iterations(2 * kNumPeople)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Fit, vae_default_starts, SolverKind::kDenseLm, 0, "vae", "latent")
    ->Iterations(kNumPeople)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vitruvius
