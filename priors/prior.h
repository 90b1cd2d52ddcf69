// What body poses are plausible: the one interface that every prior stands behind.
//
// There are two kinds, and a prior may be both. An energy prior has a density over poses: it puts residuals
// on body_pose. A latent prior (latent_prior.h) is a map from a latent space whose every point is a plausible
// pose: there the latent takes the pose's place. `dim` says how many leading numbers of body_pose a prior
// describes (69: SMPL's 23 joints; 63: the 21 that SMPL-H and SMPL-X share).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <ceres/cost_function.h>
#include <Eigen/Core>

#include "models/util/rng.h"

namespace vitruvius {

class Prior {
 public:
  virtual ~Prior() = default;
  virtual std::string name() const = 0;
  virtual std::string family() const = 0;  // "gmm", "gaussian", "gan-s", ...
  virtual int dim() const = 0;

  // Residuals on the first dim() of body_pose_size >= dim() numbers, times *weight, which may change between
  // solves. The sum of squares at weight 1, plus a constant, is NegativeLogLikelihood. Thread-compatible: one
  // a problem. The prior must outlive it. Null where the prior has no density over poses.
  virtual std::unique_ptr<ceres::CostFunction> MakeEnergy(int body_pose_size, const double* weight) const = 0;
  // pose: dim() numbers, radians. NaN where the prior has no density over poses.
  virtual double NegativeLogLikelihood(const Eigen::VectorXd& pose) const = 0;
  virtual Eigen::VectorXd Sample(Rng* rng) const = 0;
  // dim() numbers: the mean of all, a start for everything.
  virtual Eigen::VectorXd Mean() const = 0;
  // Typical poses (dim() numbers each), the likeliest first: where fits with several starts begin. Empty
  // where samples have to do.
  virtual std::vector<Eigen::VectorXd> Modes() const = 0;
  // The same knowledge about the first n <= dim() numbers only (marginal).
  virtual std::shared_ptr<const Prior> Restrict(int n) const = 0;
};

}  // namespace vitruvius
