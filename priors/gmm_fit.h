// Gaussian mixtures from samples: expectation maximisation with full covariances.
//
// Poses of few people say little about directions in which these people happened not to move. Every sample
// therefore stands for a small ball around itself, N(x_i, f^2 I) with f the floor. The mean log likelihood of
// the balls, with one responsibility for each ball, is bounded below by
//   F = sum_i u_i log sum_k w_k N(x_i; m_k, S_k) exp(-f^2/2 tr S_k^-1) / sum_i u_i,      u_i the samples'
//   weights,
// and the steps that maximise it are those of ordinary EM but for the last factor and
//   S_k = weighted covariance + f^2 I,
// so that F never falls and no variance is smaller than f^2. With f = 0 it is ordinary maximum likelihood.
// Source: Dempster, Laird, Rubin 1977; Arthur and Vassilvitskii, k-means++, 2007; the balls: Chapelle et al.,
// Vicinal risk minimization, NIPS 2000.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "priors/gmm.h"

namespace vitruvius {

struct GmmFitOptions {
  int num_components = 8;
  int restarts = 3;          // the best F wins
  int max_iterations = 300;  // of each restart
  double tolerance = 1e-4;   // stop when F gains less, nats a sample
  double floor_rad = 0.10;   // f, in the unit of the samples
  std::uint64_t seed = 1;
  int threads = 0;  // 0: all cores. The result has the same bits for any number
  // Called after each iteration; may be empty.
  std::function<void(int restart, int iteration, double mean_log_likelihood)> progress;
  void Check() const;  // throws ContractError
};

struct GmmFitResult {
  GaussianMixture mixture;                  // components by falling weight; fewer than asked if some died out
  std::vector<double> history;              // F after each iteration of the best restart
  std::vector<double> restart_likelihoods;  // final F of each restart
  bool converged = false;
};

// samples (N, D), finite, N >= num_components; sample_weights (N) positive, or empty for equal ones. Throws
// ContractError.
GmmFitResult FitGaussianMixture(const RowMatrixXd& samples, const std::vector<double>& sample_weights,
                                const GmmFitOptions& options);

// Weighted mean of the log density, nats a sample. The same bits for any number of threads.
double MeanLogDensity(const GaussianMixture& mixture, const RowMatrixXd& samples,
                      const std::vector<double>& sample_weights = {}, int threads = 0);

}  // namespace vitruvius
