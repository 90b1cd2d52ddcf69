// A normalising flow (RealNVP) over axis-angle poses: a latent prior and a density in one.
//
//   pose = mean + scale x,  x = f(z),  z ~ N(0, I)
//   -log p(pose) = 1/2 |z|^2 + D/2 log 2 pi + sum of the s that act + sum log scale
// where f's couplings x <- m x + (1 - m)(x exp(s(m x)) + t(m x)) make log |det dx/dz| = sum s. As residuals
//   r = [ z / sqrt 2 ; sqrt(n_s + sum s + epsilon) ],   n_s = number of the s, each above -1 (tanh),
// so that |r|^2 - n_s - epsilon + D/2 log 2 pi + sum log scale is the negative log likelihood.
// D covers the joints that the file names; the others (collars that the training data never moves) rest, as
// latents decode to, and cost nothing as an energy. The density is that of axis-angle numbers as they are: a
// joint beyond pi is another point than the same rotation below it. MAP in z alone (r = z) differs from this
// by sum s. Sources: Dinh et al., Density estimation using Real NVP, ICLR 2017; residual form: our own
// derivation.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "priors/latent_prior.h"
#include "priors/learned_prior_file.h"

namespace vitruvius {

// The networks of one coupling with what their mask leaves: of the numbers that pass to those that change.
struct CompiledCoupling {
  std::vector<int> passing, changing;
  std::shared_ptr<const CompiledNetwork<float>> s, t;
};

class FlowPrior final : public LatentPrior {
 public:
  FlowPrior(std::string name, const FlowWeights& weights);

  std::string name() const override { return name_; }
  std::string family() const override { return family_; }
  int dim() const override { return dim_; }
  // Null where it was restricted to fewer joints than it covers: a flow's marginal has no closed form.
  std::unique_ptr<ceres::CostFunction> MakeEnergy(int body_pose_size, const double* weight) const override;
  double NegativeLogLikelihood(const Eigen::VectorXd& pose) const override;
  Eigen::VectorXd Mean() const override { return mean_.head(dim_); }
  std::vector<Eigen::VectorXd> Modes() const override { return {}; }
  // n: a multiple of 3. The same latents, fewer joints.
  std::shared_ptr<const Prior> Restrict(int n) const override;

  int latent_dim() const override { return static_cast<int>(data_mean_.size()); }
  LatentSpace latent_space() const override { return LatentSpace::kNormal; }
  PriorOrigin origin() const override { return origin_; }
  std::unique_ptr<PoseDecoder> MakeDecoder() const override;
  // Exact. False where it was restricted to fewer joints than it covers.
  bool Encode(const Eigen::VectorXd& pose, Eigen::VectorXd* z) const override;

  const std::vector<int>& joints() const { return joints_; }

 private:
  friend class FlowDecoder;
  friend class FlowEnergy;
  // The flow's numbers of a pose: of the joints it covers, in units of their spread.
  void ToNumbers(const double* pose, Eigen::VectorXd* numbers) const;

  std::string name_, family_;
  int dim_;
  bool covers_all_ = true;  // dim_ holds all of joints_
  std::vector<int> joints_;
  Eigen::VectorXd data_mean_, data_scale_, mean_;
  double log_scale_ = 0;  // sum
  int num_s_ = 0;         // n_s
  std::vector<CompiledCoupling> couplings_;
  PriorOrigin origin_;
};

}  // namespace vitruvius
