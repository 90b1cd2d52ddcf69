#include "models/networks/lifter.h"

#include "models/util/check.h"

namespace vitruvius {
namespace {

std::vector<LayerShape> Layers(const LifterSize& size, std::int64_t outputs) {
  size.Check();
  VT_CHECK_GT(outputs, 0);
  std::vector<LayerShape> layers = {{"in", 2 * size.joints, size.hidden}};
  for (int pair = 0; pair < ResidualPerceptron::kPairs; ++pair) {
    for (const char* place : {"_1", "_2"})
      layers.push_back({StrCat("pair_", pair, place), size.hidden, size.hidden});
  }
  layers.push_back({"out", size.hidden, outputs});
  return layers;
}

}  // namespace

void LifterSize::Check() const {
  VT_CHECK_GT(joints, 1);
  VT_CHECK_GT(hidden, 0);
}

ResidualPerceptron::ResidualPerceptron(const LifterSize& size, std::int64_t outputs, at::Device device)
    : size_(size), parameters_(Layers(size, outputs), device) {
  for (const LayerShape& layer : Layers(size, outputs)) layers_.push_back(parameters_.layer(layer.name));
}

at::Tensor ResidualPerceptron::Forward(const at::Tensor& keypoints) const {
  VT_CHECK_EQ(keypoints.dim(), 3);
  VT_CHECK_EQ(keypoints.size(1), size_.joints);
  VT_CHECK_EQ(keypoints.size(2), 2);
  const auto leaky = [](at::Tensor x) { return at::leaky_relu_(x, kLeakySlope); };
  at::Tensor hidden = leaky(layers_.front()(keypoints.reshape({-1, 2 * size_.joints})));
  for (int pair = 0; pair < kPairs; ++pair)
    hidden = hidden + leaky(layers_[2 * pair + 2](leaky(layers_[2 * pair + 1](hidden))));
  return layers_.back()(hidden);
}

at::Tensor RotateAboutVertical(const at::Tensor& points, const at::Tensor& radians) {
  VT_CHECK_EQ(points.dim(), 3);
  VT_CHECK_EQ(points.size(2), 3);
  VT_CHECK_EQ(radians.numel(), points.size(0));
  const at::Tensor cos = radians.cos().view({-1, 1}), sin = radians.sin().view({-1, 1});
  const at::Tensor x = points.select(2, 0), y = points.select(2, 1), z = points.select(2, 2);
  return at::stack({x * cos + z * sin, y, z * cos - x * sin}, 2);
}

}  // namespace vitruvius
