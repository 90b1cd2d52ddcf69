// What the self-penetration term of the recipe `solid` does to whole fits.
#include <gtest/gtest.h>

#include "priors/registry.h"
#include "solvers/registration/fitter.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::self_penetration_fit_test {
namespace {

TEST(SelfPenetrationOfFits, TheRecipeKeepsPartsApartAndTellsHowDeepTheyAre) {
  const Recipe with = LoadRecipe("solid"), without = LoadRecipe("default");
  ASSERT_EQ(with.stages.size(), without.stages.size());
  for (size_t i = 0; i < with.stages.size(); ++i) {
    RecipeStage loosened = with.stages[i];
    loosened.weights.self_penetration = 0;
    EXPECT_TRUE(SameObjective(loosened, without.stages[i]))
        << "stage " << i << " differs in more than the term";
  }
  FitOptions options;
  options.starts = 1;
  const auto prior = LoadPrior("gmm8");
  Fitter apart(Mannequin(), prior, with, LoadRecipe("keypoints3d"), options);
  Fitter free(Mannequin(), prior, without, LoadRecipe("keypoints3d"), options);
  constexpr int kPeople = 80;
  constexpr double kDeepM = 0.01;
  int deep_apart = 0, deep_free = 0;
  for (int seed = 1; seed <= kPeople; ++seed) {
    const PersonObservation person = MakeKnownPerson(seed, "openpose25", 3).observation;
    const FitResult kept = apart.Fit(person), loose = free.Fit(person);
    EXPECT_TRUE(kept.usable);
    deep_apart += kept.penetration_m > kDeepM;
    deep_free += loose.penetration_m > kDeepM;
  }
  EXPECT_GE(deep_free, 2);
  EXPECT_LE(4 * deep_apart, deep_free);
}

}  // namespace
}  // namespace vitruvius::self_penetration_fit_test
