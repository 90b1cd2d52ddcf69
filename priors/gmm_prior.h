// SMPLify's pose prior: the likeliest component of a Gaussian mixture over axis-angle body pose.
//   k* = argmin_k 1/2 (x - mu_k)^T P_k (x - mu_k) - log w'_k,   w'_k = w_k / ((2 pi)^(D/2) sqrt|S_k| / min_j
//   sqrt|S_j|) r  = [ sqrt(1/2) L^T (x - mu_k*) ; sqrt(-log w'_k*) ],      P_k = S_k^-1 = L L^T
// so that |r|^2 + constant is the negative log likelihood of the likeliest component. The mode may switch at
// any evaluation: the cost is continuous there, its gradient is not. One component: a plain Gaussian. Source:
// Olson and Agarwal, Inference on networks of mixtures, 2012; Bogo et al., Keep it SMPL, ECCV 2016, eq. 7.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/math/quadratic_term.h"
#include "priors/gmm.h"
#include "priors/prior.h"

namespace vitruvius {

using RowMajorMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

class GmmPrior final : public Prior {
 public:
  // Throws InputError when a covariance is not positive definite.
  GmmPrior(std::string name, GaussianMixture mixture);

  std::string name() const override { return name_; }
  std::string family() const override { return components_.size() == 1 ? "gaussian" : "gmm"; }
  int dim() const override { return dim_; }
  std::unique_ptr<ceres::CostFunction> MakeEnergy(int body_pose_size, const double* weight) const override;
  double NegativeLogLikelihood(const Eigen::VectorXd& pose) const override;
  Eigen::VectorXd Sample(Rng* rng) const override { return mixture_.Sample(rng); }
  Eigen::VectorXd Mean() const override;
  std::vector<Eigen::VectorXd> Modes() const override;
  std::shared_ptr<const Prior> Restrict(int n) const override;

  const GaussianMixture& mixture() const { return mixture_; }

 private:
  friend class GmmCost;
  struct Component {
    Eigen::VectorXd mean;
    RowMajorMatrix precision_factor;  // sqrt(1/2) L^T, upper triangular (D, D)
    Eigen::MatrixXd half_precision;   // 1/2 P (D, D)
    double constant = 0;              // -log w'
    double log_density_constant = 0;  // log w - D/2 log 2 pi - 1/2 log|S|
  };
  std::string name_;
  GaussianMixture mixture_;
  int dim_;
  std::vector<Component> components_;
};

}  // namespace vitruvius
