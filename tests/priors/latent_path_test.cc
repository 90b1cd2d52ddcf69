#include "priors/latent_path.h"

#include <cmath>

#include <gtest/gtest.h>

namespace vitruvius::latent_path_test {
namespace {

constexpr int kDim = 32;
constexpr double kTolerance = 1e-12;  // double precision

Eigen::VectorXd RandomLatent(std::uint64_t seed, bool unit) {
  Rng rng(seed);
  Eigen::VectorXd z = Eigen::VectorXd::NullaryExpr(kDim, [&] { return rng.Normal(); });
  return unit ? Eigen::VectorXd(z.normalized()) : z;
}

TEST(LatentPath, StraightOutsideTheSphere) {
  const Eigen::VectorXd a = RandomLatent(1, false), b = RandomLatent(2, false);
  for (const LatentSpace space : {LatentSpace::kNormal, LatentSpace::kBox}) {
    const LatentPath path(space, a, b);
    EXPECT_LT((path.At(0.25) - (0.75 * a + 0.25 * b)).norm(), kTolerance);
    EXPECT_LT((path.At(1) - b).norm(), kTolerance);
    EXPECT_EQ(path.FullCircle(), 0);
  }
}

TEST(LatentPath, OnTheSphereAtConstantSpeed) {
  const Eigen::VectorXd a = RandomLatent(1, true), b = RandomLatent(2, true);
  const double theta = std::acos(a.dot(b));
  const LatentPath path(LatentSpace::kSphere, a, b);
  EXPECT_LT((path.At(0) - a).norm(), kTolerance);
  EXPECT_LT((path.At(1) - b).norm(), kTolerance);
  constexpr int kSteps = 10;
  for (int t = 1; t <= kSteps; ++t) {
    const double s = static_cast<double>(t) / kSteps;
    EXPECT_NEAR(path.At(s).norm(), 1, kTolerance);
    EXPECT_NEAR(std::acos(path.At(s).dot(path.At(s - 1.0 / kSteps))), theta / kSteps, 1e-7);
    // Eq. 3 as printed.
    const Eigen::VectorXd slerp = (std::sin((1 - s) * theta) * a + std::sin(s * theta) * b) / std::sin(theta);
    EXPECT_LT((path.At(s) - slerp).norm(), kTolerance);
  }
  EXPECT_LT((path.At(path.FullCircle()) - a).norm(), kTolerance);
  EXPECT_LT((path.At(path.FullCircle() / 2) + a).norm(), kTolerance);
}

TEST(LatentPath, NearAndOppositeEnds) {
  const Eigen::VectorXd a = RandomLatent(1, true);
  const LatentPath still(LatentSpace::kSphere, a, a);
  EXPECT_LT((still.At(0.5) - a).norm(), kTolerance);
  EXPECT_EQ(still.FullCircle(), 0);
  const Eigen::VectorXd near = (a + 1e-9 * RandomLatent(2, true)).normalized();
  EXPECT_LT((LatentPath(LatentSpace::kSphere, a, near).At(1) - near).norm(), kTolerance);
  const LatentPath opposite(LatentSpace::kSphere, a, -a);
  EXPECT_TRUE(opposite.At(0.5).allFinite());
  EXPECT_NEAR(opposite.At(0.5).norm(), 1, kTolerance);
  EXPECT_NEAR(opposite.At(0.5).dot(a), 0, kTolerance);
  EXPECT_LT((opposite.At(1) + a).norm(), kTolerance);
}

}  // namespace
}  // namespace vitruvius::latent_path_test
