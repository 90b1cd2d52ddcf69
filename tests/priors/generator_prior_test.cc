#include "priors/generator_prior.h"

#include <gtest/gtest.h>

#include "models/math/rotation_6d.h"
#include "models/math/so3.h"
#include "priors/registry.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/random_prior.h"

namespace vitruvius::generator_prior_test {
namespace {

std::shared_ptr<const GeneratorPrior> Load(const Arrays& arrays) {
  const TemporaryFolder folder;
  WriteNpz(folder / "prior.npz", arrays);
  return std::dynamic_pointer_cast<const GeneratorPrior>(LoadPrior(folder / "prior.npz"));
}

// A generator whose output is its bias: pose and derivative can be set.
Arrays Affine(const std::vector<Vector6d>& outputs, const RowMatrixXd& weight) {
  Arrays arrays = RandomGenerator("gan-n");
  const int d = static_cast<int>(weight.cols()), rows = static_cast<int>(weight.rows());
  RowMatrixXd bias(rows, 1);
  for (int i = 0; i < rows / 6; ++i) bias.middleRows<6>(6 * i) = outputs[i];
  arrays["latent_dim"] = Int32Array(d);
  arrays["decoder_leaky"] = Int8Array({0});
  arrays["decoder_weight_0"] = NpyArray::FromDoubles(weight.data(), {rows, d});
  arrays["decoder_bias_0"] = NpyArray::FromDoubles(bias.data(), {rows});
  return arrays;
}

// Angles where the logarithm is delicate: derivatives against differences of the double decoder.
TEST(GeneratorPrior, JacobianAtAnglesOfZeroAndPi) {
  Rng rng(1);
  const int d = 5;
  for (const double angle : {0.0, 1e-9, 1e-4, 0.1, 1.0, 3.0, M_PI - 1e-4, M_PI - 1e-8, M_PI}) {
    const RowMatrixXd weight = RowMatrixXd::NullaryExpr(6 * 19, d, [&] { return rng.Normal(); });
    std::vector<Vector6d> outputs;
    for (int i = 0; i < 19; ++i) {
      const Vector3d axis = Vector3d(rng.Normal(), rng.Normal(), rng.Normal()).normalized();
      outputs.push_back(rng.Uniform(0.5, 2) * SixNumbersOf(ExpSO3(angle * axis)));
    }
    const auto prior = Load(Affine(outputs, weight));
    const auto decoder = prior->MakeDoubleDecoder();
    const Eigen::VectorXd zero = Eigen::VectorXd::Zero(d);
    Eigen::VectorXd pose(63), low(63), high(63), in_float(63);
    RowMatrixXd jacobian(63, d), float_jacobian(63, d);
    decoder->DecodeWithJacobian(zero.data(), pose.data(), jacobian.data());
    prior->MakeDecoder()->DecodeWithJacobian(zero.data(), in_float.data(), float_jacobian.data());
    constexpr double kStep = 1e-6;
    for (int c = 0; c < d; ++c) {
      decoder->Decode((kStep * Eigen::VectorXd::Unit(d, c)).eval().data(), high.data());
      decoder->Decode((-kStep * Eigen::VectorXd::Unit(d, c)).eval().data(), low.data());
      for (const int joint : prior->joints()) {
        const int place = 3 * (joint - 1);
        const Vector3d w = pose.segment<3>(place);
        EXPECT_NEAR(w.norm(), angle, 1e-7);  // acos-like rounding at pi
        // Beyond pi the principal branch jumps by 2 pi: back to the branch of w.
        const auto near = [&](const Vector3d& v) -> Vector3d {
          return v.dot(w) < 0 && v.norm() > 3 ? Vector3d(v * (1 - 2 * EIGEN_PI / v.norm())) : v;
        };
        const Vector3d numeric = (near(high.segment<3>(place)) - near(low.segment<3>(place))) / (2 * kStep);
        const Vector3d analytic = jacobian.block<3, 1>(place, c);
        // The logarithm's own rounding near pi and at zero, over the step.
        EXPECT_LT((analytic - numeric).norm(), 1e-6 * (1 + analytic.norm())) << "angle " << angle;
        if (angle < 3.1) {
          EXPECT_LT((float_jacobian.block<3, 1>(place, c) - analytic).norm(), 1e-4 * (1 + analytic.norm()));
        }
      }
    }
  }
}

// The size of networks that ship: floats against doubles.
TEST(GeneratorPrior, FloatIsWithinATenThousandthOfDouble) {
  const auto prior = Load(RandomGenerator("gan-s", {32, 512, 3}));
  const auto single = prior->MakeDecoder(), exact = prior->MakeDoubleDecoder();
  Rng rng(2);
  Eigen::VectorXd a(63), b(63);
  RowMatrixXd ja(63, 32), jb(63, 32);
  for (int trial = 0; trial < 20; ++trial) {
    const Eigen::VectorXd z = prior->SampleLatent(&rng);
    single->DecodeWithJacobian(z.data(), a.data(), ja.data());
    exact->DecodeWithJacobian(z.data(), b.data(), jb.data());
    const double scale = 1 + jb.cwiseAbs().maxCoeff();
    for (int j = 0; j < 21; ++j) {
      // A random network comes near angles of pi, where two branches describe one rotation.
      if (b.segment<3>(3 * j).norm() > 3.1) continue;
      EXPECT_LT((a - b).segment<3>(3 * j).norm(), 1e-4);
      EXPECT_LT((ja - jb).middleRows<3>(3 * j).cwiseAbs().maxCoeff(), 1e-4 * scale);
    }
  }
}

TEST(GeneratorPrior, SixNumbersAreInterleaved) {
  // First column (1, 0, 0) turned to (0, 1, 0): 90 degrees about z.
  Vector6d x;
  x << 0, -1, 1, 0, 0, 0;
  const auto prior = Load(Affine(std::vector<Vector6d>(19, x), RowMatrixXd::Zero(114, 3)));
  Eigen::VectorXd pose(63);
  prior->MakeDecoder()->Decode(Eigen::Vector3d::Zero().eval().data(), pose.data());
  EXPECT_LT((pose.head<3>() - Vector3d(0, 0, EIGEN_PI / 2)).norm(), 1e-6);
  EXPECT_LT((prior->Mean().head<3>() - Vector3d(0, 0, EIGEN_PI / 2)).norm(), 1e-6);
}

TEST(GeneratorPrior, JointsMayComeInAnyOrder) {
  Arrays arrays = RandomGenerator("vae");
  const auto straight = Load(arrays);
  std::vector<std::string> joints = arrays["joints"].ToStrings();
  std::swap(joints[2], joints[7]);
  arrays["joints"] = NpyArray::FromStrings(joints);
  const auto swapped = Load(arrays);
  Rng rng(3);
  const Eigen::VectorXd z = straight->SampleLatent(&rng);
  Eigen::VectorXd a(63), b(63);
  straight->MakeDecoder()->Decode(z.data(), a.data());
  swapped->MakeDecoder()->Decode(z.data(), b.data());
  EXPECT_EQ(a.segment<3>(6), b.segment<3>(21));
  EXPECT_EQ(a.segment<3>(21), b.segment<3>(6));
  EXPECT_EQ(a.head<6>(), b.head<6>());
}

TEST(GeneratorPrior, EncoderAndShapeAreTheirNetworks) {
  Arrays arrays = RandomGenerator("vae", {6, 40, 4, true, true});
  const auto prior = Load(arrays);
  const auto matrix = [&](const std::string& name) -> RowMatrixXd {
    const std::vector<double> v = arrays.at(name).ToDoubles();
    const auto& shape = arrays.at(name).shape;
    return Eigen::Map<const RowMatrixXd>(v.data(), shape[0], shape.size() > 1 ? shape[1] : 1);
  };
  const auto linear = [&](const std::string& weight, const std::string& bias, const Eigen::VectorXd& x) {
    return Eigen::VectorXd(matrix(weight) * x + matrix(bias));
  };
  const auto leaky = [](const Eigen::VectorXd& x) { return Eigen::VectorXd(x.cwiseMax(0.2 * x)); };
  Rng rng(5);
  const Eigen::VectorXd pose = Eigen::VectorXd::NullaryExpr(63, [&] { return rng.Normal(); });
  Eigen::VectorXd covered(57);
  covered << pose.head(36), pose.tail(21);
  Eigen::VectorXd z;
  ASSERT_TRUE(prior->Encode(pose, &z));
  Eigen::VectorXd expected = leaky(linear("encoder_weight_0", "encoder_bias_0", covered));
  expected = linear("encoder_mean_weight", "encoder_mean_bias",
                    linear("encoder_weight_1", "encoder_bias_1", expected));
  EXPECT_LT((z - expected).norm(), 1e-12 * expected.norm());
  expected = leaky(
      linear("decoder_weight_1", "decoder_bias_1", leaky(linear("decoder_weight_0", "decoder_bias_0", z))));
  expected = linear("shape_weight", "shape_bias", expected);
  EXPECT_LT((prior->DecodeBetas(z) - expected).norm(), 1e-12 * expected.norm());

  const auto plain = Load(RandomGenerator("gan-s"));
  EXPECT_FALSE(plain->Encode(pose, &z));
  EXPECT_EQ(plain->DecodeBetas(Eigen::VectorXd::Zero(6)).size(), 0);
}

TEST(GeneratorPrior, HasNoDensityButAMeanAndAnOrigin) {
  const auto prior = Load(RandomGenerator("gan-s"));
  const double weight = 1;
  EXPECT_EQ(prior->MakeEnergy(69, &weight), nullptr);
  EXPECT_TRUE(std::isnan(prior->NegativeLogLikelihood(prior->Mean())));
  EXPECT_TRUE(prior->Modes().empty());
  EXPECT_EQ(prior->origin().trained_with, "a test");
  EXPECT_EQ(prior->origin().inversion_val_mm.value(), 7.5);
}

}  // namespace
}  // namespace vitruvius::generator_prior_test
