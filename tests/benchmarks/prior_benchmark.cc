// Generators: value, Jacobian from scratch, and Jacobians along the steps of an optimiser. Where LibTorch is
// found the same program holds its forward-mode derivatives of the same network (prior_torch_benchmark.cc).
#include <benchmark/benchmark.h>

#include "tests/benchmarks/generator_of_size.h"

namespace vitruvius {
namespace {

class Fixture {
 public:
  explicit Fixture(const GeneratorPrior& prior)
      : prior_(prior),
        decoder_(prior.MakeDecoder()),
        pose_(prior.dim()),
        jacobian_(prior.dim(), prior.latent_dim()) {
    Rng rng(1);
    for (int i = 0; i < 64; ++i) latents_.push_back(prior.SampleLatent(&rng));
    // What Gauss-Newton does on the sphere: steps that shrink.
    for (int start = 0; start < 8; ++start) {
      Eigen::VectorXd z = latents_[start];
      for (const double length : {0.0, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01}) {
        z += length * prior.SampleLatent(&rng).normalized();
        prior.ProjectLatent(&z);
        path_.push_back(z);
      }
    }
  }
  const Eigen::VectorXd& latent(size_t i) const { return latents_[i % latents_.size()]; }
  const std::vector<Eigen::VectorXd>& path() const { return path_; }
  PoseDecoder& decoder() { return *decoder_; }
  double* pose() { return pose_.data(); }
  double* jacobian() { return jacobian_.data(); }

 private:
  const GeneratorPrior& prior_;
  std::unique_ptr<PoseDecoder> decoder_;
  std::vector<Eigen::VectorXd> latents_, path_;
  Eigen::VectorXd pose_;
  RowMatrixXd jacobian_;
};

void BM_NativeValue(benchmark::State& state) {
  Fixture f(*GeneratorOfSize());
  size_t i = 0;
  for (auto _ : state) f.decoder().Decode(f.latent(i++).data(), f.pose());
}
BENCHMARK(BM_NativeValue)->Unit(benchmark::kMicrosecond);

void BM_NativeValueAndJacobianCold(benchmark::State& state) {
  Fixture f(*GeneratorOfSize());
  size_t i = 0;
  for (auto _ : state) {
    f.decoder().Reset();
    f.decoder().DecodeWithJacobian(f.latent(i++).data(), f.pose(), f.jacobian());
  }
}
BENCHMARK(BM_NativeValueAndJacobianCold)->Unit(benchmark::kMicrosecond);

// One iteration is a step: 12 steps from a fresh start, eight starts in turn.
void BM_NativeValueAndJacobianAlongAPath(benchmark::State& state) {
  Fixture f(*GeneratorOfSize());
  size_t i = 0;
  for (auto _ : state) {
    if (i % 12 == 0) f.decoder().Reset();
    f.decoder().DecodeWithJacobian(f.path()[i % f.path().size()].data(), f.pose(), f.jacobian());
    ++i;
  }
}
BENCHMARK(BM_NativeValueAndJacobianAlongAPath)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace vitruvius
