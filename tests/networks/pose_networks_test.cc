// Networks of pose priors: sizes, layouts, and that maps and their inverses agree.
#include "models/networks/pose_networks.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <ATen/core/grad_mode.h>

#include "models/math/so3.h"
#include "models/networks/latent_distribution.h"
#include "models/networks/pose_flow.h"
#include "models/networks/pose_vae.h"
#include "models/networks/torch_rotations.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius::pose_networks_test {
namespace {

constexpr double kFloat = 1e-5;  // sums of a few hundred products in float

const at::Device kCpu(at::kCPU);

at::Tensor Randn(std::vector<std::int64_t> size, std::uint64_t seed) {
  return at::randn(size, SeededGenerator(seed, 0), at::TensorOptions(at::kFloat));
}

TEST(PoseNetworks, SizesAreThoseOfThePaper) {
  PoseNetworkSize size;
  size.joints = 21;
  const PoseGenerator generator(size, kCpu);
  EXPECT_EQ(generator.parameters().flat().numel(), 344190);  // of VPoser's decoder
  EXPECT_EQ(generator.Forward(Randn({5, 32}, 1)).rotations.sizes(), (std::vector<std::int64_t>{5, 21, 3, 3}));
  const PoseDiscriminator discriminator(size, kCpu);
  EXPECT_EQ(discriminator.num_heads(), 22);
  // Trunk 9-32-32, 21 heads, 672-64-64-1.
  EXPECT_EQ(discriminator.parameters().flat().numel(),
            (9 * 32 + 32) + (32 * 32 + 32) + 21 * 33 + (672 * 64 + 64) + (64 * 64 + 64) + 65);
  const at::Tensor heads = discriminator.Forward(generator.Forward(Randn({5, 32}, 1)).rotations, {});
  EXPECT_EQ(heads.sizes(), (std::vector<std::int64_t>{5, 22}));
}

TEST(PoseNetworks, ShapeComesFromTheLastHiddenLayer) {
  PoseNetworkSize size;
  size.betas = 4;
  PoseGenerator generator(size, kCpu);
  generator.parameters().Initialise(1);
  const PoseGenerator::Output output = generator.Forward(Randn({3, 32}, 1));
  EXPECT_EQ(output.betas.sizes(), (std::vector<std::int64_t>{3, 4}));
  PoseDiscriminator discriminator(size, kCpu);
  EXPECT_EQ(discriminator.Forward(output.rotations, output.betas).size(1), 19 + 3);
  EXPECT_THROW(discriminator.Forward(output.rotations, {}), ContractError);
}

// A joint's head sees that joint alone; the last head sees all.
TEST(PoseNetworks, HeadsSeeTheirOwnJoint) {
  PoseNetworkSize size;
  PoseDiscriminator discriminator(size, kCpu);
  discriminator.parameters().Initialise(3);
  const at::Tensor pose = RotationsFromAxisAngle(0.5 * Randn({1, 19, 3}, 4));
  at::Tensor other = pose.clone();
  other.select(1, 7).copy_(at::eye(3).unsqueeze(0));
  const at::Tensor change =
      (discriminator.Forward(pose, {}) - discriminator.Forward(other, {})).abs().detach();
  for (int head = 0; head < 20; ++head) {
    const bool sees = head == 7 || head == 19;
    EXPECT_EQ(change[0][head].item<float>() > 0, sees) << head;
  }
}

TEST(PoseNetworks, SixNumbersAreColumnsInterleaved) {
  // x[0, 2, 4] is the first column and x[1, 3, 5] the second: for a rotation, its first two columns by rows.
  const Matrix3d rotation = ExpSO3(Vector3d(0.3, -0.8, 1.1));
  at::Tensor six = at::empty({1, 6}, at::kDouble);
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 2; ++column) six[0][2 * row + column] = rotation(row, column);
  }
  // A longer first column and a second one that leans on it change nothing.
  for (int row = 0; row < 3; ++row) {
    six[0][2 * row] *= 3;
    six[0][2 * row + 1] += six[0][2 * row];
  }
  const at::Tensor result = RotationsFrom6d(six)[0][0];
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      EXPECT_NEAR(result[row][column].item<double>(), rotation(row, column), 1e-12) << row << " " << column;
    }
  }
}

TEST(PoseNetworks, AnglesBetweenRotations) {
  const at::Tensor a = RotationsFromAxisAngle(at::zeros({1, 3}, at::kDouble));
  const at::Tensor turn = at::zeros({1, 3}, at::kDouble);
  turn[0][1] = 0.7;
  EXPECT_NEAR(RotationAngles(a, RotationsFromAxisAngle(turn)).item<double>(), 0.7, 1e-12);
  const at::Tensor x = a.clone().requires_grad_(true);
  const at::Tensor slope = torch::autograd::grad({RotationAngles(x, a).sum()}, {x})[0];
  EXPECT_TRUE(at::isfinite(slope).all().item<bool>());
}

TEST(PoseNetworks, ParametersShareOneTensor) {
  ParameterSet set({{"a", 2, 3}, {"norm", 0, 3}}, kCpu);
  EXPECT_EQ(set.flat().numel(), 9 + 6);
  const Layer layer = set.layer("a");
  {
    at::NoGradGuard no_grad;
    set.flat().fill_(2);
  }
  EXPECT_EQ(layer(at::ones({1, 2}))[0][0].item<float>(), 2 * 2 + 2);
  const at::Tensor gradient = FlatGradient(layer(at::ones({1, 2})).sum(), set);
  EXPECT_EQ(gradient.sum().item<float>(), 9);  // 6 weights at 1, 3 biases at 1, no scale
  EXPECT_THROW(set.layer("b"), ContractError);
  EXPECT_THROW(ParameterSet({{"a", 1, 1}, {"a", 1, 1}}, kCpu), ContractError);
  EXPECT_EQ(set.named().count("norm.bias"), 1u);
}

TEST(PoseNetworks, TheSameSeedBeginsAlike) {
  PoseGenerator a({}, kCpu), b({}, kCpu), c({}, kCpu);
  a.parameters().Initialise(1);
  b.parameters().Initialise(1);
  c.parameters().Initialise(2);
  EXPECT_TRUE(at::equal(a.parameters().flat(), b.parameters().flat()));
  EXPECT_FALSE(at::equal(a.parameters().flat(), c.parameters().flat()));
  const double bound = 1 / std::sqrt(512.0);
  const at::Tensor weight = a.parameters().layer("bodyprior_dec_fc2").weight.detach();
  EXPECT_LE(weight.abs().max().item<double>(), bound);
  EXPECT_NEAR(weight.std().item<double>(), bound / std::sqrt(3.0), 0.01 * bound);
}

TEST(PoseVae, FoldedLayersAreTheNetworkAtRest) {
  const PoseNetworkSize size = {8, 16, 19, 0};
  PoseVae vae(size, kCpu);
  vae.parameters().Initialise(5);
  at::Generator training = SeededGenerator(1, 1);
  for (int i = 0; i < 3; ++i)
    vae.Encode(0.4 * Randn({64, 57}, 10 + i) + 0.2, &training);  // moves the moments
  const at::Tensor x = Randn({4, 57}, 20);
  const at::Tensor mean = vae.Encode(x).mean;
  at::Tensor y = at::leaky_relu(vae.FoldedEncoderLayer(0)(x), PoseVae::kLeakySlope);
  y = vae.parameters().layer("encoder_net.7")(vae.FoldedEncoderLayer(1)(y));
  y = vae.parameters().layer("encoder_net.8.mu")(y);
  EXPECT_TRUE(at::allclose(y, mean, kFloat, kFloat));
  EXPECT_TRUE(at::equal(vae.Encode(x).mean, mean));  // nothing is drawn, nothing moves
  EXPECT_GT(vae.Encode(x).std.min().item<float>(), 0);
}

TEST(PoseFlow, EncodesWhatItDecodes) {
  const PoseFlowSize size = {6, 16, 4};
  PoseFlow flow(size, Randn({6}, 1), Randn({6}, 2).abs() + 0.5, 3, kCpu);
  flow.parameters().Initialise(4);
  const at::Tensor z = Randn({10, 6}, 5);
  const at::Tensor pose = flow.Decode(z);
  EXPECT_TRUE(at::allclose(flow.Encode(pose).latent, z, 1e-4, 1e-4));
  // Every number is changed by some coupling.
  EXPECT_GT((1 - flow.masks()).sum(0).min().item<float>(), 0);

  // The determinant against autograd's Jacobian of the decoder.
  const at::Tensor one = z.narrow(0, 0, 1).clone().requires_grad_(true);
  const at::Tensor decoded = flow.Decode(one);
  std::vector<at::Tensor> rows;
  for (int i = 0; i < 6; ++i) {
    rows.push_back(torch::autograd::grad({decoded[0][i]}, {one}, {}, /*retain_graph=*/true)[0][0]);
  }
  const double determinant = at::linalg_det(at::stack(rows)).abs().log().item<double>();
  EXPECT_NEAR(flow.Encode(pose).log_jacobian[0].item<double>(), determinant, 1e-4);
  const double nll = 0.5 * z[0].square().sum().item<double>() + 3 * std::log(2 * M_PI) + determinant;
  EXPECT_NEAR(flow.NegativeLogLikelihood(pose)[0].item<double>(), nll, 1e-3);
}

TEST(LatentDistribution, SamplesStayInside) {
  const at::Tensor sphere = SampleLatent(LatentDistribution::kSphere, 500, 8, SeededGenerator(1, 2));
  EXPECT_TRUE(at::allclose(sphere.norm(2, -1), at::ones({500}), kFloat, kFloat));
  EXPECT_NEAR(sphere.square().mean().item<double>(), 1.0 / 8, 1e-6);  // exactly, by the norm
  const at::Tensor box = SampleLatent(LatentDistribution::kBox, 4000, 8, SeededGenerator(1, 3));
  EXPECT_LE(box.abs().max().item<float>(), 1);
  EXPECT_NEAR(box.square().mean().item<double>(), 1.0 / 3, 0.01);  // 5 standard errors are 0.008
  EXPECT_EQ(ProjectLatent(LatentDistribution::kBox, at::full({1, 1}, 3.0)).item<float>(), 1);
}

}  // namespace
}  // namespace vitruvius::pose_networks_test
