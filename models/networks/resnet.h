// Residual networks for pictures: ResNet-18 and ResNet-50 up to the pooled features, without the classifier.
// Tensors have the names and shapes of torchvision's state dict ("conv1.weight", "bn1.running_mean",
// "layer1.0.downsample.0.weight", ...), so that its ImageNet weights fit as they are; like there the stride
// of a bottleneck is in its 3 x 3 convolution. Source: He et al., Deep residual learning for image
// recognition, CVPR 2016.
#pragma once

#include <string>
#include <vector>

#include "models/networks/tensor_set.h"

namespace vitruvius {

struct ResNetSize {
  enum class Kind { k18, k50 };
  Kind kind = Kind::k50;
  std::int64_t width = 64;  // channels of the first stage; 64 in the paper, less for tests
  void Check() const;       // throws ContractError
  // Numbers of a picture: 512 or 2048 at width 64.
  std::int64_t num_features() const;
};
// "resnet18", "resnet50". KindOf throws InputError for another name.
std::string NameOf(ResNetSize::Kind kind);
ResNetSize::Kind ResNetKindOf(const std::string& name);

// What is learned: 11,176,512 numbers of ResNet-18, 23,508,032 of ResNet-50; and the running mean and
// variance of each normalisation.
std::vector<TensorShape> ResNetParameters(const ResNetSize& size);
std::vector<TensorShape> ResNetBuffers(const ResNetSize& size);
// Convolutions normal with variance 2 / (out * kernel area) (He et al. 2015, as torchvision does); scales 1,
// shifts 0; running mean 0, variance 1. Tensors of other names stay.
void InitialiseResNet(const ResNetSize& size, std::uint64_t seed, const TensorSet& parameters,
                      const TensorSet& buffers);

class ResNet {
 public:
  // Works on the sets' own tensors; they hold those of ResNetParameters and ResNetBuffers, among others.
  // Throws ContractError when one is missing.
  ResNet(const ResNetSize& size, const TensorSet& parameters, const TensorSet& buffers);

  // Pictures (N, 3, H, W), H and W 32 or more, as ImageNet's are normalised -> (N, num_features). `training`:
  // normalises by the batch, which must give more than one number a channel, and moves the running
  // statistics a tenth of the way; else by the running statistics. Throws ContractError for another shape.
  at::Tensor Features(const at::Tensor& images, bool training) const;

  const ResNetSize& size() const { return size_; }

 private:
  struct Normalised {  // a convolution and the normalisation after it
    at::Tensor kernel, scale, shift, mean, variance;
    std::int64_t stride = 1, padding = 0;
  };
  struct Block {
    std::vector<Normalised> path;
    std::vector<Normalised> shortcut;  // none: the identity
  };
  static at::Tensor Apply(const Normalised& layer, const at::Tensor& x, bool training);

  ResNetSize size_;
  Normalised stem_;
  std::vector<Block> blocks_;
};

}  // namespace vitruvius
