#include "priors/latent_prior.h"

namespace vitruvius {

Eigen::VectorXd LatentPrior::SampleLatent(Rng* rng) const {
  Eigen::VectorXd z(latent_dim());
  for (double& value : z) value = latent_space() == LatentSpace::kBox ? rng->Uniform(-1, 1) : rng->Normal();
  if (latent_space() == LatentSpace::kSphere) ProjectLatent(&z);
  return z;
}

void LatentPrior::ProjectLatent(Eigen::VectorXd* z) const {
  if (latent_space() == LatentSpace::kBox) *z = z->cwiseMax(-1).cwiseMin(1);
  if (latent_space() != LatentSpace::kSphere) return;
  const double norm = z->norm();
  if (norm > 0) {
    *z /= norm;
  } else {
    *z = Eigen::VectorXd::Unit(z->size(), 0);
  }
}

Eigen::VectorXd LatentPrior::Sample(Rng* rng) const {
  const Eigen::VectorXd z = SampleLatent(rng);
  Eigen::VectorXd pose(dim());
  MakeDecoder()->Decode(z.data(), pose.data());
  return pose;
}

}  // namespace vitruvius
