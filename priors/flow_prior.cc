#include "priors/flow_prior.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/math/angles.h"
#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// Under the root, whose slope would be infinite at zero.
constexpr double kEpsilon = 1e-6;

// The rows and columns of a network that a mask leaves.
std::shared_ptr<const CompiledNetwork<float>> Part(Network network, const std::vector<int>& passing,
                                                   const std::vector<int>& changing) {
  LinearLayer &first = network.layers.front(), &last = network.layers.back();
  first.weight = first.weight(Eigen::all, passing).eval();
  last.weight = last.weight(changing, Eigen::all).eval();
  last.bias = last.bias(changing).eval();
  return std::make_shared<CompiledNetwork<float>>(network);
}

}  // namespace

// All couplings, either way, for one thread.
class CouplingChain {
 public:
  enum class Direction { kFromLatent, kToLatent };

  CouplingChain(const std::vector<CompiledCoupling>& couplings, int dim)
      : couplings_(couplings), values_(dim), jacobian_(dim, dim), sum_s_slope_(dim) {
    for (const CompiledCoupling& coupling : couplings) {
      networks_.push_back({NetworkEvaluator<float>(coupling.s), NetworkEvaluator<float>(coupling.t)});
    }
    passing_.resize(dim);
    s_.resize(dim);
    gain_.resize(dim);
    of_s_.resize(dim);
    of_t_.resize(dim);
    factor_.resize(dim, dim);
    passing_rows_.resize(dim, dim);
    changed_rows_.resize(dim, dim);
  }

  // Replaces values() by their image, sum_s() by its sum, and where asked jacobian() and sum_s_slope() by the
  // derivatives of both with respect to what values() held.
  void Run(Direction direction, bool with_jacobian) {
    sum_s_ = 0;
    if (with_jacobian) {
      jacobian_.setIdentity();
      sum_s_slope_.setZero();
    }
    const int num = static_cast<int>(couplings_.size());
    for (int i = 0; i < num; ++i) {
      const int c = direction == Direction::kFromLatent ? i : num - 1 - i;
      Step(couplings_[c], &networks_[c], direction, with_jacobian);
    }
  }
  void Reset() {
    for (Networks& networks : networks_) {
      networks.s.Reset();
      networks.t.Reset();
    }
  }

  Eigen::VectorXd& values() { return values_; }
  double sum_s() const { return sum_s_; }
  const Eigen::MatrixXf& jacobian() const { return jacobian_; }
  const Eigen::RowVectorXf& sum_s_slope() const { return sum_s_slope_; }

 private:
  struct Networks {
    NetworkEvaluator<float> s, t;
  };

  void Step(const CompiledCoupling& coupling, Networks* networks, Direction direction, bool with_jacobian) {
    const auto num_passing = static_cast<Eigen::Index>(coupling.passing.size()),
               num_changing = static_cast<Eigen::Index>(coupling.changing.size());
    for (Eigen::Index i = 0; i < num_passing; ++i) passing_[i] = values_[coupling.passing[i]];
    const Eigen::VectorXf &s_before_tanh = networks->s.Evaluate(passing_.data()),
                          &t = networks->t.Evaluate(passing_.data());
    for (Eigen::Index i = 0; i < num_changing; ++i) {
      double& x = values_[coupling.changing[i]];
      const double s = std::tanh(static_cast<double>(s_before_tanh[i])), s_slope = 1 - s * s;
      sum_s_ += s;
      s_[i] = static_cast<float>(s_slope);
      double gain, of_s;  // d x = gain d x + of_s d s_before_tanh + of_t d t
      if (direction == Direction::kFromLatent) {
        gain = std::exp(s);
        of_s = x * gain * s_slope;
        of_t_[i] = 1;
        x = x * gain + t[i];
      } else {
        gain = std::exp(-s);
        x = (x - t[i]) * gain;
        of_s = -x * s_slope;
        of_t_[i] = static_cast<float>(-gain);
      }
      gain_[i] = static_cast<float>(gain);
      of_s_[i] = static_cast<float>(of_s);
    }
    if (!with_jacobian) return;
    const Eigen::MatrixXf &s_jacobian = networks->s.Jacobian(), &t_jacobian = networks->t.Jacobian();
    auto factor = factor_.topLeftCorner(num_changing, num_passing);
    auto passing_rows = passing_rows_.topRows(num_passing);
    auto changed_rows = changed_rows_.topRows(num_changing);
    for (Eigen::Index i = 0; i < num_passing; ++i) passing_rows.row(i) = jacobian_.row(coupling.passing[i]);
    factor = s_jacobian.array().colwise() * s_.head(num_changing).array();
    sum_s_slope_.noalias() += factor.colwise().sum() * passing_rows;
    factor = (s_jacobian.array().colwise() * of_s_.head(num_changing).array()).matrix();
    factor += (t_jacobian.array().colwise() * of_t_.head(num_changing).array()).matrix();
    changed_rows.noalias() = factor * passing_rows;
    for (Eigen::Index i = 0; i < num_changing; ++i) {
      auto row = jacobian_.row(coupling.changing[i]);
      row = gain_[i] * row + changed_rows.row(i);
    }
  }

  const std::vector<CompiledCoupling>& couplings_;
  std::vector<Networks> networks_;
  Eigen::VectorXd values_, passing_;
  double sum_s_ = 0;
  Eigen::MatrixXf jacobian_;
  Eigen::RowVectorXf sum_s_slope_;
  Eigen::VectorXf s_, gain_, of_s_, of_t_;
  Eigen::MatrixXf factor_, passing_rows_, changed_rows_;
};

class FlowDecoder final : public PoseDecoder {
 public:
  explicit FlowDecoder(const FlowPrior* prior)
      : prior_(prior), chain_(prior->couplings_, prior->latent_dim()), numbers_(prior->latent_dim()) {}

  void Decode(const double* z, double* pose) override { Run(z, pose, nullptr); }
  void DecodeWithJacobian(const double* z, double* pose, double* jacobian) override {
    Run(z, pose, jacobian);
  }
  void Reset() override { chain_.Reset(); }

 private:
  void Run(const double* z, double* pose, double* jacobian) {
    const int size = prior_->latent_dim(), dim = prior_->dim();
    chain_.values() = Eigen::Map<const Eigen::VectorXd>(z, size);
    chain_.Run(CouplingChain::Direction::kFromLatent, jacobian != nullptr);
    numbers_ = prior_->data_mean_ + prior_->data_scale_.cwiseProduct(chain_.values());
    std::fill_n(pose, dim, 0.0);
    if (jacobian != nullptr) std::fill_n(jacobian, static_cast<size_t>(dim) * size, 0.0);
    for (size_t i = 0; i < prior_->joints_.size(); ++i) {
      const int place = 3 * (prior_->joints_[i] - 1), from = 3 * static_cast<int>(i);
      if (place >= dim) continue;
      const Vector3d w = numbers_.segment<3>(from);
      Eigen::Map<Vector3d>(pose + place) = WrapAxisAngle(w);
      if (jacobian == nullptr) continue;
      const Matrix3d factor = WrapAxisAngleJacobian(w) * prior_->data_scale_.segment<3>(from).asDiagonal();
      Eigen::Map<RowMatrixXd> rows(jacobian + static_cast<size_t>(place) * size, 3, size);
      for (int c = 0; c < size; ++c) {
        const Vector3d column = chain_.jacobian().col(c).segment<3>(from).cast<double>();
        rows.col(c) = factor * column;
      }
    }
  }

  const FlowPrior* prior_;
  CouplingChain chain_;
  Eigen::VectorXd numbers_;
};

class FlowEnergy final : public ceres::CostFunction {
 public:
  FlowEnergy(const FlowPrior* prior, int body_pose_size, const double* weight)
      : prior_(prior),
        size_(body_pose_size),
        weight_(weight),
        chain_(prior->couplings_, prior->latent_dim()) {
    VT_CHECK_GE(body_pose_size, prior->dim());
    set_num_residuals(prior->latent_dim() + 1);
    mutable_parameter_block_sizes()->push_back(body_pose_size);
  }

  bool Evaluate(double const* const* parameters, double* residuals, double** jacobians) const override {
    const int dim = prior_->latent_dim();
    prior_->ToNumbers(parameters[0], &chain_.values());
    const bool with_jacobian = jacobians != nullptr && jacobians[0] != nullptr;
    // The same pose gives the same bits, whatever was evaluated before.
    chain_.Reset();
    chain_.Run(CouplingChain::Direction::kToLatent, with_jacobian);
    const double energy = prior_->num_s_ + chain_.sum_s() + kEpsilon;
    if (!chain_.values().allFinite() || !(energy > 0)) return false;
    const double root = std::sqrt(energy), scale = *weight_ * M_SQRT1_2;
    Eigen::Map<Eigen::VectorXd>(residuals, dim) = scale * chain_.values();
    residuals[dim] = *weight_ * root;
    if (!with_jacobian) return true;
    Eigen::Map<RowMatrixXd> jacobian(jacobians[0], dim + 1, size_);
    jacobian.setZero();
    for (int i = 0; i < dim; ++i) {
      const double per_radian = 1 / prior_->data_scale_[i];
      auto column = jacobian.col(3 * (prior_->joints_[i / 3] - 1) + i % 3);
      column.head(dim) = scale * per_radian * chain_.jacobian().col(i).cast<double>();
      column[dim] = *weight_ * per_radian * chain_.sum_s_slope()[i] / (2 * root);
    }
    return jacobian.allFinite();
  }

 private:
  const FlowPrior* prior_;
  int size_;
  const double* weight_;
  mutable CouplingChain chain_;
};

FlowPrior::FlowPrior(std::string name, const FlowWeights& weights)
    : name_(std::move(name)),
      family_(weights.family),
      dim_(kLearnedPriorDim),
      joints_(weights.joints),
      data_mean_(weights.data_mean),
      data_scale_(weights.data_scale),
      log_scale_(weights.data_scale.array().log().sum()),
      origin_(weights.origin) {
  const int dim = static_cast<int>(data_mean_.size());
  VT_CHECK_EQ(dim, 3 * static_cast<int>(joints_.size()));
  for (const Coupling& coupling : weights.couplings) {
    VT_CHECK_EQ(static_cast<int>(coupling.mask.size()), dim);
    CompiledCoupling compiled;
    for (int i = 0; i < dim; ++i) (coupling.mask[i] ? compiled.passing : compiled.changing).push_back(i);
    compiled.s = Part(coupling.s, compiled.passing, compiled.changing);
    compiled.t = Part(coupling.t, compiled.passing, compiled.changing);
    num_s_ += static_cast<int>(compiled.changing.size());
    couplings_.push_back(std::move(compiled));
  }
  mean_ = MeanOfSamples(*this);
}

void FlowPrior::ToNumbers(const double* pose, Eigen::VectorXd* numbers) const {
  for (size_t i = 0; i < joints_.size(); ++i) {
    const int to = 3 * static_cast<int>(i);
    numbers->segment<3>(to) = Eigen::Map<const Vector3d>(pose + 3 * (joints_[i] - 1));
  }
  *numbers = (*numbers - data_mean_).cwiseQuotient(data_scale_);
}

std::unique_ptr<ceres::CostFunction> FlowPrior::MakeEnergy(int body_pose_size, const double* weight) const {
  if (!covers_all_) return nullptr;
  return std::make_unique<FlowEnergy>(this, body_pose_size, weight);
}

double FlowPrior::NegativeLogLikelihood(const Eigen::VectorXd& pose) const {
  VT_CHECK_EQ(pose.size(), dim_);
  if (!covers_all_) return std::numeric_limits<double>::quiet_NaN();
  CouplingChain chain(couplings_, latent_dim());
  ToNumbers(pose.data(), &chain.values());
  chain.Run(CouplingChain::Direction::kToLatent, false);
  return 0.5 * chain.values().squaredNorm() + 0.5 * latent_dim() * std::log(2 * kPi) + chain.sum_s() +
         log_scale_;
}

bool FlowPrior::Encode(const Eigen::VectorXd& pose, Eigen::VectorXd* z) const {
  VT_CHECK_EQ(pose.size(), dim_);
  if (!covers_all_) return false;
  CouplingChain chain(couplings_, latent_dim());
  ToNumbers(pose.data(), &chain.values());
  chain.Run(CouplingChain::Direction::kToLatent, false);
  *z = chain.values();
  return true;
}

std::shared_ptr<const Prior> FlowPrior::Restrict(int n) const {
  VT_CHECK(n > 0 && n <= dim_ && n % 3 == 0);
  auto part = std::make_shared<FlowPrior>(*this);
  part->dim_ = n;
  for (const int joint : joints_) part->covers_all_ = part->covers_all_ && 3 * joint <= n;
  return part;
}

std::unique_ptr<PoseDecoder> FlowPrior::MakeDecoder() const { return std::make_unique<FlowDecoder>(this); }

}  // namespace vitruvius
