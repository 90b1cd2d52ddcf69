#include "priors/gmm_prior.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "models/math/decompositions.h"
#include "models/util/check.h"

namespace vitruvius {

class GmmCost final : public ceres::CostFunction, public QuadraticTerm {
 public:
  GmmCost(const GmmPrior* prior, int body_pose_size, const double* weight)
      : prior_(prior),
        size_(body_pose_size),
        weight_(weight),
        difference_(prior->dim()),
        force_(prior->dim()) {
    VT_CHECK_GE(body_pose_size, prior->dim());
    set_num_residuals(prior->dim() + 1);
    mutable_parameter_block_sizes()->push_back(body_pose_size);
  }

  bool Evaluate(double const* const* parameters, double* residuals, double** jacobians) const override {
    const int dim = prior_->dim();
    if (!PickMode(parameters[0], nullptr)) return false;
    const GmmPrior::Component& mode = prior_->components_[mode_];
    Eigen::Map<Eigen::VectorXd> r(residuals, dim + 1);
    r.head(dim).noalias() = mode.precision_factor.triangularView<Eigen::Upper>() * difference_;
    r.head(dim) *= *weight_;
    r[dim] = *weight_ * std::sqrt(mode.constant);
    if (jacobians != nullptr && jacobians[0] != nullptr) {
      Eigen::Map<RowMajorMatrix> j(jacobians[0], dim + 1, size_);
      j.setZero();
      j.topLeftCorner(dim, dim) = *weight_ * mode.precision_factor;
    }
    return true;
  }

  double AddNormalEquations(const double* x, Eigen::Ref<Eigen::MatrixXd>* hessian,
                            Eigen::Ref<Eigen::VectorXd>* gradient) const override {
    if (*weight_ == 0) return 0;
    double energy;
    if (!PickMode(x, &energy)) return std::numeric_limits<double>::infinity();
    const double weight2 = *weight_ * *weight_;
    if (hessian != nullptr) {
      const int dim = prior_->dim();
      const GmmPrior::Component& mode = prior_->components_[mode_];
      force_.noalias() = mode.half_precision * difference_;
      gradient->head(dim) += weight2 * force_;
      hessian->topLeftCorner(dim, dim) += weight2 * mode.half_precision;
    }
    return 0.5 * weight2 * energy;
  }

 private:
  // Sets mode_ and difference_ = x - mean, and the energy |r|^2 at weight 1. The last mode is tried first:
  // components that cannot win are left after a few rows.
  bool PickMode(const double* x, double* energy) const {
    const int dim = prior_->dim();
    const Eigen::Map<const Eigen::VectorXd> pose(x, dim);
    const int num = static_cast<int>(prior_->components_.size());
    double best = std::numeric_limits<double>::infinity();
    int winner = -1;
    for (int i = 0; i < num; ++i) {
      const int k = i == 0 ? mode_ : i <= mode_ ? i - 1 : i;
      const GmmPrior::Component& component = prior_->components_[k];
      difference_.noalias() = pose - component.mean;
      double sum = component.constant;
      constexpr int kRowsBetweenChecks = 8;
      for (int row = 0; row < dim && sum < best;) {
        for (const int last = std::min(dim, row + kRowsBetweenChecks); row < last; ++row) {
          const double r =
              component.precision_factor.row(row).tail(dim - row).dot(difference_.tail(dim - row));
          sum += r * r;
        }
      }
      // Equal energies go to the lower number, whichever mode was tried first.
      if (sum < best || (sum == best && k < winner)) {
        best = sum;
        winner = k;
      }
    }
    if (winner < 0 || !std::isfinite(best)) return false;
    mode_ = winner;
    difference_.noalias() = pose - prior_->components_[winner].mean;
    if (energy != nullptr) *energy = best;
    return true;
  }

  const GmmPrior* prior_;
  int size_;
  const double* weight_;
  mutable int mode_ = 0;  // a hint for speed; never changes the result
  mutable Eigen::VectorXd difference_, force_;
};

GmmPrior::GmmPrior(std::string name, GaussianMixture mixture)
    : name_(std::move(name)), mixture_(std::move(mixture)) {
  const Eigen::Index num = mixture_.means.rows();
  dim_ = static_cast<int>(mixture_.means.cols());
  VT_CHECK_GT(num, 0);
  VT_CHECK_EQ(static_cast<Eigen::Index>(mixture_.covariances.size()), num);
  std::vector<double> half_log_determinant(num);
  for (Eigen::Index k = 0; k < num; ++k) {
    const Cholesky covariance(mixture_.covariances[k]);
    if (!covariance.ok()) {
      throw InputError(name_, StrCat("covars[", k, "]"), "is not positive definite");
    }
    Component component;
    component.mean = mixture_.means.row(k);
    const Eigen::MatrixXd precision =
        covariance.Solve(Eigen::MatrixXd(Eigen::MatrixXd::Identity(dim_, dim_)));
    component.half_precision = 0.25 * (precision + precision.transpose());
    const Eigen::MatrixXd factor = Cholesky(component.half_precision).upper();  // sqrt(1/2) L^T
    component.precision_factor = factor;
    half_log_determinant[k] = covariance.HalfLogDeterminant();
    component.log_density_constant =
        std::log(mixture_.weights[k]) - 0.5 * dim_ * std::log(2 * EIGEN_PI) - half_log_determinant[k];
    components_.push_back(std::move(component));
  }
  const double smallest = *std::min_element(half_log_determinant.begin(), half_log_determinant.end());
  for (Component& component : components_) {
    // In few dimensions the constant could be negative, and its root would not exist.
    component.constant = std::max(0.0, -(component.log_density_constant + smallest));
  }
}

std::unique_ptr<ceres::CostFunction> GmmPrior::MakeEnergy(int body_pose_size, const double* weight) const {
  return std::make_unique<GmmCost>(this, body_pose_size, weight);
}

double GmmPrior::NegativeLogLikelihood(const Eigen::VectorXd& pose) const {
  VT_CHECK_EQ(pose.size(), dim_);
  double best = std::numeric_limits<double>::infinity();
  for (const Component& component : components_) {
    const Eigen::VectorXd d = pose - component.mean;
    best = std::min(best, d.dot(component.half_precision * d) - component.log_density_constant);
  }
  return best;
}

Eigen::VectorXd GmmPrior::Mean() const { return mixture_.means.transpose() * mixture_.weights; }

std::vector<Eigen::VectorXd> GmmPrior::Modes() const {
  std::vector<int> order(components_.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return mixture_.weights[a] > mixture_.weights[b]; });
  std::vector<Eigen::VectorXd> modes;
  for (const int k : order) modes.push_back(components_[k].mean);
  return modes;
}

std::shared_ptr<const Prior> GmmPrior::Restrict(int n) const {
  return std::make_shared<GmmPrior>(name_, mixture_.Marginal(n));
}

}  // namespace vitruvius
