#include "solvers/registration/inversion.h"

#include <algorithm>
#include <cmath>

#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr double kZero[3] = {0, 0, 0};
constexpr double kFirstDamping = 1e-3, kLeastDamping = 1e-12, kMostDamping = 1e8;
// A cost in m^2 below which nothing is left to find: 0.001 mm a point.
constexpr double kExactM2 = 1e-10;

// All joints, then vertices each as far as can be from those before.
PointSet SpreadPoints(const BodyModel& model, int num_surface_points) {
  PointSet points = PointSet::AllJoints(model);
  Eigen::VectorXd distance = Eigen::VectorXd::Constant(model.num_vertices(), 1e9);
  Eigen::Index next = 0;
  for (int i = 0; i < std::min(num_surface_points, model.num_vertices()); ++i) {
    points.AddVertex(static_cast<int>(next));
    distance = distance.cwiseMin(
        (model.v_template().rowwise() - model.v_template().row(next)).rowwise().squaredNorm());
    distance.maxCoeff(&next);
  }
  return points;
}

}  // namespace

void InversionOptions::Check() const {
  VT_CHECK_GE(candidates, 1);
  VT_CHECK_GE(starts, 1);
  VT_CHECK_GE(finalists, 1);
  VT_CHECK_GE(first_iterations, 1);
  VT_CHECK_GE(max_iterations, first_iterations);
  VT_CHECK_GE(num_surface_points, 0);
  VT_CHECK_GE(tolerance, 0.0);
}

LatentInverter::LatentInverter(std::shared_ptr<const BodyModel> model,
                               std::shared_ptr<const LatentPrior> prior, const InversionOptions& options)
    : model_(std::move(model)),
      prior_(std::move(prior)),
      options_(options),
      decoder_(prior_->MakeDecoder()),
      points_(model_, SpreadPoints(*model_, options.num_surface_points)),
      body_pose_(Eigen::VectorXd::Zero(3 * model_->num_body_joints())),
      betas_(Eigen::VectorXd::Zero(model_->num_betas())) {
  options_.Check();
  VT_CHECK_LE(prior_->dim(), body_pose_.size());
  Rng rng(options_.seed);
  for (int i = 0; i < options_.candidates; ++i) candidates_.push_back(prior_->SampleLatent(&rng));
  decoder_jacobian_.resize(prior_->dim(), prior_->latent_dim());
  residual_.resize(3 * points_.num_points());
}

double LatentInverter::Cost(const Eigen::VectorXd& z) {
  decoder_->Decode(z.data(), body_pose_.data());
  points_.Evaluate(kZero, body_pose_.data(), betas_.data(), kZero, false);
  return (points_.points() - target_).squaredNorm();
}

void LatentInverter::Linearize(const Eigen::VectorXd& z) {
  decoder_->DecodeWithJacobian(z.data(), body_pose_.data(), decoder_jacobian_.data());
  points_.Evaluate(kZero, body_pose_.data(), betas_.data(), kZero, true);
  Eigen::Map<MatrixX3d>(residual_.data(), points_.num_points(), 3) = points_.points() - target_;
  if (prior_->latent_space() == LatentSpace::kSphere)
    decoder_jacobian_ -= (decoder_jacobian_ * z).eval() * z.transpose();
  jacobian_.noalias() = points_.jacobian().middleCols(3, prior_->dim()) * decoder_jacobian_;
  hessian_.noalias() = jacobian_.transpose() * jacobian_;
  gradient_.noalias() = jacobian_.transpose() * residual_;
  if (prior_->latent_space() != LatentSpace::kBox) return;
  for (Eigen::Index i = 0; i < z.size(); ++i) {
    if (!((z[i] >= 1 && gradient_[i] < 0) || (z[i] <= -1 && gradient_[i] > 0))) continue;
    gradient_[i] = 0;
    hessian_.row(i).setZero();
    hessian_.col(i).setZero();
  }
}

void LatentInverter::Minimize(int max_iterations, State* state) {
  double damping = kFirstDamping;
  bool moved = true;
  for (int i = 0; i < max_iterations && state->cost > kExactM2; ++i) {
    if (moved) Linearize(state->z);
    damped_ = hessian_;
    const double scale = std::max(1e-12, hessian_.diagonal().maxCoeff());
    damped_.diagonal().array() += damping * scale;
    step_ = gradient_;
    if (cholesky_.Compute(damped_)) {
      cholesky_.SolveInPlace(&step_);
    } else {
      step_.setConstant(NAN);  // no such step: more damping
    }
    trial_ = state->z - step_;
    prior_->ProjectLatent(&trial_);
    const double cost = trial_.allFinite() ? Cost(trial_) : INFINITY;
    moved = cost < state->cost;
    if (moved) {
      const double fall = state->cost - cost;
      state->z = trial_;
      state->cost = cost;
      damping = std::max(kLeastDamping, 0.2 * damping);
      if (fall < options_.tolerance * cost) return;
    } else {
      damping *= 5;
      if (damping > kMostDamping) return;
    }
  }
}

Inversion LatentInverter::Invert(const Eigen::VectorXd& body_pose) {
  VT_CHECK_EQ(body_pose.size(), body_pose_.size());
  decoder_->Reset();
  body_pose_ = body_pose;
  points_.Evaluate(kZero, body_pose_.data(), betas_.data(), kZero, false);
  target_ = points_.points();

  std::vector<State> states;
  for (const Eigen::VectorXd& z : candidates_) states.push_back({z, Cost(z)});
  const auto cheaper = [](const State& a, const State& b) { return a.cost < b.cost; };
  const auto keep = [&](int count) {
    std::stable_sort(states.begin(), states.end(), cheaper);
    if (static_cast<int>(states.size()) > count) states.resize(static_cast<size_t>(count));
  };
  keep(options_.starts);
  Eigen::VectorXd encoded;
  if (prior_->Encode(body_pose.head(prior_->dim()), &encoded)) {
    prior_->ProjectLatent(&encoded);
    if (encoded.allFinite()) states.push_back({encoded, Cost(encoded)});
  }
  for (State& state : states) Minimize(options_.first_iterations, &state);
  keep(options_.finalists);
  for (State& state : states) Minimize(options_.max_iterations - options_.first_iterations, &state);
  keep(1);

  Inversion result;
  result.z = states[0].z;
  Cost(result.z);
  result.body_pose = body_pose_;
  const int num_joints = model_->num_joints();
  result.joints_mm = 1000 * (points_.points() - target_).topRows(num_joints).rowwise().norm().mean();
  return result;
}

}  // namespace vitruvius
