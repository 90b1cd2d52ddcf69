// A Gaussian mixture as plain data, its file, and what follows from it without optimisation.
#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "data/io/named_arrays.h"
#include "models/body/body_model.h"
#include "models/util/rng.h"

namespace vitruvius {

struct GaussianMixture {
  Eigen::VectorXd weights;                   // (K) positive, sum 1
  RowMatrixXd means;                         // (K, D)
  std::vector<Eigen::MatrixXd> covariances;  // K times (D, D), symmetric positive definite

  int num_components() const { return static_cast<int>(weights.size()); }
  int dim() const { return static_cast<int>(means.cols()); }

  // Throws InputError "path: array: found ..., expected ...": sizes, finiteness, weights that are positive
  // and sum to one within 1e-6, covariances that are symmetric within 1e-6 of their largest entry and
  // positive definite.
  void Check(const std::string& path) const;

  Eigen::VectorXd Sample(Rng* rng) const;             // (D)
  double LogDensity(const Eigen::VectorXd& x) const;  // nats
  // The distribution of the first n <= D numbers, or of the given ones in their order.
  GaussianMixture Marginal(int n) const;
  GaussianMixture Marginal(const std::vector<int>& dims) const;
};

// All components of both, those of the second with `share` of the weight.
GaussianMixture Joined(const GaussianMixture& first, const GaussianMixture& second, double share);

// log w_k N(x; mean_k, covariance_k) of many rows, with the factorisations kept.
class MixtureDensity {
 public:
  // Throws InputError naming the component whose covariance is not positive definite.
  explicit MixtureDensity(const GaussianMixture& mixture);
  // rows: (N, D). log_joint gets (N, K).
  void LogJoint(const Eigen::Ref<const RowMatrixXd>& rows, Eigen::MatrixXd* log_joint) const;
  Eigen::VectorXd LogDensity(const Eigen::Ref<const RowMatrixXd>& rows) const;  // (N)
  // trace(covariance_k^-1).
  double PrecisionTrace(int k) const;

 private:
  RowMatrixXd means_;
  std::vector<Eigen::MatrixXd> factors_;  // lower Cholesky factors
  Eigen::VectorXd log_constants_;         // log w_k - D/2 log 2 pi - 1/2 log |covariance_k|
};

// log sum exp of every row; rows of minus infinity stay so.
Eigen::VectorXd LogSumExpOfRows(const Eigen::MatrixXd& values);

// .npz with weights (K,), means (K, D) and covars (K, D, D); Load reads SMPLify's gmm_08.pkl and a pickled
// mixture of scikit-learn too. It scales the weights to sum to one exactly and throws InputError as Check
// does; Save refuses what Load would.
GaussianMixture LoadGaussianMixture(const std::string& path);
GaussianMixture ReadGaussianMixture(const NamedArrays& file);
void SaveGaussianMixture(const std::string& path, const GaussianMixture& mixture);

}  // namespace vitruvius
