// Any bytes as a recipe: one that is accepted keeps its own rules.
#include "solvers/problem/recipe.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(recipe) { VT_CHECK(!ParseRecipe(std::string(bytes), "fuzz").stages.empty()); }
