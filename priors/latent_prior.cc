#include "priors/latent_prior.h"

#include "models/math/so3.h"

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

Eigen::VectorXd MeanOfSamples(const LatentPrior& prior) {
  constexpr int kSamples = 256;  // the mean's error is then a sixteenth of the spread
  Rng rng(1);
  const auto decoder = prior.MakeDecoder();
  Eigen::VectorXd pose(prior.dim());
  std::vector<Matrix3d> sums(prior.dim() / 3, Matrix3d::Zero());
  for (int i = 0; i < kSamples; ++i) {
    decoder->Decode(prior.SampleLatent(&rng).data(), pose.data());
    for (size_t j = 0; j < sums.size(); ++j) {
      sums[j] += ExpSO3(pose.segment<3>(3 * static_cast<Eigen::Index>(j)));
    }
  }
  for (size_t j = 0; j < sums.size(); ++j) {
    pose.segment<3>(3 * static_cast<Eigen::Index>(j)) = LogSO3(NearestRotation(sums[j]));
  }
  return pose;
}

}  // namespace vitruvius
