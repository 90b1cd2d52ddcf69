#include "models/networks/pose_flow.h"

#include <cmath>

#include "models/math/angles.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kLayers = 3;

std::vector<LayerShape> Layers(const PoseFlowSize& size) {
  size.Check();
  std::vector<LayerShape> layers;
  for (std::int64_t c = 0; c < size.couplings; ++c) {
    for (const char network : {'s', 't'}) {
      for (int k = 0; k < kLayers; ++k) {
        layers.push_back({PoseFlow::LayerName(network, c, k), k == 0 ? size.dim : size.hidden,
                          k == kLayers - 1 ? size.dim : size.hidden});
      }
    }
  }
  return layers;
}

}  // namespace

void PoseFlowSize::Check() const {
  VT_CHECK_GT(dim, 1);
  VT_CHECK_GT(hidden, 0);
  VT_CHECK_GT(couplings, 0);
}

PoseFlow::PoseFlow(const PoseFlowSize& size, const at::Tensor& mean, const at::Tensor& scale,
                   std::uint64_t mask_seed, at::Device device)
    : size_(size), parameters_(Layers(size), device), mean_(mean.to(device)), scale_(scale.to(device)) {
  VT_CHECK_EQ(mean.numel(), size.dim);
  VT_CHECK_EQ(scale.numel(), size.dim);
  std::vector<at::Tensor> masks;
  for (std::int64_t c = 0; c < size.couplings; ++c) {
    if (c % 2 == 1) {
      masks.push_back(1 - masks.back());
      continue;
    }
    at::Generator generator = SeededGenerator(mask_seed, static_cast<std::uint64_t>(c));
    const at::Tensor order = at::rand({size.dim}, generator, at::TensorOptions(at::kFloat)).argsort();
    masks.push_back(order.lt(size.dim / 2).to(at::kFloat));
  }
  masks_ = at::stack(masks).to(device);
}

std::string PoseFlow::LayerName(char network, std::int64_t coupling, int layer) {
  return StrCat("flow_", network, "_", coupling, "_", layer);
}

at::Tensor PoseFlow::Net(char network, std::int64_t coupling, const at::Tensor& x) const {
  at::Tensor y = x;
  for (int k = 0; k < kLayers; ++k) {
    y = parameters_.layer(LayerName(network, coupling, k))(y);
    if (k < kLayers - 1) y = at::leaky_relu(y, kLeakySlope);
  }
  return network == 's' ? y.tanh() : y;
}

at::Tensor PoseFlow::Decode(const at::Tensor& latent) const {
  at::Tensor x = latent;
  for (std::int64_t c = 0; c < size_.couplings; ++c) {
    const at::Tensor mask = masks_[c], kept = mask * x;
    x = kept + (1 - mask) * (x * Net('s', c, kept).exp() + Net('t', c, kept));
  }
  return mean_ + scale_ * x;
}

PoseFlow::Inverse PoseFlow::Encode(const at::Tensor& pose) const {
  at::Tensor x = (pose - mean_) / scale_;
  at::Tensor log_jacobian = scale_.log().sum().expand({pose.size(0)});
  for (std::int64_t c = size_.couplings - 1; c >= 0; --c) {
    const at::Tensor mask = masks_[c], kept = mask * x, s = (1 - mask) * Net('s', c, kept);
    x = kept + (1 - mask) * (x - Net('t', c, kept)) * (-s).exp();
    log_jacobian = log_jacobian + s.sum(1);
  }
  return {x, log_jacobian};
}

at::Tensor PoseFlow::NegativeLogLikelihood(const at::Tensor& pose) const {
  const Inverse inverse = Encode(pose);
  const double constant = 0.5 * static_cast<double>(size_.dim) * std::log(2 * kPi);
  return 0.5 * inverse.latent.square().sum(1) + inverse.log_jacobian + constant;
}

}  // namespace vitruvius
