#include "models/networks/pose_vae.h"

#include <ATen/core/grad_mode.h>

#include "models/networks/torch_rotations.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr double kMomentum = 0.1;  // torch.nn.BatchNorm1d's
constexpr const char* kNorms[] = {"encoder_net.1", "encoder_net.4"};
constexpr const char* kNormed[] = {"encoder_net.2", "encoder_net.6"};

std::vector<LayerShape> Layers(const PoseNetworkSize& size) {
  size.Check();
  VT_CHECK_EQ(size.betas, 0);
  const std::int64_t h = size.hidden, in = 3 * size.joints, d = size.latent_dim;
  return {{kNorms[0], 0, in},
          {kNormed[0], in, h},
          {kNorms[1], 0, h},
          {kNormed[1], h, h},
          {"encoder_net.7", h, h},
          {"encoder_net.8.mu", h, d},
          {"encoder_net.8.logvar", h, d},  // the standard deviation's, in spite of its name in the source
          {"decoder_net.0", d, h},
          {"decoder_net.3", h, h},
          {"decoder_net.5", h, 6 * size.joints}};
}

}  // namespace

PoseVae::PoseVae(const PoseNetworkSize& size, at::Device device, double dropout)
    : size_(size), dropout_(dropout), parameters_(Layers(size), device) {
  const at::TensorOptions options = at::TensorOptions(at::kFloat).device(device);
  const std::int64_t in = 3 * size.joints;
  moments_ = at::cat({at::zeros({in}, options), at::ones({in}, options), at::zeros({size.hidden}, options),
                      at::ones({size.hidden}, options)});
}

at::Tensor PoseVae::Normalise(int index, const at::Tensor& x, bool training) {
  const Layer norm = parameters_.layer(kNorms[index]);
  const std::int64_t width = x.size(1), begin = index == 0 ? 0 : 6 * size_.joints;
  at::Tensor mean = moments_.narrow(0, begin, width), variance = moments_.narrow(0, begin + width, width);
  return at::batch_norm(x, norm.weight, norm.bias, mean, variance, training, kMomentum, kBatchNormEpsilon,
                        /*cudnn_enabled=*/false);
}

at::Tensor PoseVae::Dropout(const at::Tensor& x, at::Generator* training) const {
  if (training == nullptr || dropout_ == 0) return x;
  const double keep = 1 - dropout_;
  return x * at::rand(x.sizes(), *training, at::TensorOptions(at::kFloat)).lt(keep).to(x.device()) / keep;
}

PoseVae::Posterior PoseVae::Encode(const at::Tensor& axis_angle, at::Generator* training) {
  const auto layer = [&](const char* name, const at::Tensor& x) { return parameters_.layer(name)(x); };
  const bool is_training = training != nullptr;
  at::Tensor x = at::leaky_relu(layer(kNormed[0], Normalise(0, axis_angle, is_training)), kLeakySlope);
  x = layer(kNormed[1], Dropout(Normalise(1, x, is_training), training));
  x = layer("encoder_net.7", x);  // no activation between the two, as released
  return {layer("encoder_net.8.mu", x), at::softplus(layer("encoder_net.8.logvar", x))};
}

at::Tensor PoseVae::Decode(const at::Tensor& latent, at::Generator* training) const {
  const auto layer = [&](const char* name, const at::Tensor& x) { return parameters_.layer(name)(x); };
  const at::Tensor x = Dropout(at::leaky_relu(layer("decoder_net.0", latent), kLeakySlope), training);
  return RotationsFrom6d(layer("decoder_net.5", at::leaky_relu(layer("decoder_net.3", x), kLeakySlope)));
}

Layer PoseVae::FoldedEncoderLayer(int index) const {
  at::NoGradGuard no_grad;
  const Layer norm = parameters_.layer(kNorms[index]), next = parameters_.layer(kNormed[index]);
  const std::int64_t width = norm.weight.size(0), begin = index == 0 ? 0 : 6 * size_.joints;
  const at::Tensor mean = moments_.narrow(0, begin, width),
                   variance = moments_.narrow(0, begin + width, width);
  const at::Tensor scale = norm.weight / (variance + kBatchNormEpsilon).sqrt();
  return {next.weight * scale, next.bias + next.weight.matmul(norm.bias - scale * mean)};
}

}  // namespace vitruvius
