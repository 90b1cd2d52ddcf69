// Training of a RealNVP flow by maximum likelihood.
//
// Poses of few people lie on a thin set, whose likelihood has no bound: every pose stands for a small ball
// around itself, N(x, noise^2 I), as in the Gaussian mixtures (priors/gmm_fit.h).
#include <ATen/core/grad_mode.h>

#include "models/networks/pose_flow.h"
#include "solvers/training/flat_adam.h"
#include "solvers/training/prior_trainer.h"
#include "solvers/training/tensor_arrays.h"

namespace vitruvius {
namespace {

struct Moments {
  at::Tensor mean, scale;
};

Moments WeightedMoments(const TrainingPoses& poses, double noise_rad) {
  const at::Tensor sums = poses.rows.cumulative();
  const at::Tensor weights = at::diff(sums, 1, 0, at::zeros({1}, sums.options())).unsqueeze(1);
  const at::Tensor x = poses.axis_angle.to(at::kCPU, at::kDouble);
  const at::Tensor mean = (weights * x).sum(0);
  const at::Tensor variance = (weights * (x - mean).square()).sum(0) + noise_rad * noise_rad;
  constexpr double kSmallest = 1e-3;  // radians: without noise, a number that never moves
  return {mean.to(at::kFloat), variance.sqrt().clamp_min(kSmallest).to(at::kFloat)};
}

class FlowTrainer : public PriorTrainer {
 public:
  FlowTrainer(const TrainingOptions& options, const TrainingPoses& poses)
      : options_(options),
        poses_(poses),
        size_{poses.axis_angle.size(1), options.hidden, options.couplings},
        moments_(WeightedMoments(poses, options.noise_rad)),
        flow_(size_, moments_.mean, moments_.scale, options.seed, poses.axis_angle.device()),
        average_(size_, moments_.mean, moments_.scale, options.seed, poses.axis_angle.device()),
        adam_(flow_.parameters().flat(), options.beta1, options.beta2) {
    flow_.parameters().Initialise(options.seed);
    average_.parameters().flat().detach().copy_(flow_.parameters().flat());
  }

  std::vector<std::string> loss_names() const override { return {"nats"}; }

  at::Tensor Step(std::int64_t step) override {
    constexpr double kLongest = 100;  // of a gradient
    at::Generator random = SeededGenerator(options_.seed, static_cast<std::uint64_t>(step) + 1);
    const at::Tensor pose =
        Blurred(poses_.DrawBatch(options_.batch, options_.recombine, random).axis_angle, random);
    const at::Tensor loss = flow_.NegativeLogLikelihood(pose).mean();
    at::Tensor gradient = FlatGradient(loss, flow_.parameters());
    gradient = gradient * (kLongest / gradient.norm().clamp_min(kLongest));
    adam_.Step(flow_.parameters().flat(), gradient, options_.learning_rate * RateAt(step, options_.steps));
    if (options_.updated) options_.updated("flow");
    at::NoGradGuard no_grad;
    average_.parameters().flat().detach().lerp_(flow_.parameters().flat(), 1 - options_.average);
    return loss.detach().reshape({1});
  }

  LatentMap Map() override {
    return {LatentDistribution::kNormal, size_.dim,
            [this](const at::Tensor& latent) {
              return RotationsFromAxisAngle(average_.Decode(latent).view({latent.size(0), -1, 3}));
            },
            [this](const at::Tensor& axis_angle) { return average_.Encode(axis_angle).latent; }};
  }

  // Of blurred poses, as in training: what is zero in all validation poses would look better the thinner the
  // density is.
  double Validate(const TrainingPoses& validation, const TorchBody&, const TrainingOptions&) override {
    at::NoGradGuard no_grad;
    at::Generator random = SeededGenerator(options_.seed, 0);
    constexpr std::int64_t kCopies = 8;
    const at::Tensor rows =
        at::arange(validation.size(), at::kLong).repeat({kCopies}).to(poses_.axis_angle.device());
    return average_.NegativeLogLikelihood(Blurred(validation.axis_angle.index_select(0, rows), random))
        .mean()
        .item<double>();
  }
  std::string validation_name() const override { return "nats_val"; }

  Tensors State() override {
    Tensors state = {{"flow", flow_.parameters().flat()}};
    state.merge(Weights());
    state.merge(adam_.State("adam"));
    return state;
  }
  Tensors Weights() override { return {{"average", average_.parameters().flat()}}; }

  std::map<std::string, NpyArray> PriorArrays() override {
    std::map<std::string, NpyArray> arrays;
    AddDescription(FamilyName(options_.family), LatentName(LatentDistribution::kNormal), size_.dim,
                   PoseFlow::kLeakySlope, &arrays);
    arrays["data_mean"] = ArrayOf(average_.mean());
    arrays["data_scale"] = ArrayOf(average_.scale());
    arrays["flow_mask"] = ArrayOf(average_.masks().to(at::kChar));
    for (std::int64_t c = 0; c < size_.couplings; ++c) {
      for (const char network : {'s', 't'}) {
        for (int k = 0; k < 3; ++k) {
          const Layer layer = average_.parameters().layer(PoseFlow::LayerName(network, c, k));
          const std::string prefix = std::string("flow_") + network + "_";
          const std::string suffix = "_" + std::to_string(c) + "_" + std::to_string(k);
          arrays[prefix + "weight" + suffix] = ArrayOf(layer.weight);
          arrays[prefix + "bias" + suffix] = ArrayOf(layer.bias);
        }
      }
    }
    return arrays;
  }

 private:
  at::Tensor Blurred(const at::Tensor& pose, at::Generator random) const {
    const at::Tensor noise = at::randn(pose.sizes(), random, at::TensorOptions(at::kFloat)).to(pose.device());
    return pose + options_.noise_rad * noise;
  }

  const TrainingOptions options_;
  const TrainingPoses& poses_;
  const PoseFlowSize size_;
  const Moments moments_;
  PoseFlow flow_, average_;
  FlatAdam adam_;
};

}  // namespace

std::unique_ptr<PriorTrainer> MakeFlowTrainer(const TrainingOptions& options, const TrainingPoses& poses) {
  return std::make_unique<FlowTrainer>(options, poses);
}

}  // namespace vitruvius
