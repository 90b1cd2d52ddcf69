#include "solvers/registration/mirror_fit.h"

#include <algorithm>
#include <cmath>

#include "data/io/read_as.h"

namespace vitruvius {

MirrorEvidence CompareWithMirrored(const std::vector<PersonObservation>& people, int most, Fitter* fitter) {
  MirrorEvidence evidence;
  const size_t count = std::min(people.size(), static_cast<size_t>(std::max(0, most)));
  constexpr int kFewest = 12;
  constexpr double kEnoughSigmas = 9;
  double sum = 0, squares = 0;
  for (size_t i = 0; i < count; ++i) {
    if (evidence.people >= kFewest && std::abs(evidence.sigmas) > kEnoughSigmas) break;
    // Steps of the golden section: however early this ends, those that were asked are spread over all.
    constexpr double kGolden = 0.6180339887498949;
    const double turns = kGolden * static_cast<double>(i);
    const double place = (turns - std::floor(turns)) * static_cast<double>(people.size());
    PersonObservation person = people[count == people.size() ? i : static_cast<size_t>(place)];
    const FitResult as_given = fitter->Fit(person);
    std::string error;
    ApplyReadAs({{"left_right_swapped"}}, &person, &error);
    const FitResult exchanged = fitter->Fit(person);
    if (!as_given.usable || !exchanged.usable) continue;
    // Of costs that differ by their scale, from the well seen to the badly seen, the ratio counts.
    constexpr double kFloor = 1e-9;
    const double gain = std::log((as_given.cost + kFloor) / (exchanged.cost + kFloor));
    sum += gain;
    squares += gain * gain;
    const double n = ++evidence.people;
    if (n < 2) continue;
    const double variance = std::max(0.0, (squares - sum * sum / n) / (n - 1));
    // A spread that happens to be tiny must not make a tiny difference sure.
    constexpr double kLeastSpread = 0.02;
    evidence.sigmas = (sum / n) / (std::max(kLeastSpread, std::sqrt(variance)) / std::sqrt(n));
  }
  return evidence;
}

Recipe MirrorRecipe(Recipe recipe) {
  constexpr double kPerPriorWeight = 3.17;  // as in SMPLify
  for (RecipeStage& stage : recipe.stages) stage.weights.hinge = kPerPriorWeight * stage.weights.pose_prior;
  recipe.noise_ratio_floor = 0;  // what a wrong side leaves would pass for noise
  return recipe;
}

}  // namespace vitruvius
