// Arrays as a prior of any family: one that loads has a mean, decodes and encodes.
#include <vector>

#include "priors/latent_prior.h"
#include "priors/registry.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(prior_npz) {
  const auto prior = LoadPrior(PathOfArrays(bytes));
  const auto* latent = dynamic_cast<const LatentPrior*>(prior.get());
  if (latent == nullptr) return;
  VT_CHECK(latent->Mean().allFinite());
  Rng rng(1);
  const Eigen::VectorXd z = latent->SampleLatent(&rng);
  Eigen::VectorXd pose(latent->dim()), encoded;
  std::vector<double> jacobian(static_cast<size_t>(latent->dim()) * latent->latent_dim());
  latent->MakeDecoder()->DecodeWithJacobian(z.data(), pose.data(), jacobian.data());
  if (latent->Encode(pose, &encoded)) VT_CHECK_EQ(encoded.size(), latent->latent_dim());
}
