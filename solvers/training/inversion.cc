#include "solvers/training/inversion.h"

#include <cmath>

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "models/networks/parameters.h"
#include "models/util/check.h"
#include "solvers/training/flat_adam.h"

namespace vitruvius {
namespace {

// (..., J, 3) and (..., J, 3) metres to (...) millimetres. The root has no distance.
at::Tensor MeanDistances(const at::Tensor& a, const at::Tensor& b) {
  constexpr double kTiny = 1e-12;  // metres squared: keeps the slope of the root finite
  const double joints = static_cast<double>(a.size(-2) - 1);
  return ((a - b).square().sum(-1) + kTiny).sqrt().sum(-1) * (1000 / joints);
}

}  // namespace

void InversionOptions::Check() const {
  VT_CHECK_GT(starts, 0);
  VT_CHECK_GE(draws, starts);
  VT_CHECK_GT(steps, 0);
  VT_CHECK_GT(rate, 0);
}

at::Tensor InversionErrors(const LatentMap& map, const TorchBody& body, const at::Tensor& axis_angle,
                           const InversionOptions& options) {
  options.Check();
  const std::int64_t n = axis_angle.size(0), d = map.latent_dim;
  at::Tensor target, latent;
  {
    at::NoGradGuard no_grad;
    target = JointsOf(body, RotationsFromAxisAngle(axis_angle.view({n, -1, 3})));
    at::Generator generator = SeededGenerator(options.seed, 0);
    const at::Tensor drawn =
        SampleLatent(map.distribution, options.draws, d, generator).to(axis_angle.device());
    const at::Tensor distances =
        MeanDistances(target.unsqueeze(1), JointsOf(body, map.rotations(drawn)).unsqueeze(0));  // (n, draws)
    const at::Tensor best = std::get<1>(distances.topk(options.starts, 1, /*largest=*/false));
    latent = drawn.index_select(0, best.reshape({-1})).view({n, options.starts, d});
    if (map.encode) latent = at::cat({map.encode(axis_angle).view({n, 1, d}), latent}, 1);
  }
  const std::int64_t starts = latent.size(1);
  latent = latent.reshape({n * starts, d}).contiguous();
  const at::Tensor goal = target.repeat_interleave(starts, 0);
  // Numbers of a point on the unit sphere are small.
  const double unit =
      map.distribution == LatentDistribution::kSphere ? 1 / std::sqrt(static_cast<double>(d)) : 1;
  FlatAdam adam(latent, 0.9, 0.99);
  at::Tensor least;
  for (int step = 0; step <= options.steps; ++step) {
    const at::Tensor z = latent.detach().requires_grad_(true);
    const at::Tensor distances = MeanDistances(goal, JointsOf(body, map.rotations(z)));
    least = least.defined() ? at::minimum(least, distances.detach()) : distances.detach();
    if (step == options.steps) break;
    const at::Tensor gradient = torch::autograd::grad({distances.sum()}, {z})[0];
    const double progress = static_cast<double>(step) / options.steps;
    adam.Step(latent, gradient, options.rate * unit * std::pow(0.01, progress));
    at::NoGradGuard no_grad;
    latent.copy_(ProjectLatent(map.distribution, latent));
  }
  return least.view({n, starts}).amin(1).to(at::kCPU, at::kDouble);
}

}  // namespace vitruvius
