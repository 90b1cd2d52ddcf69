#include "models/geometry/procrustes.h"

#include <limits>

#include <gtest/gtest.h>

#include "models/math/so3.h"
#include "models/util/rng.h"

namespace vitruvius::procrustes_test {
namespace {

Points3d RandomPoints(int n, std::uint64_t seed) {
  Rng rng(seed);
  return Points3d::NullaryExpr(n, 3, [&] { return rng.Normal(); });
}

TEST(Procrustes, RecoversASimilarity) {
  const Points3d from = RandomPoints(12, 1);
  const Similarity truth = {1.7, ExpSO3({0.4, -1.2, 2.0}), {3, -2, 1}};
  const Similarity found = AlignPoints(from, truth.Apply(from));
  EXPECT_NEAR(found.scale, 1.7, 1e-12);
  EXPECT_LT((found.rotation - truth.rotation).norm(), 1e-12);
  EXPECT_LT((found.translation - truth.translation).norm(), 1e-12);
}

TEST(Procrustes, AMirrorImageDoesNotAlign) {
  const Points3d from = RandomPoints(12, 2);
  Points3d mirrored = from;
  mirrored.col(0) *= -1;
  const Similarity found = AlignPoints(from, mirrored);
  EXPECT_NEAR(found.rotation.determinant(), 1, 1e-12);
  EXPECT_GT((found.Apply(from) - mirrored).norm(), 0.5);
}

TEST(Procrustes, NoSmallChangeOfTheSolutionIsBetter) {
  const Points3d from = RandomPoints(9, 3), to = from + 0.3 * RandomPoints(9, 4);
  const Similarity best = AlignPoints(from, to);
  const double error = (best.Apply(from) - to).squaredNorm();
  Rng rng(5);
  for (int trial = 0; trial < 30; ++trial) {
    Similarity other = best;
    other.scale += 1e-3 * rng.Normal();
    other.rotation = other.rotation * ExpSO3(1e-3 * Vector3d(rng.Normal(), rng.Normal(), rng.Normal()));
    other.translation += 1e-3 * Vector3d(rng.Normal(), rng.Normal(), rng.Normal());
    EXPECT_GE((other.Apply(from) - to).squaredNorm(), error);
  }
}

TEST(Procrustes, WithoutScaleItStaysOne) {
  const Points3d from = RandomPoints(9, 6);
  EXPECT_EQ(AlignPoints(from, 2 * from, false).scale, 1);
}

TEST(Procrustes, DegenerateSetsGiveTheIdentity) {
  EXPECT_EQ(AlignPoints(RandomPoints(2, 7), RandomPoints(2, 8)).rotation, Matrix3d::Identity());
  EXPECT_EQ(AlignPoints(Points3d::Ones(5, 3), RandomPoints(5, 9)).scale, 1);
  Points3d bad = RandomPoints(5, 10);
  bad(2, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(AlignPoints(bad, RandomPoints(5, 11)).rotation, Matrix3d::Identity());
}

}  // namespace
}  // namespace vitruvius::procrustes_test
