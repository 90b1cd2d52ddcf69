#include "models/networks/resnet.h"

#include <array>
#include <cmath>

#include <ATen/core/grad_mode.h>

#include "models/networks/parameters.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// A convolution with the name of its normalisation.
struct ConvolutionShape {
  std::string name, normalisation;
  std::int64_t in, out, kernel, stride;
};
struct BlockShape {
  std::vector<ConvolutionShape> path, shortcut;
};
struct Architecture {
  ConvolutionShape stem;
  std::vector<BlockShape> blocks;
};

// In place: nothing else needs the argument.
at::Tensor Rectified(at::Tensor x) { return at::relu_(x); }

std::int64_t Expansion(ResNetSize::Kind kind) { return kind == ResNetSize::Kind::k50 ? 4 : 1; }

Architecture ArchitectureOf(const ResNetSize& size) {
  size.Check();
  const bool is_deep = size.kind == ResNetSize::Kind::k50;
  const std::array<int, 4> repeats =
      is_deep ? std::array<int, 4>{3, 4, 6, 3} : std::array<int, 4>{2, 2, 2, 2};
  Architecture all = {{"conv1", "bn1", 3, size.width, 7, 2}, {}};
  std::int64_t in = size.width;
  for (int stage = 0; stage < 4; ++stage) {
    const std::int64_t middle = size.width << stage, out = middle * Expansion(size.kind);
    for (int i = 0; i < repeats[stage]; ++i) {
      const std::string name = StrCat("layer", stage + 1, ".", i, ".");
      const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
      BlockShape block;
      if (is_deep) {
        block.path = {{name + "conv1", name + "bn1", in, middle, 1, 1},
                      {name + "conv2", name + "bn2", middle, middle, 3, stride},
                      {name + "conv3", name + "bn3", middle, out, 1, 1}};
      } else {
        block.path = {{name + "conv1", name + "bn1", in, middle, 3, stride},
                      {name + "conv2", name + "bn2", middle, out, 3, 1}};
      }
      if (stride != 1 || in != out)
        block.shortcut = {{name + "downsample.0", name + "downsample.1", in, out, 1, stride}};
      all.blocks.push_back(std::move(block));
      in = out;
    }
  }
  return all;
}

std::vector<ConvolutionShape> Convolutions(const ResNetSize& size) {
  const Architecture all = ArchitectureOf(size);
  std::vector<ConvolutionShape> list = {all.stem};
  for (const BlockShape& block : all.blocks) {
    list.insert(list.end(), block.path.begin(), block.path.end());
    list.insert(list.end(), block.shortcut.begin(), block.shortcut.end());
  }
  return list;
}

}  // namespace

void ResNetSize::Check() const {
  VT_CHECK_GT(width, 0);
  VT_CHECK_LE(width, 1024);
}

std::int64_t ResNetSize::num_features() const { return 8 * width * Expansion(kind); }

std::string NameOf(ResNetSize::Kind kind) { return kind == ResNetSize::Kind::k18 ? "resnet18" : "resnet50"; }

ResNetSize::Kind ResNetKindOf(const std::string& name) {
  for (const ResNetSize::Kind kind : {ResNetSize::Kind::k18, ResNetSize::Kind::k50}) {
    if (name == NameOf(kind)) return kind;
  }
  throw InputError(StrCat("architecture: found \"", name, "\", expected resnet18 or resnet50"));
}

std::vector<TensorShape> ResNetParameters(const ResNetSize& size) {
  std::vector<TensorShape> shapes;
  for (const ConvolutionShape& c : Convolutions(size)) {
    shapes.push_back({c.name + ".weight", {c.out, c.in, c.kernel, c.kernel}});
    shapes.push_back({c.normalisation + ".weight", {c.out}});
    shapes.push_back({c.normalisation + ".bias", {c.out}});
  }
  return shapes;
}

std::vector<TensorShape> ResNetBuffers(const ResNetSize& size) {
  std::vector<TensorShape> shapes;
  for (const ConvolutionShape& c : Convolutions(size)) {
    shapes.push_back({c.normalisation + ".running_mean", {c.out}});
    shapes.push_back({c.normalisation + ".running_var", {c.out}});
  }
  return shapes;
}

void InitialiseResNet(const ResNetSize& size, std::uint64_t seed, const TensorSet& parameters,
                      const TensorSet& buffers) {
  at::NoGradGuard no_grad;
  std::uint64_t stream = 0;
  for (const ConvolutionShape& c : Convolutions(size)) {
    // On the CPU whatever the device: the same seed begins alike everywhere.
    const at::Generator generator = SeededGenerator(seed, stream++);
    const double deviation = std::sqrt(2.0 / static_cast<double>(c.out * c.kernel * c.kernel));
    parameters.at(c.name + ".weight")
        .copy_(at::randn({c.out, c.in, c.kernel, c.kernel}, generator, at::TensorOptions(at::kFloat))
                   .mul_(deviation));
    parameters.at(c.normalisation + ".weight").fill_(1);
    parameters.at(c.normalisation + ".bias").zero_();
    buffers.at(c.normalisation + ".running_mean").zero_();
    buffers.at(c.normalisation + ".running_var").fill_(1);
  }
}

ResNet::ResNet(const ResNetSize& size, const TensorSet& parameters, const TensorSet& buffers) : size_(size) {
  const auto take = [&](const ConvolutionShape& c) {
    return Normalised{parameters.at(c.name + ".weight"),
                      parameters.at(c.normalisation + ".weight"),
                      parameters.at(c.normalisation + ".bias"),
                      buffers.at(c.normalisation + ".running_mean"),
                      buffers.at(c.normalisation + ".running_var"),
                      c.stride,
                      c.kernel / 2};
  };
  const Architecture all = ArchitectureOf(size);
  stem_ = take(all.stem);
  for (const BlockShape& shape : all.blocks) {
    Block block;
    for (const ConvolutionShape& c : shape.path) block.path.push_back(take(c));
    for (const ConvolutionShape& c : shape.shortcut) block.shortcut.push_back(take(c));
    blocks_.push_back(std::move(block));
  }
}

at::Tensor ResNet::Apply(const Normalised& layer, const at::Tensor& x, bool training) {
  constexpr double kMomentum = 0.1, kEpsilon = 1e-5;  // PyTorch's
  const at::Tensor convolved =
      at::conv2d(x, layer.kernel, {}, {layer.stride, layer.stride}, {layer.padding, layer.padding});
  return at::batch_norm(convolved, layer.scale, layer.shift, layer.mean, layer.variance, training, kMomentum,
                        kEpsilon, /*cudnn_enabled=*/true);
}

at::Tensor ResNet::Features(const at::Tensor& images, bool training) const {
  constexpr std::int64_t kLeastSide = 32;  // halved five times
  VT_CHECK_EQ(images.dim(), 4);
  VT_CHECK_EQ(images.size(1), 3);
  VT_CHECK_GE(images.size(2), kLeastSide);
  VT_CHECK_GE(images.size(3), kLeastSide);
  at::Tensor x = images.contiguous(at::MemoryFormat::ChannelsLast);
  x = at::max_pool2d(Rectified(Apply(stem_, x, training)), {3, 3}, {2, 2}, {1, 1});
  for (const Block& block : blocks_) {
    at::Tensor y = x;
    for (std::size_t i = 0; i < block.path.size(); ++i) {
      if (i > 0) y = Rectified(y);
      y = Apply(block.path[i], y, training);
    }
    x = Rectified(y.add_(block.shortcut.empty() ? x : Apply(block.shortcut[0], x, training)));
  }
  return x.mean({2, 3});
}

}  // namespace vitruvius
