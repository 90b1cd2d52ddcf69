// The file's layout against numpy (generator_golden.py): which numbers are which columns of which joint.
#include <cmath>

#include <gtest/gtest.h>

#include "priors/latent_prior.h"
#include "priors/registry.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/random_prior.h"

namespace vitruvius::generator_golden_test {
namespace {

NpyArray Sines(std::vector<std::int64_t> shape, double start) {
  std::int64_t size = 1;
  for (const std::int64_t n : shape) size *= n;
  std::vector<double> values;
  for (std::int64_t i = 0; i < size; ++i) values.push_back(std::sin(start + 0.7 * static_cast<double>(i)));
  return NpyArray::FromDoubles(values.data(), std::move(shape));
}

TEST(GeneratorGolden, PosesAreThoseOfNumpy) {
  constexpr int kLatent = 4, kHidden = 7, kOutputs = 114;
  Arrays arrays = RandomGenerator("gan-s");
  arrays["latent_dim"] = Int32Array(kLatent);
  arrays["decoder_weight_0"] = Sines({kHidden, kLatent}, 1);
  arrays["decoder_bias_0"] = Sines({kHidden}, 2);
  arrays["decoder_weight_1"] = Sines({kHidden, kHidden}, 3);
  arrays["decoder_bias_1"] = Sines({kHidden}, 4);
  arrays["decoder_weight_2"] = Sines({kOutputs, kHidden}, 5);
  arrays["decoder_bias_2"] = Sines({kOutputs}, 6);
  const TemporaryFolder folder;
  WriteNpz(folder / "prior.npz", arrays);
  const auto prior = std::dynamic_pointer_cast<const LatentPrior>(LoadPrior(folder / "prior.npz"));
  const Eigen::Vector4d z(0.5, -0.1, 0.7, -0.5);
  Eigen::VectorXd pose(63);
  prior->MakeDecoder()->Decode(z.data(), pose.data());
  const struct {
    int joint;  // of SMPL
    Eigen::Vector3d axis_angle;
  } expected[] = {{1, {2.205970744, 0.819917017, -0.282987119}},
                  {2, {1.634546891, -1.443299613, 0.270281325}},
                  {12, {-0.847199613, -2.430787757, 1.735715796}},
                  {15, {1.540606822, 2.190700777, -0.944850962}},
                  {21, {1.488649625, 2.315276836, -1.170026007}}};
  // The network in float.
  for (const auto& [joint, w] : expected) {
    EXPECT_LT((pose.segment<3>(3 * (joint - 1)) - w).norm(), 2e-5) << joint;
  }
}

}  // namespace
}  // namespace vitruvius::generator_golden_test
