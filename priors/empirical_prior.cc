#include "priors/empirical_prior.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "models/util/check.h"

namespace vitruvius {

EmpiricalPrior::EmpiricalPrior(std::string name, RowMatrixXd poses, const std::vector<double>& weights)
    : name_(std::move(name)), poses_(std::move(poses)) {
  VT_CHECK_GE(poses_.rows(), 1);
  VT_CHECK_EQ(static_cast<Eigen::Index>(weights.size()), poses_.rows());
  double sum = 0;
  for (const double weight : weights) {
    VT_CHECK_GE(weight, 0.0);
    cumulative_.push_back(sum += weight);
  }
  VT_CHECK_GT(sum, 0.0);
  for (double& value : cumulative_) value /= sum;
}

double EmpiricalPrior::NegativeLogLikelihood(const Eigen::VectorXd&) const {
  return std::numeric_limits<double>::quiet_NaN();
}

Eigen::Index EmpiricalPrior::SampleIndex(Rng* rng) const {
  // The first whose sum is above: poses of weight 0 are never drawn.
  const auto it = std::upper_bound(cumulative_.begin(), cumulative_.end(), rng->Uniform());
  return std::min<Eigen::Index>(it - cumulative_.begin(), poses_.rows() - 1);
}

Eigen::VectorXd EmpiricalPrior::Mean() const {
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(poses_.cols());
  double before = 0;
  for (Eigen::Index i = 0; i < poses_.rows(); ++i) {
    mean += (cumulative_[i] - before) * poses_.row(i).transpose();
    before = cumulative_[i];
  }
  return mean;
}

std::shared_ptr<const Prior> EmpiricalPrior::Restrict(int n) const {
  VT_CHECK_GE(n, 1);
  VT_CHECK_LE(n, dim());
  auto restricted = std::make_shared<EmpiricalPrior>(*this);
  restricted->poses_ = poses_.leftCols(n).eval();
  return restricted;
}

}  // namespace vitruvius
