#include "priors/flow_prior.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <Eigen/LU>

#include "priors/registry.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/check_cost.h"
#include "tests/util/random_prior.h"

namespace vitruvius::flow_prior_test {
namespace {

std::shared_ptr<const FlowPrior> Load(const Arrays& arrays) {
  const TemporaryFolder folder;
  WriteNpz(folder / "prior.npz", arrays);
  return std::dynamic_pointer_cast<const FlowPrior>(LoadPrior(folder / "prior.npz"));
}

// A sample whose joints are all within the principal branch, as poses of people are.
Eigen::VectorXd SampleBelowPi(const FlowPrior& prior, Rng* rng, Eigen::VectorXd* z) {
  Eigen::VectorXd pose(63);
  for (int trial = 0; trial < 100; ++trial) {
    *z = prior.SampleLatent(rng);
    prior.MakeDecoder()->Decode(z->data(), pose.data());
    double largest = 0;
    for (int j = 0; j < 21; ++j) largest = std::max(largest, pose.segment<3>(3 * j).norm());
    if (largest < 2.5) return pose;
  }
  ADD_FAILURE() << "no sample below pi";
  return pose;
}

TEST(FlowPrior, EncodeIsTheInverseOfDecode) {
  const auto prior = Load(RandomFlow());
  Rng rng(1);
  for (int trial = 0; trial < 20; ++trial) {
    Eigen::VectorXd z, back;
    const Eigen::VectorXd pose = SampleBelowPi(*prior, &rng, &z);
    ASSERT_TRUE(prior->Encode(pose, &back));
    // Networks in float, whose outputs are scaled by up to e a coupling.
    EXPECT_LT((back - z).cwiseAbs().maxCoeff(), 1e-4);
  }
}

TEST(FlowPrior, SquaredResidualPlusAConstantIsTheNegativeLogLikelihood) {
  const auto prior = Load(RandomFlow());
  const double weight = 1;
  const auto cost = prior->MakeEnergy(69, &weight);
  Rng rng(2);
  double constant = 0;
  for (int trial = 0; trial < 20; ++trial) {
    Eigen::VectorXd z, pose = SampleBelowPi(*prior, &rng, &z), whole = Eigen::VectorXd::Zero(69);
    whole.head(63) = pose;
    std::vector<double> r(cost->num_residuals());
    const double* block = whole.data();
    ASSERT_TRUE(cost->Evaluate(&block, r.data(), nullptr));
    const double energy = Eigen::Map<Eigen::VectorXd>(r.data(), r.size()).squaredNorm();
    const double difference = prior->NegativeLogLikelihood(pose) - energy;
    if (trial == 0) constant = difference;
    EXPECT_NEAR(difference, constant, 1e-9 * std::abs(constant));
  }
}

// The density itself, against the change of variables by the decoder's own Jacobian.
TEST(FlowPrior, LikelihoodIsThatOfTheLatentOverTheDeterminant) {
  const auto prior = Load(RandomFlow());
  const auto decoder = prior->MakeDecoder();
  Rng rng(3);
  for (int trial = 0; trial < 10; ++trial) {
    Eigen::VectorXd z, pose = SampleBelowPi(*prior, &rng, &z);
    RowMatrixXd jacobian(63, 57), covered(57, 57);
    decoder->DecodeWithJacobian(z.data(), pose.data(), jacobian.data());
    covered << jacobian.topRows(36), jacobian.bottomRows(21);
    const double log_determinant = covered.partialPivLu().matrixLU().diagonal().array().abs().log().sum();
    const double expected = 0.5 * z.squaredNorm() + 0.5 * 57 * std::log(2 * M_PI) + log_determinant;
    // 57 factors in float.
    EXPECT_NEAR(prior->NegativeLogLikelihood(pose), expected, 1e-3);
  }
}

TEST(FlowPrior, EnergyDerivativesAreTheInverseOfTheDecoders) {
  const auto prior = Load(RandomFlow());
  const double weight = std::sqrt(2.0);  // r = z
  const auto cost = prior->MakeEnergy(63, &weight);
  Rng rng(7);
  for (int trial = 0; trial < 5; ++trial) {
    Eigen::VectorXd z, pose = SampleBelowPi(*prior, &rng, &z), r(58);
    RowMatrixXd of_latent(63, 57), of_pose(58, 63);
    prior->MakeDecoder()->DecodeWithJacobian(z.data(), pose.data(), of_latent.data());
    const double* block = pose.data();
    double* jacobian = of_pose.data();
    ASSERT_TRUE(cost->Evaluate(&block, r.data(), &jacobian));
    EXPECT_LT((r.head(57) - z).cwiseAbs().maxCoeff(), 1e-4);
    EXPECT_LT((of_pose.topRows(57) * of_latent - RowMatrixXd::Identity(57, 57)).cwiseAbs().maxCoeff(), 1e-3);
  }
}

TEST(FlowPrior, EnergyDerivativesAndWeight) {
  // Nearly without kinks, which differences would step over.
  Arrays arrays = RandomFlow();
  arrays["leaky_slope"] = DoubleArray(0.999);
  const auto prior = Load(arrays);
  double weight = 2;
  const auto cost = prior->MakeEnergy(69, &weight);
  Rng rng(4);
  Eigen::VectorXd z, x = Eigen::VectorXd::Zero(69);
  x.head(63) = SampleBelowPi(*prior, &rng, &z);
  CostCheckOptions options;
  options.step = 1e-4;  // of float networks: rounding 1e-6 / step
  options.relative_tolerance = 0.03;
  CheckCost(*cost, {x.data()}, options);
  std::vector<double> r(58), twice(58);
  const double* block = x.data();
  ASSERT_TRUE(cost->Evaluate(&block, r.data(), nullptr));
  weight = 4;
  ASSERT_TRUE(cost->Evaluate(&block, twice.data(), nullptr));
  for (int i = 0; i < 58; ++i) EXPECT_NEAR(twice[i], 2 * r[i], 1e-12 * std::abs(r[i]));
}

TEST(FlowPrior, EnergyFailsOnWhatIsNotFinite) {
  const auto prior = Load(RandomFlow());
  const double weight = 1;
  const auto cost = prior->MakeEnergy(63, &weight);
  Eigen::VectorXd x = Eigen::VectorXd::Zero(63);
  x[5] = std::nan("");
  std::vector<double> r(58);
  const double* block = x.data();
  EXPECT_FALSE(cost->Evaluate(&block, r.data(), nullptr));
}

TEST(FlowPrior, TheSamePoseGivesTheSameBitsWhateverCameBefore) {
  const auto prior = Load(RandomFlow());
  const double weight = 1;
  const auto used = prior->MakeEnergy(63, &weight);
  Rng rng(5);
  std::vector<double> r(58), j(58 * 63), fresh_r(58), fresh_j(58 * 63);
  double* jacobian = j.data();
  double* fresh_jacobian = fresh_j.data();
  for (int trial = 0; trial < 5; ++trial) {
    const Eigen::VectorXd x = Eigen::VectorXd::NullaryExpr(63, [&] { return 0.3 * rng.Normal(); });
    const double* block = x.data();
    ASSERT_TRUE(used->Evaluate(&block, r.data(), &jacobian));
    ASSERT_TRUE(prior->MakeEnergy(63, &weight)->Evaluate(&block, fresh_r.data(), &fresh_jacobian));
    EXPECT_EQ(r, fresh_r);
    EXPECT_EQ(j, fresh_j);
  }
}

// A latent so far out that a joint passes pi: the pose is the same rotation on the principal branch.
TEST(FlowPrior, JointsBeyondPiAreWrappedWithTheirDerivative) {
  Arrays arrays = RandomFlow();
  std::vector<double> mean = arrays["data_mean"].ToDoubles();
  mean[0] = 4;
  arrays["data_mean"] = NpyArray::FromDoubles(mean.data(), {57});
  const auto prior = Load(arrays);
  const auto decoder = prior->MakeDecoder();
  Rng rng(6);
  const Eigen::VectorXd z = 0.3 * prior->SampleLatent(&rng);
  Eigen::VectorXd pose(63), low(63), high(63);
  RowMatrixXd jacobian(63, 57);
  decoder->DecodeWithJacobian(z.data(), pose.data(), jacobian.data());
  EXPECT_LT(pose.head<3>().norm(), M_PI);
  constexpr double kStep = 1e-3;
  for (int c = 0; c < 57; ++c) {
    decoder->Decode((z + kStep * Eigen::VectorXd::Unit(57, c)).eval().data(), high.data());
    decoder->Decode((z - kStep * Eigen::VectorXd::Unit(57, c)).eval().data(), low.data());
    const Eigen::Vector3d numeric = (high.head<3>() - low.head<3>()) / (2 * kStep);
    EXPECT_LT((numeric - jacobian.col(c).head<3>()).norm(), 0.01) << c;
  }
}

TEST(FlowPrior, RestrictedBelowItsJointsItHasNoDensity) {
  const auto prior = Load(RandomFlow());
  const double weight = 1;
  const auto part = std::dynamic_pointer_cast<const LatentPrior>(prior->Restrict(60));
  EXPECT_EQ(part->MakeEnergy(69, &weight), nullptr);
  EXPECT_TRUE(std::isnan(part->NegativeLogLikelihood(Eigen::VectorXd::Zero(60))));
  Eigen::VectorXd z;
  EXPECT_FALSE(part->Encode(Eigen::VectorXd::Zero(60), &z));
  EXPECT_NE(prior->Restrict(63)->MakeEnergy(69, &weight), nullptr);
}

TEST(FlowPrior, FilesThatAreWrongAreRefusedByName) {
  const TemporaryFolder folder;
  const auto message = [&](const std::function<void(Arrays*)>& change) {
    Arrays arrays = RandomFlow();
    change(&arrays);
    WriteNpz(folder / "p.npz", arrays);
    return ErrorOf([&] { LoadPrior(folder / "p.npz"); });
  };
  using ::testing::HasSubstr;
  EXPECT_EQ(message([](Arrays*) {}), "");
  for (const auto& [name, array] : RandomFlow()) {
    if (name == "family" || name == "latent") continue;
    const std::string key = name;
    EXPECT_NE(message([&](Arrays* a) { a->erase(key); }), "") << name;
  }
  EXPECT_THAT(message([](Arrays* a) { (*a)["latent_dim"] = Int32Array(32); }),
              HasSubstr("latent_dim: found 32"));
  EXPECT_THAT(message([](Arrays* a) { (*a)["data_scale"] = FloatArray(RowMatrixXd::Zero(57, 1), {57}); }),
              HasSubstr("data_scale: found 0"));
  EXPECT_THAT(message([](Arrays* a) { (*a)["flow_mask"].bytes[3] = 2; }), HasSubstr("flow_mask: found 2"));
  EXPECT_THAT(message([](Arrays* a) {
                auto& bytes = (*a)["flow_mask"].bytes;
                std::fill(bytes.begin() + 57, bytes.begin() + 114, 1);
              }),
              HasSubstr("flow_mask[1]: found all numbers alike"));
  EXPECT_THAT(message([](Arrays* a) { (*a)["flow_t_weight_2_1"] = (*a)["flow_t_weight_2_0"]; }),
              HasSubstr("flow_t_weight_2_1"));
  EXPECT_THAT(message([](Arrays* a) {
                std::vector<double> v = (*a)["flow_s_bias_3_2"].ToDoubles();
                v[0] = std::nan("");
                (*a)["flow_s_bias_3_2"] = NpyArray::FromDoubles(v.data(), {57});
              }),
              HasSubstr("flow_s_bias_3_2: holds a value that is not finite"));
}

}  // namespace
}  // namespace vitruvius::flow_prior_test
