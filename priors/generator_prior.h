// Priors that are a network from a latent to rotations: GAN-S, GAN-U, GAN-N, VAE, VPoser.
// z -> network (float) -> 6 numbers a joint -> rotation -> axis-angle. They have no density over poses:
// MakeEnergy is null and the likelihood NaN. Sources: Davydov et al., CVPR 2022; Pavlakos et al., SMPL-X,
// CVPR 2019.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "priors/latent_prior.h"
#include "priors/learned_prior_file.h"

namespace vitruvius {

class GeneratorPrior final : public LatentPrior {
 public:
  GeneratorPrior(std::string name, const GeneratorWeights& weights);

  std::string name() const override { return name_; }
  std::string family() const override { return family_; }
  int dim() const override { return dim_; }
  std::unique_ptr<ceres::CostFunction> MakeEnergy(int, const double*) const override { return nullptr; }
  double NegativeLogLikelihood(const Eigen::VectorXd& pose) const override;
  // The mean rotation of each joint over samples: a sphere has no centre to decode.
  Eigen::VectorXd Mean() const override { return mean_.head(dim_); }
  std::vector<Eigen::VectorXd> Modes() const override { return {}; }
  // n: a multiple of 3. The same latents, fewer joints.
  std::shared_ptr<const Prior> Restrict(int n) const override;

  int latent_dim() const override { return decoder_->inputs(); }
  LatentSpace latent_space() const override { return latent_space_; }
  PriorOrigin origin() const override { return origin_; }
  std::unique_ptr<PoseDecoder> MakeDecoder() const override;
  // As MakeDecoder, in double precision and at half the speed: what checks and derivations need.
  std::unique_ptr<PoseDecoder> MakeDoubleDecoder() const;
  bool Encode(const Eigen::VectorXd& pose, Eigen::VectorXd* z) const override;

  const std::vector<int>& joints() const { return joints_; }  // in SMPL's tree, in the network's order
  // The pose and shape variant's betas for a latent; without one, none.
  Eigen::VectorXd DecodeBetas(const Eigen::VectorXd& z) const;

 private:
  std::string name_, family_;
  int dim_;
  LatentSpace latent_space_;
  std::vector<int> joints_;
  std::shared_ptr<const CompiledNetwork<float>> decoder_;
  std::shared_ptr<const Network> weights_;
  std::shared_ptr<const CompiledNetwork<double>> encoder_, shape_;  // null where there is none
  Eigen::VectorXd mean_;
  PriorOrigin origin_;
};

}  // namespace vitruvius
