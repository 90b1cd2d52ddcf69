// Networks against a plain double evaluation written here, Jacobians against differences, and the shortcut
// between neighbouring inputs against the long way.
#include "priors/network.h"

#include <gtest/gtest.h>

#include "models/util/rng.h"

namespace vitruvius::network_test {
namespace {

Network RandomNetwork(const std::vector<int>& sizes, const std::vector<bool>& leaky, double slope,
                      std::uint64_t seed) {
  Rng rng(seed);
  Network network;
  network.leaky_slope = slope;
  for (size_t i = 0; i + 1 < sizes.size(); ++i) {
    LinearLayer layer;
    const double spread = std::sqrt(2.0 / sizes[i]);
    layer.weight = RowMatrixXd::NullaryExpr(sizes[i + 1], sizes[i], [&] { return spread * rng.Normal(); });
    layer.bias = Eigen::VectorXd::NullaryExpr(sizes[i + 1], [&] { return 0.3 * rng.Normal(); });
    layer.leaky = leaky[i];
    network.layers.push_back(layer);
  }
  return network;
}

Eigen::VectorXd Plain(const Network& network, Eigen::VectorXd x) {
  for (const LinearLayer& layer : network.layers) {
    x = (layer.weight * x + layer.bias).eval();
    if (layer.leaky) {
      for (double& v : x) v = v > 0 ? v : network.leaky_slope * v;
    }
  }
  return x;
}

Eigen::VectorXd Random(int n, Rng* rng) {
  return Eigen::VectorXd::NullaryExpr(n, [&] { return rng->Normal(); });
}

struct Shape {
  std::vector<int> sizes;
  std::vector<bool> leaky;
};

class NetworkShape : public testing::TestWithParam<Shape> {};

TEST_P(NetworkShape, ValueAndJacobianInDouble) {
  const Network network = RandomNetwork(GetParam().sizes, GetParam().leaky, 0.2, 1);
  NetworkEvaluator<double> evaluator(std::make_shared<CompiledNetwork<double>>(network));
  Rng rng(2);
  for (int trial = 0; trial < 5; ++trial) {
    const Eigen::VectorXd x = Random(network.inputs(), &rng);
    EXPECT_LT((evaluator.Evaluate(x.data()) - Plain(network, x)).norm(), 1e-12 * (1 + x.norm()));
    const Eigen::MatrixXd jacobian = evaluator.Jacobian();
    // Piecewise linear: where no unit changes its sign between the two, differences are exact but for
    // rounding.
    constexpr double kStep = 1e-7;
    for (int c = 0; c < network.inputs(); ++c) {
      const Eigen::VectorXd d = kStep * Eigen::VectorXd::Unit(network.inputs(), c);
      const Eigen::VectorXd numeric = (Plain(network, x + d) - Plain(network, x - d)) / (2 * kStep);
      EXPECT_LT((jacobian.col(c) - numeric).norm(), 1e-6 * (1 + numeric.norm())) << c;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, NetworkShape,
                         testing::Values(Shape{{5, 7}, {false}}, Shape{{5, 30, 7}, {true, false}},
                                         Shape{{32, 512, 512, 114}, {true, true, false}},
                                         Shape{{9, 40, 300, 20, 6}, {true, true, true, false}},
                                         Shape{{9, 40, 30, 20, 6}, {true, false, true, false}},
                                         Shape{{9, 40, 30, 6}, {false, false, false}}));

TEST(Network, MergedIsTheSameFunction) {
  const Network network = RandomNetwork({9, 20, 30, 10, 6}, {true, false, false, false}, 0.01, 3);
  const Network merged = network.Merged();
  EXPECT_EQ(merged.layers.size(), 2u);
  Rng rng(4);
  const Eigen::VectorXd x = Random(9, &rng);
  EXPECT_LT((Plain(network, x) - Plain(merged, x)).norm(), 1e-12);
}

TEST(Network, FloatIsDoubleToFourDigits) {
  const Network network = RandomNetwork({32, 512, 512, 114}, {true, true, false}, 0.2, 5);
  NetworkEvaluator<float> single(std::make_shared<CompiledNetwork<float>>(network));
  NetworkEvaluator<double> exact(std::make_shared<CompiledNetwork<double>>(network));
  Rng rng(6);
  for (int trial = 0; trial < 5; ++trial) {
    const Eigen::VectorXd x = Random(32, &rng);
    // Sums of 512 terms of size one in float.
    constexpr double kRounding = 1e-5;
    EXPECT_LT((single.Evaluate(x.data()).cast<double>() - exact.Evaluate(x.data())).cwiseAbs().maxCoeff(),
              kRounding);
    const Eigen::MatrixXd difference = single.Jacobian().cast<double>() - exact.Jacobian();
    EXPECT_LT(difference.cwiseAbs().maxCoeff(), kRounding);
  }
}

// A walk of 300 steps, some tiny, some large, some to the same place: as if started anew at every place.
TEST(Network, AlongAPathJacobiansAreThoseOfAFreshEvaluator) {
  const Network network = RandomNetwork({32, 512, 512, 114}, {true, true, false}, 0.2, 7);
  const auto compiled = std::make_shared<CompiledNetwork<float>>(network);
  NetworkEvaluator<float> walker(compiled), fresh(compiled);
  Rng rng(8);
  Eigen::VectorXd x = Random(32, &rng);
  for (int step = 0; step < 300; ++step) {
    const double lengths[] = {0, 1e-4, 0.01, 0.1, 1};
    x += lengths[rng.Index(5)] * Random(32, &rng);
    fresh.Reset();
    EXPECT_EQ(walker.Evaluate(x.data()), fresh.Evaluate(x.data()))
        << "values never depend on what came before";
    const Eigen::MatrixXf difference = walker.Jacobian() - fresh.Jacobian();
    // Up to 64 updates on top of each other, each rounding as one product does.
    ASSERT_LT(difference.cwiseAbs().maxCoeff(), 2e-5) << step;
  }
}

TEST(Network, AfterResetTheBitsDependOnWhatFollowsAlone) {
  const Network network = RandomNetwork({8, 64, 64, 12}, {true, true, false}, 0.2, 9);
  const auto compiled = std::make_shared<CompiledNetwork<float>>(network);
  NetworkEvaluator<float> used(compiled), fresh(compiled);
  Rng rng(10);
  for (int step = 0; step < 10; ++step) {
    used.Evaluate(Random(8, &rng).data());
    used.Jacobian();
  }
  used.Reset();
  for (int step = 0; step < 80; ++step) {
    const Eigen::VectorXd x = 0.1 * Random(8, &rng);
    used.Evaluate(x.data());
    fresh.Evaluate(x.data());
    ASSERT_EQ(used.Jacobian(), fresh.Jacobian()) << step;
  }
}

}  // namespace
}  // namespace vitruvius::network_test
