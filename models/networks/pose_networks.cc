#include "models/networks/pose_networks.h"

#include "models/networks/torch_rotations.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr std::int64_t kTrunk = 32, kWholeHidden = 64;

std::vector<LayerShape> GeneratorLayers(const PoseNetworkSize& size) {
  size.Check();
  std::vector<LayerShape> layers = {{"bodyprior_dec_fc1", size.latent_dim, size.hidden},
                                    {"bodyprior_dec_fc2", size.hidden, size.hidden},
                                    {"bodyprior_dec_out", size.hidden, 6 * size.joints}};
  if (size.betas > 0) layers.push_back({"shape_dec_out", size.hidden, size.betas});
  return layers;
}

std::vector<LayerShape> DiscriminatorLayers(const PoseNetworkSize& size) {
  size.Check();
  const std::int64_t features = kTrunk * size.joints;
  std::vector<LayerShape> layers = {{"trunk_1", 9, kTrunk},
                                    {"trunk_2", kTrunk, kTrunk},
                                    {"joint_heads", kTrunk, size.joints},  // row j: the head of joint j
                                    {"whole_1", features, kWholeHidden},
                                    {"whole_2", kWholeHidden, kWholeHidden},
                                    {"whole_out", kWholeHidden, 1}};
  if (size.betas > 0) {
    layers.insert(layers.end(), {{"shape_1", size.betas, 10},
                                 {"shape_2", 10, 5},
                                 {"shape_out", 5, 1},
                                 {"pose_shape_1", features + size.betas, kWholeHidden},
                                 {"pose_shape_2", kWholeHidden, kWholeHidden},
                                 {"pose_shape_out", kWholeHidden, 1}});
  }
  return layers;
}

}  // namespace

void PoseNetworkSize::Check() const {
  VT_CHECK_GT(latent_dim, 1);
  VT_CHECK_GT(hidden, 0);
  VT_CHECK_GT(joints, 0);
  VT_CHECK_GE(betas, 0);
}

PoseGenerator::PoseGenerator(const PoseNetworkSize& size, at::Device device)
    : parameters_(GeneratorLayers(size), device),
      first_(parameters_.layer("bodyprior_dec_fc1")),
      second_(parameters_.layer("bodyprior_dec_fc2")),
      out_(parameters_.layer("bodyprior_dec_out")) {
  if (size.betas > 0) shape_ = parameters_.layer("shape_dec_out");
}

PoseGenerator::Output PoseGenerator::Forward(const at::Tensor& latent) const {
  at::Tensor hidden = first_(latent);
  hidden = second_(at::leaky_relu_(hidden, kLeakySlope));
  at::leaky_relu_(hidden, kLeakySlope);
  return {RotationsFrom6d(out_(hidden)), shape_.weight.defined() ? shape_(hidden) : at::Tensor()};
}

PoseDiscriminator::PoseDiscriminator(const PoseNetworkSize& size, at::Device device)
    : size_(size), parameters_(DiscriminatorLayers(size), device) {}

at::Tensor PoseDiscriminator::Forward(const at::Tensor& rotations, const at::Tensor& betas) const {
  const auto leaky = [&](const char* layer, const at::Tensor& x) {
    at::Tensor y = parameters_.layer(layer)(x);
    return at::leaky_relu_(y, kLeakySlope);
  };
  const std::int64_t n = rotations.size(0);
  VT_CHECK_EQ(rotations.numel(), n * size_.joints * 9);
  VT_CHECK_EQ(betas.defined(), size_.betas > 0);
  const at::Tensor features = leaky("trunk_2", leaky("trunk_1", rotations.reshape({-1, 9})));
  const at::Tensor whole = features.view({n, size_.joints * kTrunk});
  // All joints' heads as one product: head j's weights stand where joint j's features are, zeros elsewhere.
  const Layer heads = parameters_.layer("joint_heads");
  const at::Tensor own = at::eye(size_.joints, heads.weight.options()).unsqueeze(-1);
  const at::Tensor by_joint =
      at::linear(whole, (own * heads.weight).reshape({size_.joints, size_.joints * kTrunk}), heads.bias);
  const auto head = [&](const std::string& name, const at::Tensor& x) {
    return parameters_.layer(name + "_out")(leaky((name + "_2").c_str(), leaky((name + "_1").c_str(), x)));
  };
  std::vector<at::Tensor> outputs = {by_joint, head("whole", whole)};
  if (betas.defined()) {
    outputs.push_back(head("shape", betas));
    outputs.push_back(head("pose_shape", at::cat({whole, betas}, 1)));
  }
  return at::cat(outputs, 1);
}

}  // namespace vitruvius
