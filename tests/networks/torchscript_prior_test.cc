// The bridge against the native evaluation of the same weights: two derivations of one function.
#include "priors/torchscript/torchscript_prior.h"

#include <cmath>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include "priors/generator_prior.h"
#include "priors/registry.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/random_prior.h"

namespace vitruvius::torchscript_prior_test {
namespace {

const char kSixNumbers[] = R"(
def six(self, z):
    x = torch.leaky_relu(torch.linear(z, self.w0, self.b0), 0.2)
    x = torch.leaky_relu(torch.linear(x, self.w1, self.b1), 0.2)
    return torch.linear(x, self.w2, self.b2)
)";
const char kForwardSix[] = R"(
def forward(self, z):
    return self.six(z)
)";
const char kForwardRotations[] = R"(
def forward(self, z):
    x = self.six(z).reshape(z.size(0), -1, 3, 2)
    a = x[:, :, :, 0]
    b = x[:, :, :, 1]
    a = a / a.norm(2, -1, True)
    b = b - (a * b).sum(-1, True) * a
    b = b / b.norm(2, -1, True)
    return torch.stack([a, b, torch.cross(a, b, 2)], -1)
)";

at::Tensor TensorOf(const NpyArray& array) {
  const std::vector<double> values = array.ToDoubles();
  return at::from_blob(const_cast<double*>(values.data()), array.shape, at::kDouble).clone();
}

torch::jit::Module Script(const Arrays& arrays, const std::string& forward, at::ScalarType kind) {
  torch::jit::Module module("Generator");
  for (int i = 0; i < 3; ++i) {
    module.register_parameter(StrCat("w", i), TensorOf(arrays.at(StrCat("decoder_weight_", i))).to(kind),
                              false);
    module.register_parameter(StrCat("b", i), TensorOf(arrays.at(StrCat("decoder_bias_", i))).to(kind),
                              false);
  }
  module.define(kSixNumbers);
  module.define(forward);
  return module;
}

TorchscriptPriorOptions Options(const Arrays& arrays) {
  TorchscriptPriorOptions options;
  options.latent_space = LatentSpace::kSphere;
  options.latent_dim = 6;
  options.joints = arrays.at("joints").ToStrings();
  return options;
}

std::shared_ptr<const GeneratorPrior> Native(const Arrays& arrays) {
  const TemporaryFolder folder;
  WriteNpz(folder / "prior.npz", arrays);
  return std::dynamic_pointer_cast<const GeneratorPrior>(LoadPrior(folder / "prior.npz"));
}

TEST(TorchscriptPrior, IsTheNativeEvaluationOfTheSameWeights) {
  const Arrays arrays = RandomGenerator("gan-s");
  const auto native = Native(arrays);
  for (const char* forward : {kForwardSix, kForwardRotations}) {
    const TorchscriptPrior prior("scripted", Script(arrays, forward, at::kDouble), Options(arrays));
    EXPECT_EQ(prior.dim(), 63);
    const auto a = prior.MakeDecoder(), b = native->MakeDoubleDecoder();
    Rng rng(1);
    Eigen::VectorXd pose(63), expected(63), alone(63);
    RowMatrixXd jacobian(63, 6), expected_jacobian(63, 6);
    for (int trial = 0; trial < 10; ++trial) {
      const Eigen::VectorXd z = prior.SampleLatent(&rng);
      a->DecodeWithJacobian(z.data(), pose.data(), jacobian.data());
      b->DecodeWithJacobian(z.data(), expected.data(), expected_jacobian.data());
      EXPECT_LT((pose - expected).cwiseAbs().maxCoeff(), 1e-9);
      EXPECT_LT((jacobian - expected_jacobian).cwiseAbs().maxCoeff(),
                1e-9 * (1 + expected_jacobian.cwiseAbs().maxCoeff()));
      a->Decode(z.data(), alone.data());
      EXPECT_LT((pose - alone).cwiseAbs().maxCoeff(), 1e-12);
      a->DecodeWithJacobian(z.data(), alone.data(), nullptr);
      EXPECT_LT((pose - alone).cwiseAbs().maxCoeff(), 1e-12);
    }
  }
}

TEST(TorchscriptPrior, FloatModulesAndFilesWork) {
  const Arrays arrays = RandomGenerator("gan-s");
  const TemporaryFolder folder;
  Script(arrays, kForwardRotations, at::kFloat).save(folder / "g.pt");
  const auto prior = TorchscriptPrior::Load(folder / "g.pt", Options(arrays));
  const auto native = Native(arrays);
  EXPECT_LT((prior->Mean() - native->Mean()).cwiseAbs().maxCoeff(), 1e-3);
  Rng rng(2), same(2);
  EXPECT_LT((prior->Sample(&rng) - native->Sample(&same)).cwiseAbs().maxCoeff(), 1e-3);
}

TEST(TorchscriptPrior, ThreadsShareOnePrior) {
  const Arrays arrays = RandomGenerator("gan-s");
  const TorchscriptPrior prior("scripted", Script(arrays, kForwardRotations, at::kDouble), Options(arrays));
  const auto run = [&](RowMatrixXd* all) {
    const auto decoder = prior.MakeDecoder();
    Rng rng(3);
    all->resize(20 * 63, 6);
    Eigen::VectorXd pose(63);
    for (int i = 0; i < 20; ++i) {
      decoder->DecodeWithJacobian(prior.SampleLatent(&rng).data(), pose.data(), all->data() + i * 63 * 6);
    }
  };
  RowMatrixXd alone, results[4];
  run(&alone);
  std::vector<std::thread> threads;
  for (RowMatrixXd& result : results) threads.emplace_back(run, &result);
  for (std::thread& thread : threads) thread.join();
  for (const RowMatrixXd& result : results) EXPECT_EQ(result, alone);
}

TEST(TorchscriptPrior, WhatIsNotFiniteGivesNaNAndHarmsNothing) {
  const Arrays arrays = RandomGenerator("gan-s");
  const TorchscriptPrior prior("scripted", Script(arrays, kForwardSix, at::kDouble), Options(arrays));
  const auto decoder = prior.MakeDecoder();
  Eigen::VectorXd z = Eigen::VectorXd::Constant(6, std::nan("")), pose(63);
  RowMatrixXd jacobian(63, 6);
  decoder->DecodeWithJacobian(z.data(), pose.data(), jacobian.data());
  EXPECT_FALSE(pose.allFinite());
  EXPECT_FALSE(jacobian.allFinite());
  z.setConstant(0.2);
  decoder->DecodeWithJacobian(z.data(), pose.data(), jacobian.data());
  EXPECT_TRUE(pose.allFinite() && jacobian.allFinite());
}

TEST(TorchscriptPrior, AModuleThatIgnoresItsLatentHasNoDerivative) {
  const Arrays arrays = RandomGenerator("gan-s");
  const char* constant = R"(
def forward(self, z):
    return self.b2.repeat([z.size(0), 1])
)";
  const TorchscriptPrior prior("scripted", Script(arrays, constant, at::kDouble), Options(arrays));
  const Eigen::VectorXd z = Eigen::VectorXd::Constant(6, 0.3);
  Eigen::VectorXd pose(63);
  RowMatrixXd jacobian = RowMatrixXd::Ones(63, 6);
  prior.MakeDecoder()->DecodeWithJacobian(z.data(), pose.data(), jacobian.data());
  EXPECT_TRUE(pose.allFinite());
  EXPECT_EQ(jacobian, RowMatrixXd::Zero(63, 6));
}

TEST(TorchscriptPrior, ModulesThatAreNoGeneratorAreRefused) {
  const Arrays arrays = RandomGenerator("gan-s");
  const auto message = [&](const char* forward, TorchscriptPriorOptions options) {
    return ErrorOf([&] { TorchscriptPrior("scripted", Script(arrays, forward, at::kDouble), options); });
  };
  using ::testing::HasSubstr;
  TorchscriptPriorOptions options = Options(arrays);
  EXPECT_THAT(message("def forward(self, z):\n    return z\n", options), HasSubstr("gives another result"));
  EXPECT_THAT(message("def forward(self, z):\n    return self.six(z) / 0.0\n", options),
              HasSubstr("not finite"));
  EXPECT_THAT(message("def forward(self, z):\n    return self.six(z - z.mean(0, True))\n", options),
              HasSubstr("depend on the other rows"));
  options.latent_dim = 7;
  EXPECT_THAT(message(kForwardSix, options), HasSubstr("does not run on (2, 7) latents"));
  options = Options(arrays);
  options.joints[3] = "tail";
  EXPECT_THAT(message(kForwardSix, options), HasSubstr("joints[3]: found \"tail\""));
  const TemporaryFolder folder;
  WriteQuickly(folder / "x.pt", "no module");
  EXPECT_THAT(ErrorOf([&] { TorchscriptPrior::Load(folder / "x.pt", {}); }),
              HasSubstr("is no scripted module"));
}

}  // namespace
}  // namespace vitruvius::torchscript_prior_test
