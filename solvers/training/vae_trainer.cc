// Training of a variational autoencoder of poses.
//
// Loss of a pose, means over the batch, J joints, metres and radians:
//   J (joint_weight mean |d joint| + mesh_weight mean |d surface point| + rotation_weight mean angle)
//   + kl_weight KL(q(z | pose) || N(0, I)).
// VPoser 2 (human_body_prior) has the mesh for all of the training and joints and angles at its beginning
// only; on few poses joints and angles throughout come as near in a third of the time.
#include <ATen/core/grad_mode.h>

#include "models/networks/pose_vae.h"
#include "models/util/check.h"
#include "solvers/training/flat_adam.h"
#include "solvers/training/prior_trainer.h"
#include "solvers/training/tensor_arrays.h"

namespace vitruvius {
namespace {

at::Tensor MeanDistance(const at::Tensor& a, const at::Tensor& b) {
  constexpr double kTiny = 1e-10;  // metres squared: keeps the slope of the root finite
  return ((a - b).square().sum(-1) + kTiny).sqrt().mean();
}

class VaeTrainer : public PriorTrainer {
 public:
  VaeTrainer(const TrainingOptions& options, const TrainingPoses& poses, const TorchBody& body)
      : options_(options),
        poses_(poses),
        body_(body),
        device_(poses.axis_angle.device()),
        size_{options.latent_dim, options.hidden, poses.rotations.size(1), 0},
        vae_(size_, device_, options.dropout),
        average_(size_, device_, 0),
        adam_(vae_.parameters().flat(), options.beta1, options.beta2) {
    vae_.parameters().Initialise(options.seed);
    average_.parameters().flat().detach().copy_(vae_.parameters().flat());
  }

  std::vector<std::string> loss_names() const override {
    return {"joints_m", "surface_m", "angle_rad", "kl"};
  }

  at::Tensor Step(std::int64_t step) override {
    at::Generator random = SeededGenerator(options_.seed, static_cast<std::uint64_t>(step) + 1);
    const TrainingPoses::Batch real = poses_.DrawBatch(options_.batch, options_.recombine, random);
    const at::Tensor& target = real.rotations;
    const PoseVae::Posterior posterior = vae_.Encode(real.axis_angle, &random);
    const at::Tensor noise =
        at::randn(posterior.mean.sizes(), random, at::TensorOptions(at::kFloat)).to(device_);
    const at::Tensor decoded = vae_.Decode(posterior.mean + posterior.std * noise, &random);

    TorchBody::Output wanted;
    {
      at::NoGradGuard no_grad;
      wanted = Pose(target);
    }
    const TorchBody::Output got = Pose(decoded);
    const at::Tensor joints = MeanDistance(got.joints, wanted.joints);
    const at::Tensor zero = at::zeros({}, joints.options());
    const at::Tensor surface = options_.mesh_weight > 0 ? MeanDistance(got.vertices, wanted.vertices) : zero;
    const at::Tensor angle = RotationAngles(decoded, target).mean();
    const at::Tensor variance = posterior.std.square();
    const at::Tensor kl =
        0.5 * (posterior.mean.square() + variance - 1 - variance.clamp_min(1e-12).log()).sum(1).mean();
    const auto num_joints = static_cast<double>(body_.num_joints());
    const at::Tensor loss = num_joints * (options_.joint_weight * joints + options_.mesh_weight * surface +
                                          options_.rotation_weight * angle) +
                            options_.kl_weight * kl;
    adam_.Step(vae_.parameters().flat(), FlatGradient(loss, vae_.parameters()),
               options_.learning_rate * RateAt(step, options_.steps));
    if (options_.updated) options_.updated("vae");
    at::NoGradGuard no_grad;
    average_.parameters().flat().detach().lerp_(vae_.parameters().flat(), 1 - options_.average);
    average_.moments().detach().lerp_(vae_.moments(), 1 - options_.average);
    return at::stack({joints, surface, angle, kl}).detach();
  }

  LatentMap Map() override {
    return {LatentDistribution::kNormal, options_.latent_dim,
            [this](const at::Tensor& latent) { return average_.Decode(latent); },
            [this](const at::Tensor& axis_angle) { return average_.Encode(axis_angle).mean; }};
  }

  Tensors State() override {
    Tensors state = {{"vae", vae_.parameters().flat()}, {"vae_moments", vae_.moments()}};
    state.merge(Weights());
    state.merge(adam_.State("adam"));
    return state;
  }
  Tensors Weights() override {
    return {{"average", average_.parameters().flat()}, {"average_moments", average_.moments()}};
  }

  std::map<std::string, NpyArray> PriorArrays() override {
    std::map<std::string, NpyArray> arrays;
    const ParameterSet& parameters = average_.parameters();
    AddDescription(FamilyName(options_.family), LatentName(LatentDistribution::kNormal), options_.latent_dim,
                   PoseVae::kLeakySlope, &arrays);
    arrays["rotation"] = NpyArray::FromString("6d_interleaved");
    AddLayers("decoder_",
              {parameters.layer("decoder_net.0"), parameters.layer("decoder_net.3"),
               parameters.layer("decoder_net.5")},
              {1, 1, 0}, &arrays);
    AddLayers(
        "encoder_",
        {average_.FoldedEncoderLayer(0), average_.FoldedEncoderLayer(1), parameters.layer("encoder_net.7")},
        {1, 0, 0}, &arrays);
    for (const auto& [key, name] : {std::pair{"mean", "mu"}, {"std", "logvar"}}) {
      const Layer layer = parameters.layer(std::string("encoder_net.8.") + name);
      arrays[StrCat("encoder_", key, "_weight")] = ArrayOf(layer.weight);
      arrays[StrCat("encoder_", key, "_bias")] = ArrayOf(layer.bias);
    }
    return arrays;
  }

 private:
  TorchBody::Output Pose(const at::Tensor& covered) const {
    const at::Tensor rotations = BodyRotations(covered, body_.num_joints());
    const at::Tensor betas = at::zeros({covered.size(0), body_.num_betas()}, covered.options());
    if (options_.mesh_weight > 0) return body_.ForwardRotations(rotations, betas);
    return {{}, body_.Joints(rotations, betas)};
  }

  const TrainingOptions options_;
  const TrainingPoses& poses_;
  const TorchBody& body_;
  const at::Device device_;
  const PoseNetworkSize size_;
  PoseVae vae_, average_;
  FlatAdam adam_;
};

}  // namespace

std::unique_ptr<PriorTrainer> MakeVaeTrainer(const TrainingOptions& options, const TrainingPoses& poses,
                                             const TorchBody& body) {
  return std::make_unique<VaeTrainer>(options, poses, body);
}

}  // namespace vitruvius
