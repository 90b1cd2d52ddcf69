#include "solvers/deform_and_learn/adam_registration.h"

#include <cmath>

#include <torch/csrc/autograd/autograd.h>

#include "models/networks/torch_segments.h"
#include "models/util/check.h"
#include "priors/joint_limits.h"
#include "solvers/problem/segment_problem.h"

namespace vitruvius {
namespace {

// Of all people: where points should be, and the square roots of what their distances count.
struct Targets {
  at::Tensor position;  // (N, P, 3)
  at::Tensor weight;    // (N, P, 3)
};

Targets TargetsOf(const std::vector<SegmentView>& views, std::int64_t points, const TermWeights& weights,
                  bool mean_data) {
  const auto rows = static_cast<std::int64_t>(views.size());
  Targets targets = {at::zeros({rows, points, 3}), at::zeros({rows, points, 3})};
  for (std::int64_t n = 0; n < rows; ++n) {
    const SegmentView& view = views[n];
    std::vector<PlanarTarget> own = view.targets;
    if (mean_data) WeighAsMeans(view.torso.size(), &own);
    for (size_t p = 0; p < own.size(); ++p) {
      const std::int64_t at = 3 * (n * points + static_cast<std::int64_t>(p));
      const double data = p < view.torso.size() ? weights.reprojection : weights.dense;
      for (int axis = 0; axis < 3; ++axis) {
        const double weight = axis == 2 ? weights.keypoint_depth * own[p].depth_weight : data * own[p].weight;
        targets.position.data_ptr<float>()[at + axis] = static_cast<float>(own[p].position[axis]);
        targets.weight.data_ptr<float>()[at + axis] = static_cast<float>(weight);
      }
    }
  }
  return targets;
}

at::Tensor Row(const double* values, std::int64_t count) {
  return at::from_blob(const_cast<double*>(values), {1, count}, at::kDouble).to(at::kFloat);
}

TorchSegments::Parameters Stacked(const std::vector<SegmentParameters>& starts) {
  std::vector<at::Tensor> rows[4];
  for (const SegmentParameters& start : starts) {
    rows[0].push_back(Row(start.angles.data(), start.angles.size()));
    rows[1].push_back(Row(start.scales.data(), start.scales.size()));
    rows[2].push_back(Row(start.rotation.data(), 9));
    rows[3].push_back(Row(start.camera.data(), 3));
  }
  TorchSegments::Parameters stacked = {at::cat(rows[0]), at::cat(rows[1]), at::cat(rows[2]),
                                       at::cat(rows[3])};
  for (at::Tensor parameter : stacked.All()) parameter.requires_grad_(true);
  return stacked;
}

// (N): 1/2 sum of squares of each person.
class Objective {
 public:
  Objective(const BodyModel& model, const std::vector<SegmentView>& views, const RecipeStage& stage,
            bool mean_data)
      : body_(model, PointsOf(views), at::kFloat), weights_(stage.weights) {
    targets_ = TargetsOf(views, body_.num_points(), weights_, mean_data);
    std::vector<std::int64_t> parents(model.parents().begin() + 1, model.parents().end());
    parents_ = at::tensor(parents, at::kLong);
    std::vector<std::int64_t> hinges;
    std::vector<float> signs;
    for (const Hinge& hinge : Hinges()) {
      const int joint = model.JointIndex(hinge.joint);
      if (joint < 1) continue;
      hinges.push_back(3 * (joint - 1) + hinge.axis);
      signs.push_back(static_cast<float>(hinge.sign));
    }
    hinges_ = at::tensor(hinges, at::kLong);
    signs_ = at::tensor(signs);
  }

  at::Tensor Costs(const TorchSegments::Parameters& p) const {
    const auto squares = [](const at::Tensor& r, double weight) {
      return weight * weight * (r * r).flatten(1).sum(1);
    };
    at::Tensor sum = squares((body_.Forward(p) - targets_.position) * targets_.weight, 1);
    sum = sum + squares(p.angles, weights_.angles);
    sum = sum + squares((p.angles.index_select(1, hinges_) * signs_).exp(), weights_.hinge);
    sum = sum + squares(p.scales.slice(1, 1) - p.scales.index_select(1, parents_), weights_.segment_scales);
    sum = sum + squares(p.scales.mean(1, true) - 1, weights_.segment_mean);
    const at::Tensor r = p.rotation.reshape({-1, 3, 3});
    const at::Tensor det = (r.select(1, 0) * at::cross(r.select(1, 1), r.select(1, 2), 1)).sum(1);
    sum = sum + squares((-0.5 * det).clamp_max(5).exp().unsqueeze(1), weights_.determinant);
    return 0.5 * sum;
  }

 private:
  static std::vector<PointSet> PointsOf(const std::vector<SegmentView>& views) {
    std::vector<PointSet> points;
    for (const SegmentView& view : views) points.push_back(view.points);
    return points;
  }
  TorchSegments body_;
  TermWeights weights_;
  Targets targets_;
  at::Tensor parents_, hinges_, signs_;
};

std::vector<double> Doubles(const at::Tensor& values) {
  const at::Tensor copy = values.detach().to(at::kDouble).contiguous();
  return {copy.data_ptr<double>(), copy.data_ptr<double>() + copy.numel()};
}

}  // namespace

void AdamOptions::Check() const {
  VT_CHECK_GT(rate, 0.0);
  VT_CHECK_GE(steps, 0);
}

AdamRegistration RegisterWithAdam(const BodyModel& model, const std::vector<SegmentView>& views,
                                  const std::vector<SegmentParameters>& starts, const RecipeStage& stage,
                                  bool mean_data, const AdamOptions& options) {
  options.Check();
  VT_CHECK_EQ(views.size(), starts.size());
  VT_CHECK(!views.empty());
  VT_CHECK(stage.weights.bone_ratio == 0 && stage.weights.bone_symmetry == 0 &&
           std::isinf(stage.robust_sigma));
  const Objective objective(model, views, stage, mean_data);
  const TorchSegments::Parameters moving = Stacked(starts);
  const std::vector<at::Tensor> all = moving.All();
  std::vector<at::Tensor> mean, square;
  for (const at::Tensor& parameter : all) {
    mean.push_back(at::zeros_like(parameter));
    square.push_back(at::zeros_like(parameter));
  }
  constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;
  AdamRegistration found;
  for (int step = 1; step <= options.steps; ++step) {
    const at::Tensor costs = objective.Costs(moving);
    if (step == 1) found.first_cost = Doubles(costs);
    const std::vector<at::Tensor> gradients = torch::autograd::grad({costs.sum()}, all);
    const at::NoGradGuard no_gradient;
    const double unbias1 = 1 - std::pow(kBeta1, step), unbias2 = 1 - std::pow(kBeta2, step);
    for (size_t i = 0; i < all.size(); ++i) {
      mean[i].mul_(kBeta1).add_(gradients[i], 1 - kBeta1);
      square[i].mul_(kBeta2).addcmul_(gradients[i], gradients[i], 1 - kBeta2);
      at::Tensor parameter = all[i];
      parameter.addcdiv_(mean[i], (square[i] / unbias2).sqrt_().add_(kEpsilon), -options.rate / unbias1);
    }
  }
  const at::NoGradGuard no_gradient;
  found.last_cost = Doubles(objective.Costs(moving));
  if (found.first_cost.empty()) found.first_cost = found.last_cost;
  std::vector<std::vector<double>> numbers;
  for (const at::Tensor& parameter : all) numbers.push_back(Doubles(parameter));
  for (size_t n = 0; n < starts.size(); ++n) {
    SegmentParameters own = starts[n];
    const auto row = [&](size_t i, Eigen::Index size) {
      return Eigen::Map<const Eigen::VectorXd>(numbers[i].data() + static_cast<Eigen::Index>(n) * size, size);
    };
    own.angles = row(0, own.angles.size());
    own.scales = row(1, own.scales.size());
    own.rotation = Eigen::Map<const RowMatrix3d>(row(2, 9).data());
    own.camera = row(3, 3);
    found.parameters.push_back(own);
  }
  return found;
}

}  // namespace vitruvius
