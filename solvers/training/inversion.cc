#include "solvers/training/inversion.h"

#include <cmath>

#include <ATen/core/grad_mode.h>

#include "models/networks/parameters.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// (..., J, 3) and (..., J, 3) metres to (...) millimetres. The root has no distance.
at::Tensor MeanDistances(const at::Tensor& a, const at::Tensor& b) {
  const auto joints = static_cast<double>(a.size(-2) - 1);
  return (a - b).norm(2, -1).sum(-1) * (1000 / joints);
}

// Many small least-squares problems at once, each with a damping of its own.
class Inverter {
 public:
  Inverter(const LatentMap& map, const TorchBody& body, at::Tensor goal)
      : map_(map),
        body_(body),
        goal_(std::move(goal)),
        // Numbers of a point on the unit sphere are small.
        unit_(map.distribution == LatentDistribution::kSphere
                  ? 1 / std::sqrt(static_cast<double>(map.latent_dim))
                  : 1) {}

  void Improve(int steps, at::Tensor* latent) const {
    constexpr double kFirstDamping = 1e-2, kLeastDamping = 1e-6, kMostDamping = 1e6;
    const std::int64_t n = latent->size(0), d = map_.latent_dim;
    at::Tensor points = Points(*latent), cost = Cost(points);
    at::Tensor damping = at::full({n}, kFirstDamping, latent->options());
    for (int step = 0; step < steps; ++step) {
      const at::Tensor residual = (points - goal_).reshape({n, -1, 1});
      const at::Tensor jacobian = Jacobian(*latent, points);  // (n, 3J, d)
      const at::Tensor transposed = jacobian.transpose(1, 2).contiguous();
      at::Tensor normal = transposed.matmul(jacobian);
      // Relative to the mean curvature, so that directions that change nothing (the radius of a sphere) stay.
      const at::Tensor scale = normal.diagonal(0, 1, 2).mean(1) + 1e-12;
      normal = normal + (damping * scale).view({n, 1, 1}) * at::eye(d, latent->options());
      // A matrix that rounding left without a root gives no step: that problem waits for more damping.
      const auto [root, failed] = at::linalg_cholesky_ex(normal);
      const at::Tensor move = at::cholesky_solve(transposed.matmul(residual), root).squeeze(-1);
      const at::Tensor step_taken = at::where(failed.eq(0).unsqueeze(1), move, at::zeros_like(move));
      const at::Tensor tried = ProjectLatent(map_.distribution, *latent - step_taken);
      const at::Tensor tried_points = Points(tried), tried_cost = Cost(tried_points);
      const at::Tensor better = tried_cost < cost;
      *latent = at::where(better.unsqueeze(1), tried, *latent);
      points = at::where(better.view({n, 1, 1}), tried_points, points);
      cost = at::where(better, tried_cost, cost);
      damping = at::where(better, damping * 0.3, damping * 5).clamp(kLeastDamping, kMostDamping);
    }
  }

  at::Tensor Errors(const at::Tensor& latent) const { return MeanDistances(Points(latent), goal_); }

 private:
  at::Tensor Points(const at::Tensor& latent) const { return JointsOf(body_, map_.rotations(latent)); }
  at::Tensor Cost(const at::Tensor& points) const { return (points - goal_).square().sum({1, 2}); }

  at::Tensor Jacobian(const at::Tensor& latent, const at::Tensor& points) const {
    const double step = 0.01 * unit_;
    const std::int64_t n = latent.size(0), d = map_.latent_dim;
    const at::Tensor moved = latent.unsqueeze(1) + step * at::eye(d, latent.options());  // (n, d, d)
    const at::Tensor there = Points(ProjectLatent(map_.distribution, moved.reshape({n * d, d})));
    return ((there.view({n, d, -1}) - points.reshape({n, 1, -1})) / step).transpose(1, 2).contiguous();
  }

  const LatentMap& map_;
  const TorchBody& body_;
  const at::Tensor goal_;
  const double unit_;
};

}  // namespace

void LatentSearchOptions::Check() const {
  VT_CHECK_GT(starts, 0);
  VT_CHECK_GE(draws, starts);
  VT_CHECK_GT(steps, 0);
}

at::Tensor InversionErrors(const LatentMap& map, const TorchBody& body, const at::Tensor& axis_angle,
                           const LatentSearchOptions& options) {
  options.Check();
  at::NoGradGuard no_grad;
  const std::int64_t n = axis_angle.size(0), d = map.latent_dim;
  const at::Tensor target = JointsOf(body, RotationsFromAxisAngle(axis_angle.view({n, -1, 3})));
  at::Generator generator = SeededGenerator(options.seed, 0);
  const at::Tensor drawn =
      SampleLatent(map.distribution, options.draws, d, generator).to(axis_angle.device());
  const at::Tensor distances =
      MeanDistances(target.unsqueeze(1), JointsOf(body, map.rotations(drawn)).unsqueeze(0));  // (n, draws)
  const at::Tensor best = std::get<1>(distances.topk(options.starts, 1, /*largest=*/false));
  at::Tensor latent = drawn.index_select(0, best.reshape({-1})).view({n, options.starts, d});
  if (map.encode) latent = at::cat({map.encode(axis_angle).view({n, 1, d}), latent}, 1);
  const std::int64_t starts = latent.size(1);
  latent = latent.reshape({n * starts, d}).contiguous();
  const Inverter inverter(map, body, target.repeat_interleave(starts, 0));
  inverter.Improve(options.steps, &latent);
  return inverter.Errors(latent).view({n, starts}).amin(1).to(at::kCPU, at::kDouble);
}

}  // namespace vitruvius
