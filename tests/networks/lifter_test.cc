// The depth lifter's networks and the turn that ties them.
#include "models/networks/lifter.h"

#include <cmath>

#include <gtest/gtest.h>

#include "models/util/check.h"

namespace vitruvius::lifter_test {
namespace {

const at::Device kCpu(at::kCPU);

at::Tensor Randn(std::vector<std::int64_t> size, std::uint64_t seed) {
  return at::randn(size, SeededGenerator(seed, 0), at::TensorOptions(at::kFloat));
}

TEST(Lifter, EightLinearLayers) {
  const LifterSize size;
  const DepthGenerator generator(size, kCpu);
  const KeypointDiscriminator discriminator(size, kCpu);
  EXPECT_EQ(generator.parameters().tensors().size(), 2 * 8u);  // a weight and a bias each
  EXPECT_EQ(discriminator.parameters().tensors().size(), 2 * 8u);
  const std::int64_t inner = (28 * 1024 + 1024) + 6 * (1024 * 1024 + 1024);
  EXPECT_EQ(generator.parameters().flat().numel(), inner + 1024 * 14 + 14);
  EXPECT_EQ(discriminator.parameters().flat().numel(), inner + 1024 + 1);
}

TEST(Lifter, ShapesAreChecked) {
  const LifterSize size = {14, 8};
  const DepthGenerator generator(size, kCpu);
  EXPECT_EQ(generator.Forward(Randn({5, 14, 2}, 1)).sizes(), (std::vector<std::int64_t>{5, 14}));
  EXPECT_EQ(KeypointDiscriminator(size, kCpu).Forward(Randn({5, 14, 2}, 1)).sizes(),
            (std::vector<std::int64_t>{5, 1}));
  EXPECT_THROW(generator.Forward(Randn({5, 13, 2}, 1)), ContractError);
  EXPECT_THROW(generator.Forward(Randn({5, 14, 3}, 1)), ContractError);
  EXPECT_THROW(generator.Forward(Randn({5, 28}, 1)), ContractError);
  EXPECT_THROW(DepthGenerator({14, 0}, kCpu), ContractError);
}

// By hand, one wide: h = leaky(1 - 3) = -0.4; each pair adds leaky(2 leaky(h)); the last layer adds 5.
TEST(Lifter, PairsAreResidual) {
  DepthGenerator generator({2, 1}, kCpu);
  at::Tensor flat = generator.parameters().flat();
  flat.zero_();
  const auto set = [&](const char* layer, std::vector<double> weight, double bias) {
    const Layer numbers = generator.parameters().layer(layer);
    numbers.weight.detach().copy_(at::tensor(weight, at::kDouble).view(numbers.weight.sizes()));
    numbers.bias.detach().fill_(bias);
  };
  set("in", {1, 0, 0, -1}, 0);
  for (const char* pair : {"pair_0", "pair_1", "pair_2"}) {
    set((std::string(pair) + "_1").c_str(), {1}, 0);
    set((std::string(pair) + "_2").c_str(), {2}, 0);
  }
  set("out", {1, -1}, 5);
  const auto leaky = [](double x) { return x > 0 ? x : 0.2 * x; };
  double hidden = leaky(1 - 3);
  for (int pair = 0; pair < 3; ++pair) hidden += leaky(2 * leaky(hidden));
  const float keypoints[] = {1, 7, 7, 3};
  const at::Tensor depths = generator.Forward(at::tensor(at::ArrayRef<float>(keypoints, 4)).view({1, 2, 2}));
  EXPECT_NEAR(depths[0][0].item<double>(), hidden + 5, 1e-6);
  EXPECT_NEAR(depths[0][1].item<double>(), -hidden + 5, 1e-6);
}

TEST(Lifter, TurnsAboutTheVertical) {
  // (1, 2, 3) by 90 degrees: x' = z, z' = -x; the second row by 30.
  const std::vector<double> numbers = {1, 2, 3, 1, 2, 3};
  const at::Tensor points = at::tensor(numbers, at::kDouble).view({2, 1, 3});
  const at::Tensor turned =
      RotateAboutVertical(points, at::tensor(std::vector<double>{M_PI / 2, M_PI / 6}, at::kDouble));
  const double cos = std::sqrt(0.75), expected[2][3] = {{3, 2, -1}, {cos + 1.5, 2, 3 * cos - 0.5}};
  for (int row = 0; row < 2; ++row) {
    for (int axis = 0; axis < 3; ++axis)
      EXPECT_NEAR(turned[row][0][axis].item<double>(), expected[row][axis], 1e-12) << row << axis;
  }
  EXPECT_THROW(RotateAboutVertical(points, at::zeros({3})), ContractError);
}

TEST(Lifter, GradientsReachEveryLayerOfBoth) {
  const LifterSize size = {4, 8};
  DepthGenerator generator(size, kCpu);
  KeypointDiscriminator discriminator(size, kCpu);
  generator.parameters().Initialise(1);
  discriminator.parameters().Initialise(2);
  const at::Tensor keypoints = Randn({6, 4, 2}, 3);
  for (const ParameterSet* parameters : {&generator.parameters(), &discriminator.parameters()}) {
    const at::Tensor points = at::cat({keypoints, generator.Forward(keypoints).unsqueeze(2)}, 2);
    const at::Tensor seen = RotateAboutVertical(points, at::full({6}, 1.0)).narrow(2, 0, 2);
    const at::Tensor gradient = FlatGradient(discriminator.Forward(seen).sum(), *parameters);
    std::int64_t at = 0;
    for (const at::Tensor& tensor : parameters->tensors()) {
      EXPECT_GT(gradient.narrow(0, at, tensor.numel()).abs().sum().item<double>(), 0) << tensor.sizes();
      at += tensor.numel();
    }
  }
}

}  // namespace
}  // namespace vitruvius::lifter_test
