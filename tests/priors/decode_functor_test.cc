#include "priors/decode_functor.h"

#include <gtest/gtest.h>

#include "priors/generator_prior.h"
#include "priors/registry.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/random_prior.h"

namespace vitruvius::decode_functor_test {
namespace {

std::shared_ptr<const GeneratorPrior> RandomPrior() {
  const TemporaryFolder folder;
  WriteNpz(folder / "prior.npz", RandomGenerator("gan-s"));
  return std::dynamic_pointer_cast<const GeneratorPrior>(LoadPrior(folder / "prior.npz"));
}

// z itself depends on three parameters, so that the chain rule has something to do.
TEST(DecodeFunctor, JetsCarryTheJacobian) {
  using Jet = ceres::Jet<double, 3>;
  const auto prior = RandomPrior();
  const DecodeFunctor decode(*prior, prior->MakeDoubleDecoder());
  Rng rng(1);
  const Eigen::VectorXd z = prior->SampleLatent(&rng);
  const Eigen::MatrixXd slope = Eigen::MatrixXd::NullaryExpr(6, 3, [&] { return rng.Normal(); });
  std::vector<Jet> jets(6), pose(63);
  for (int k = 0; k < 6; ++k) {
    jets[k].a = z[k];
    jets[k].v = slope.row(k).transpose();
  }
  ASSERT_TRUE(decode(jets.data(), pose.data()));
  Eigen::VectorXd plain(63), high(63), low(63);
  ASSERT_TRUE(decode(z.data(), plain.data()));
  constexpr double kStep = 1e-7;
  for (int c = 0; c < 3; ++c) {
    ASSERT_TRUE(decode((z + kStep * slope.col(c)).eval().data(), high.data()));
    ASSERT_TRUE(decode((z - kStep * slope.col(c)).eval().data(), low.data()));
    for (int i = 0; i < 63; ++i) {
      EXPECT_EQ(pose[i].a, plain[i]);
      const double numeric = (high[i] - low[i]) / (2 * kStep);
      EXPECT_NEAR(pose[i].v[c], numeric, 1e-5 * (1 + std::abs(numeric)));
    }
  }
}

TEST(DecodeFunctor, FailsOnWhatIsNotFinite) {
  const auto prior = RandomPrior();
  const DecodeFunctor decode(*prior);
  std::vector<double> z(6, std::nan("")), pose(63);
  EXPECT_FALSE(decode(z.data(), pose.data()));
  std::vector<ceres::Jet<double, 2>> jets(6, ceres::Jet<double, 2>(std::nan(""))), pose_jets(63);
  EXPECT_FALSE(decode(jets.data(), pose_jets.data()));
}

}  // namespace
}  // namespace vitruvius::decode_functor_test
