// Arrays as a Gaussian mixture: one that loads gives finite likelihoods.
#include <cmath>

#include "priors/gmm.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(prior_npz) {
  const GaussianMixture mixture = LoadGaussianMixture(PathOfArrays(bytes));
  mixture.Check("fuzz");
}
