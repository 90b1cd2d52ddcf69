#include "priors/gmm.h"

#include <cmath>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/npz.h"
#include "data/io/pickle_writer.h"
#include "priors/registry.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::gmm_test {
namespace {

using ::testing::HasSubstr;

// Three components in two dimensions; far apart, so that a sample tells where it came from.
GaussianMixture ThreeComponents() {
  GaussianMixture mixture;
  mixture.weights = Eigen::Vector3d(0.5, 0.3, 0.2);
  mixture.means.resize(3, 2);
  mixture.means << 0, 0, 100, 10, -100, 20;
  for (const double correlation : {0.0, 0.6, -0.8}) {
    Eigen::Matrix2d covariance;
    covariance << 4, 2 * correlation, 2 * correlation, 1;
    mixture.covariances.push_back(covariance);
  }
  return mixture;
}

TEST(GaussianMixture, LogDensityByHand) {
  GaussianMixture one;
  one.weights = Eigen::VectorXd::Ones(1);
  one.means = RowMatrixXd::Constant(1, 2, 1.0);
  one.covariances = {Eigen::Vector2d(4, 0.25).asDiagonal()};
  // -log 2 pi - 1/2 log(4 * 0.25) - 1/2 (2^2/4 + 1^2/0.25)
  EXPECT_NEAR(one.LogDensity(Eigen::Vector2d(3, 2)), -std::log(2 * M_PI) - 2.5, 1e-12);
  const GaussianMixture three = ThreeComponents();
  const double d = -std::log(2 * M_PI) - 0.5 * std::log(4 * 1 - 1.2 * 1.2) + std::log(0.3);
  EXPECT_NEAR(three.LogDensity(Eigen::Vector2d(100, 10)), d, 1e-9);
}

TEST(GaussianMixture, LogDensityFarAwayIsFinite) {
  EXPECT_TRUE(std::isfinite(ThreeComponents().LogDensity(Eigen::Vector2d(1e6, -1e6))));
}

TEST(GaussianMixture, SamplesHaveTheMixturesStatistics) {
  const GaussianMixture mixture = ThreeComponents();
  Rng rng(7);
  constexpr int kSamples = 60000;
  Eigen::Vector3d count = Eigen::Vector3d::Zero();
  RowMatrixXd sum = RowMatrixXd::Zero(3, 2);
  std::vector<Eigen::Matrix2d> second(3, Eigen::Matrix2d::Zero());
  for (int i = 0; i < kSamples; ++i) {
    const Eigen::VectorXd x = mixture.Sample(&rng);
    const int k = x[0] > 50 ? 1 : x[0] < -50 ? 2 : 0;
    const Eigen::Vector2d d = x - mixture.means.row(k).transpose();
    count[k] += 1;
    sum.row(k) += d.transpose();
    second[k] += d * d.transpose();
  }
  for (int k = 0; k < 3; ++k) {
    // Five standard errors of a frequency, and of moments of more than 12,000 samples.
    EXPECT_NEAR(count[k] / kSamples, mixture.weights[k], 5 * 0.5 / std::sqrt(kSamples));
    EXPECT_LT((sum.row(k) / count[k]).cwiseAbs().maxCoeff(), 5 * 2 / std::sqrt(12000));
    EXPECT_LT((second[k] / count[k] - mixture.covariances[k]).cwiseAbs().maxCoeff(),
              5 * 4 * 1.5 / std::sqrt(12000));
  }
}

TEST(GaussianMixture, MarginalsAreSubBlocks) {
  const GaussianMixture mixture = ThreeComponents();
  const GaussianMixture first = mixture.Marginal(1);
  EXPECT_EQ(first.dim(), 1);
  EXPECT_EQ(first.weights, mixture.weights);
  EXPECT_EQ(first.covariances[2](0, 0), 4);
  const GaussianMixture swapped = mixture.Marginal(std::vector<int>{1, 0});
  EXPECT_NEAR(swapped.LogDensity(Eigen::Vector2d(10, 99)), mixture.LogDensity(Eigen::Vector2d(99, 10)),
              1e-12);
  // The marginal is the integral over the other number.
  double integral = 0;
  constexpr double kStep = 0.05;
  for (double y = -10; y < 40; y += kStep)
    integral += kStep * std::exp(mixture.LogDensity(Eigen::Vector2d(98, y)));
  EXPECT_NEAR(std::log(integral), first.LogDensity(Eigen::VectorXd::Constant(1, 98)), 1e-6);
}

TEST(GaussianMixture, FilesComeBackExactly) {
  TemporaryFolder folder;
  const GaussianMixture mixture = ThreeComponents();
  SaveGaussianMixture(folder / "gmm.npz", mixture);
  const GaussianMixture loaded = LoadGaussianMixture(folder / "gmm.npz");
  EXPECT_EQ(loaded.means, mixture.means);
  for (int k = 0; k < 3; ++k) EXPECT_EQ(loaded.covariances[k], mixture.covariances[k]);
  EXPECT_LT((loaded.weights - mixture.weights).cwiseAbs().maxCoeff(), 1e-15);
}

// SMPLify's gmm_08.pkl is a dict of three arrays in protocol 0 as Python 2 wrote it; here with one number a
// pose.
TEST(GaussianMixture, ReadsThePickleOfSmplify) {
  const auto array = [](const std::string& shape, const std::string& repr) {
    return "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(" + shape +
           "tcnumpy\ndtype\n(S'f8'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'" + repr + "'\ntb";
  };
  const std::string zeros = "\\x00\\x00\\x00\\x00\\x00\\x00";
  TemporaryFolder folder;
  WriteQuickly(folder / "gmm_01.pkl",
               "(dp1\nS'covars'\n" + array("I2\nI1\nI1\n", zeros + "\\x10@" + zeros + "\\xf0?") +
                   "sS'weights'\n" + array("I2\n", zeros + "\\xe0?" + zeros + "\\xe0?") + "sS'means'\n" +
                   array("I2\nI1\n", zeros + "\\x00@" + zeros + "\\xf0\\xbf") + "s.");
  const GaussianMixture mixture = LoadGaussianMixture(folder / "gmm_01.pkl");
  EXPECT_EQ(mixture.means, Eigen::Vector2d(2, -1));
  EXPECT_EQ(mixture.weights, Eigen::Vector2d(0.5, 0.5));
  EXPECT_EQ(mixture.covariances[0](0, 0), 4);
  EXPECT_EQ(mixture.covariances[1](0, 0), 1);
  EXPECT_EQ(LoadPrior(folder / "gmm_01.pkl")->name(), folder / "gmm_01.pkl");
}

// Some people's file holds scikit-learn's object instead of the dict.
TEST(GaussianMixture, ReadsTheObjectOfScikitLearn) {
  TemporaryFolder folder;
  const GaussianMixture mixture = ThreeComponents();
  SaveGaussianMixture(folder / "gmm.npz", mixture);
  const NpzReader npz(folder / "gmm.npz");
  const std::string dict = SerializePickle(
      {{"means_", npz.Read("means")}, {"covars_", npz.Read("covars")}, {"weights_", npz.Read("weights")}});
  // The dict's opcodes between PROTO and STOP become the members of the object.
  const std::string members = dict.substr(2, dict.size() - 3);
  WriteQuickly(folder / "gmm.pkl",
               "\x80\x02"
               "csklearn.mixture.gmm\nGMM\n)\x81" +
                   members + "b.");
  const GaussianMixture loaded = LoadGaussianMixture(folder / "gmm.pkl");
  EXPECT_EQ(loaded.means, mixture.means);
  EXPECT_EQ(loaded.covariances[2], mixture.covariances[2]);
}

// git and some archives turn line ends into CRLF, which damages protocol 0.
TEST(GaussianMixture, APickleWithCrlfLineEndsIsNamed) {
  TemporaryFolder folder;
  WriteQuickly(folder / "gmm_08.pkl", "(dp1\r\nS'covars'\r\n");
  EXPECT_THAT(ErrorOf([&] { LoadGaussianMixture(folder / "gmm_08.pkl"); }),
              HasSubstr("gmm_08.pkl: byte 2: the file looks like it was converted to CRLF line ends"));
}

TEST(GaussianMixture, EachDefectIsRefusedByName) {
  TemporaryFolder folder;
  const auto error = [&](const std::function<void(GaussianMixture*)>& damage) {
    GaussianMixture mixture = ThreeComponents();
    damage(&mixture);
    EXPECT_NE(ErrorOf([&] { SaveGaussianMixture(folder / "x.npz", mixture); }), "");
    return ErrorOf([&] { mixture.Check("a.npz"); });
  };
  using M = GaussianMixture;
  const double nan = std::nan("");
  EXPECT_THAT(error([&](M* m) { m->means(1, 1) = nan; }),
              HasSubstr("a.npz: means: found a value that is not finite"));
  EXPECT_THAT(error([](M* m) { m->means.resize(0, 2); }), HasSubstr("means: found shape (0, 2)"));
  EXPECT_THAT(error([](M* m) { m->weights[1] = 0; }),
              HasSubstr("weights[1]: found 0, expected a positive number"));
  EXPECT_THAT(error([](M* m) { m->weights[1] = 0.31; }),
              HasSubstr("weights: found the sum 1.01, expected 1"));
  EXPECT_THAT(error([](M* m) { m->weights = Eigen::Vector2d(0.5, 0.5); }),
              HasSubstr("weights: found 2 numbers"));
  EXPECT_THAT(error([](M* m) { m->covariances.pop_back(); }),
              HasSubstr("covars: found 2 matrices, expected 3"));
  EXPECT_THAT(error([](M* m) { m->covariances[1].resize(1, 2); }),
              HasSubstr("covars[1]: found shape (1, 2)"));
  EXPECT_THAT(error([&](M* m) { m->covariances[2](0, 0) = nan; }),
              HasSubstr("covars[2]: found a value that is not"));
  EXPECT_THAT(error([](M* m) { m->covariances[0](0, 1) = 0.1; }),
              HasSubstr("covars[0]: found an asymmetry of 0.1"));
  EXPECT_THAT(error([](M* m) { m->covariances[0](1, 1) = -1; }),
              HasSubstr("covars[0]: found a matrix that is not pos"));
}

TEST(GaussianMixture, FilesOfWrongShapesAreRefused) {
  TemporaryFolder folder;
  const std::vector<double> numbers(64, 1.0);
  std::map<std::string, NpyArray> arrays;
  arrays["means"] = NpyArray::FromDoubles(numbers.data(), {2, 3});
  arrays["weights"] = NpyArray::FromDoubles(numbers.data(), {2});
  arrays["covars"] = NpyArray::FromDoubles(numbers.data(), {2, 3, 2});
  WriteNpz(folder / "a.npz", arrays);
  EXPECT_THAT(ErrorOf([&] { LoadGaussianMixture(folder / "a.npz"); }), HasSubstr("covars"));
  arrays.erase("weights");
  WriteNpz(folder / "b.npz", arrays);
  EXPECT_THAT(ErrorOf([&] { LoadGaussianMixture(folder / "b.npz"); }), HasSubstr("weights"));
}

}  // namespace
}  // namespace vitruvius::gmm_test
