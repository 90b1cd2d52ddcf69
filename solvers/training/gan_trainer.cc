// Adversarial training of a pose generator.
#include <ATen/core/grad_mode.h>

#include "models/networks/pose_networks.h"
#include "models/util/check.h"
#include "solvers/training/adversarial_loss.h"
#include "solvers/training/flat_adam.h"
#include "solvers/training/prior_trainer.h"
#include "solvers/training/tensor_arrays.h"

namespace vitruvius {
namespace {

LatentDistribution DistributionOf(PriorFamily family) {
  return family == PriorFamily::kGanS   ? LatentDistribution::kSphere
         : family == PriorFamily::kGanU ? LatentDistribution::kBox
                                        : LatentDistribution::kNormal;
}

class GanTrainer : public PriorTrainer {
 public:
  GanTrainer(const TrainingOptions& options, const TrainingPoses& poses)
      : options_(options),
        poses_(poses),
        device_(poses.axis_angle.device()),
        distribution_(DistributionOf(options.family)),
        size_{options.latent_dim, options.hidden, poses.rotations.size(1), options.betas},
        generator_(size_, device_),
        average_(size_, device_),
        discriminator_(size_, device_),
        generator_adam_(generator_.parameters().flat(), options.beta1, options.beta2),
        discriminator_adam_(discriminator_.parameters().flat(), options.beta1, options.beta2) {
    generator_.parameters().Initialise(options.seed);
    discriminator_.parameters().Initialise(options.seed + 1);
    average_.parameters().flat().detach().copy_(generator_.parameters().flat());
  }

  std::vector<std::string> loss_names() const override {
    return {"discriminator", "generator", "d_real", "d_fake"};
  }

  at::Tensor Step(std::int64_t step) override {
    at::Generator random = SeededGenerator(options_.seed, static_cast<std::uint64_t>(step) + 1);
    const double rate = options_.learning_rate * RateAt(step, options_.steps);
    const int rounds = options_.discriminator_steps;
    const std::int64_t batch = options_.batch;

    // The generator stands still while the discriminator learns: all its poses are made in one go.
    PoseGenerator::Output fake;
    Real real;
    {
      at::NoGradGuard no_grad;
      fake = generator_.Forward(Latents(rounds * batch, random));
      real = DrawReal(rounds * batch, random);
    }
    at::Tensor d_loss, d_real, d_fake;
    for (int round = 0; round < rounds; ++round) {
      const auto pair = [&](const at::Tensor& a, const at::Tensor& b) {
        if (!a.defined()) return a;
        return at::cat({a.narrow(0, round * batch, batch), b.narrow(0, round * batch, batch)});
      };
      const at::Tensor output =
          discriminator_.Forward(pair(real.rotations, fake.rotations), pair(real.betas, fake.betas));
      d_real = output.narrow(0, 0, batch);
      d_fake = output.narrow(0, batch, batch);
      d_loss = DiscriminatorLoss(options_.loss, d_real, d_fake);
      discriminator_adam_.Step(discriminator_.parameters().flat(),
                               FlatGradient(d_loss, discriminator_.parameters()), rate);
      if (options_.updated) options_.updated("discriminator");
    }

    const at::Tensor latent = Latents(batch, random);
    const PoseGenerator::Output made = generator_.Forward(latent);
    const at::Tensor g_loss =
        GeneratorLoss(options_.loss, discriminator_.Forward(made.rotations, made.betas));
    const bool smooth = options_.path_length > 0 && step % options_.path_length_every == 0;
    const at::Tensor total =
        smooth ? g_loss + options_.path_length * PathLengthVariance(latent, made.rotations, random) : g_loss;
    generator_adam_.Step(generator_.parameters().flat(), FlatGradient(total, generator_.parameters()), rate);
    if (options_.updated) options_.updated("generator");
    at::NoGradGuard no_grad;
    average_.parameters().flat().detach().lerp_(generator_.parameters().flat(), 1 - options_.average);
    return at::stack({d_loss, g_loss, d_real.mean(), d_fake.mean()}).detach();
  }

  LatentMap Map() override {
    return {distribution_, options_.latent_dim,
            [this](const at::Tensor& latent) { return average_.Forward(latent).rotations; }, nullptr};
  }

  Tensors State() override {
    Tensors state = {{"generator", generator_.parameters().flat()},
                     {"discriminator", discriminator_.parameters().flat()}};
    state.merge(Weights());
    state.merge(generator_adam_.State("generator_adam"));
    state.merge(discriminator_adam_.State("discriminator_adam"));
    return state;
  }
  Tensors Weights() override { return {{"average", average_.parameters().flat()}}; }

  std::map<std::string, NpyArray> PriorArrays() override {
    std::map<std::string, NpyArray> arrays;
    const ParameterSet& parameters = average_.parameters();
    AddDescription(FamilyName(options_.family), LatentName(distribution_), options_.latent_dim,
                   PoseGenerator::kLeakySlope, &arrays);
    arrays["rotation"] = NpyArray::FromString("6d_interleaved");
    AddLayers("decoder_",
              {parameters.layer("bodyprior_dec_fc1"), parameters.layer("bodyprior_dec_fc2"),
               parameters.layer("bodyprior_dec_out")},
              {1, 1, 0}, &arrays);
    if (options_.betas > 0) {
      const Layer shape = parameters.layer("shape_dec_out");
      arrays["shape_weight"] = ArrayOf(shape.weight);
      arrays["shape_bias"] = ArrayOf(shape.bias);
    }
    return arrays;
  }

 private:
  struct Real {
    at::Tensor rotations, betas;
  };
  at::Tensor Latents(std::int64_t count, const at::Generator& random) const {
    return SampleLatent(distribution_, count, options_.latent_dim, random).to(device_);
  }
  // Motion capture has no shapes: those of a body model's own coordinates, N(0, I), stand in, one a pose.
  Real DrawReal(std::int64_t count, const at::Generator& random) const {
    Real real = {poses_.DrawBatch(count, options_.recombine, random).rotations, {}};
    if (options_.betas > 0) {
      real.betas = at::randn({count, options_.betas}, random, at::TensorOptions(at::kFloat)).to(device_);
    }
    return real;
  }

  // How unevenly the pose moves when the latent does: the variance over the batch of log |G(z + eps u) -
  // G(z)|, u a random direction along the latent space.
  at::Tensor PathLengthVariance(const at::Tensor& latent, const at::Tensor& rotations, at::Generator random) {
    constexpr double kStep = 0.02, kShortest = 1e-12;
    const std::int64_t n = latent.size(0);
    at::Tensor along = at::randn({n, latent.size(1)}, random, at::TensorOptions(at::kFloat)).to(device_);
    if (distribution_ == LatentDistribution::kSphere) along = along - (along * latent).sum(1, true) * latent;
    along = along / along.norm(2, 1, true);
    const at::Tensor moved =
        generator_.Forward(ProjectLatent(distribution_, latent + kStep * along)).rotations;
    const at::Tensor squared = (moved - rotations).square().reshape({n, -1}).sum(1) + kShortest;
    return (0.5 * squared.log()).var();
  }

  const TrainingOptions options_;
  const TrainingPoses& poses_;
  const at::Device device_;
  const LatentDistribution distribution_;
  const PoseNetworkSize size_;
  PoseGenerator generator_, average_;
  PoseDiscriminator discriminator_;
  FlatAdam generator_adam_, discriminator_adam_;
};

}  // namespace

std::unique_ptr<PriorTrainer> MakeGanTrainer(const TrainingOptions& options, const TrainingPoses& poses) {
  return std::make_unique<GanTrainer>(options, poses);
}

}  // namespace vitruvius
