// LibTorch on a network of the same sizes, one thread: forward-mode derivatives (a batch of 32 rows with the
// 32 directions) and the TorchScript bridge. Rotation matrices only: the logarithm that the native figures
// hold is left out.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <torch/csrc/autograd/forward_grad.h>
#include <torch/script.h>

#include "priors/torchscript/torchscript_prior.h"
#include "tests/benchmarks/generator_of_size.h"

namespace vitruvius {
namespace {

at::Tensor TensorOf(const NpyArray& array) {
  const std::vector<double> values = array.ToDoubles();
  return at::from_blob(const_cast<double*>(values.data()), array.shape, at::kDouble).to(at::kFloat);
}

struct TorchGenerator {
  TorchGenerator() {
    const Arrays arrays = ArraysOfGenerator();
    for (int i = 0; i < 3; ++i) {
      weights.push_back(TensorOf(arrays.at(StrCat("decoder_weight_", i))));
      biases.push_back(TensorOf(arrays.at(StrCat("decoder_bias_", i))));
    }
    at::set_num_threads(1);
  }
  at::Tensor Six(at::Tensor x) const {
    x = at::leaky_relu(at::linear(x, weights[0], biases[0]), 0.2);
    x = at::leaky_relu(at::linear(x, weights[1], biases[1]), 0.2);
    return at::linear(x, weights[2], biases[2]);
  }
  at::Tensor Rotations(const at::Tensor& z) const {
    const at::Tensor x = Six(z).reshape({z.size(0), -1, 3, 2});
    const auto unit = [](const at::Tensor& v) { return v / (v * v).sum(-1, true).sqrt(); };
    const at::Tensor a = unit(x.select(3, 0)), b = x.select(3, 1), c = unit(b - (a * b).sum(-1, true) * a);
    return at::stack({a, c, at::cross(a, c, 2)}, -1);
  }
  std::vector<at::Tensor> weights, biases;
};

void BM_TorchForwardModeJacobian(benchmark::State& state) {
  const TorchGenerator generator;
  const at::NoGradGuard no_grad;
  const at::Tensor directions = at::eye(32);
  for (auto _ : state) {
    const uint64_t level = torch::autograd::ForwardADLevel::get_next_idx();
    {
      const at::Tensor z = at::randn({1, 32}).repeat({32, 1});
      const at::Tensor out = generator.Rotations(at::_make_dual(z, directions, static_cast<int64_t>(level)));
      const auto value_and_tangent = at::_unpack_dual(out, static_cast<int64_t>(level));
      benchmark::DoNotOptimize(std::get<1>(value_and_tangent).data_ptr<float>());
    }
    torch::autograd::ForwardADLevel::release_idx(level);
  }
}
BENCHMARK(BM_TorchForwardModeJacobian)->Unit(benchmark::kMicrosecond);

void BM_TorchValue(benchmark::State& state) {
  const TorchGenerator generator;
  const at::NoGradGuard no_grad;
  for (auto _ : state) benchmark::DoNotOptimize(generator.Rotations(at::randn({1, 32})).data_ptr<float>());
}
BENCHMARK(BM_TorchValue)->Unit(benchmark::kMicrosecond);

void BM_TorchscriptBridgeJacobian(benchmark::State& state) {
  const TorchGenerator generator;
  torch::jit::Module module("Generator");
  for (int i = 0; i < 3; ++i) {
    module.register_parameter(StrCat("w", i), generator.weights[i], false);
    module.register_parameter(StrCat("b", i), generator.biases[i], false);
  }
  module.define(R"(
def forward(self, z):
    x = torch.leaky_relu(torch.linear(z, self.w0, self.b0), 0.2)
    x = torch.leaky_relu(torch.linear(x, self.w1, self.b1), 0.2)
    return torch.linear(x, self.w2, self.b2)
)");
  TorchscriptPriorOptions options;
  options.joints = CoveredJoints(false);
  const TorchscriptPrior prior("bridge", module, options);
  const auto decoder = prior.MakeDecoder();
  Rng rng(1);
  Eigen::VectorXd pose(63);
  RowMatrixXd jacobian(63, 32);
  for (auto _ : state)
    decoder->DecodeWithJacobian(prior.SampleLatent(&rng).data(), pose.data(), jacobian.data());
}
BENCHMARK(BM_TorchscriptBridgeJacobian)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace vitruvius
