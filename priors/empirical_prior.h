// The poses of a data set themselves, drawn again as they are: what any prior's samples are measured against.
// It has no density, and cannot be fitted with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/body/body_model.h"
#include "priors/prior.h"

namespace vitruvius {

class EmpiricalPrior : public Prior {
 public:
  // poses (N >= 1, dim), radians; a pose is drawn as often as its weight says: weights (N), not negative,
  // with a positive sum.
  EmpiricalPrior(std::string name, RowMatrixXd poses, const std::vector<double>& weights);

  std::string name() const override { return name_; }
  std::string family() const override { return "empirical"; }
  int dim() const override { return static_cast<int>(poses_.cols()); }
  std::unique_ptr<ceres::CostFunction> MakeEnergy(int, const double*) const override { return nullptr; }
  double NegativeLogLikelihood(const Eigen::VectorXd& pose) const override;
  Eigen::VectorXd Sample(Rng* rng) const override { return poses_.row(SampleIndex(rng)); }
  Eigen::VectorXd Mean() const override;
  std::vector<Eigen::VectorXd> Modes() const override { return {}; }
  std::shared_ptr<const Prior> Restrict(int n) const override;

  Eigen::Index SampleIndex(Rng* rng) const;
  const RowMatrixXd& poses() const { return poses_; }

 private:
  std::string name_;
  RowMatrixXd poses_;
  std::vector<double> cumulative_;  // weights summed up, the last is 1
};

}  // namespace vitruvius
