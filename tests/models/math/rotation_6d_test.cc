#include "models/math/rotation_6d.h"

#include <limits>

#include <gtest/gtest.h>

#include "models/math/so3.h"
#include "models/util/rng.h"

namespace vitruvius::rotation_6d_test {
namespace {

Vector6d Random(Rng* rng) {
  return Vector6d::NullaryExpr([&] { return rng->Normal(); });
}

TEST(Rotation6d, ByHand) {
  // a = (0, 2, 0), b = (3, 5, 0): columns (0, 1, 0), (1, 0, 0) and their cross product.
  Vector6d x;
  x << 0, 3, 2, 5, 0, 0;
  Matrix3d expected;
  expected << 0, 1, 0, 1, 0, 0, 0, 0, -1;
  EXPECT_LT((RotationFrom6d(x) - expected).norm(), 1e-15);
}

TEST(Rotation6d, GivesRotationsAndKeepsThem) {
  Rng rng(1);
  for (int trial = 0; trial < 100; ++trial) {
    const Matrix3d r = RotationFrom6d(Random(&rng));
    EXPECT_LT((r.transpose() * r - Matrix3d::Identity()).norm(), 1e-13);
    EXPECT_NEAR(r.determinant(), 1, 1e-13);
    EXPECT_LT((RotationFrom6d(SixNumbersOf(r)) - r).norm(), 1e-14);
  }
}

TEST(Rotation6d, TangentMatchesDifferences) {
  Rng rng(2);
  constexpr double kStep = 1e-6;
  for (int trial = 0; trial < 20; ++trial) {
    const Vector6d x = Random(&rng);
    Matrix36d tangent;
    const Matrix3d r = RotationFrom6d(x, &tangent);
    EXPECT_EQ(r, RotationFrom6d(x));
    for (int c = 0; c < 6; ++c) {
      const Vector6d d = kStep * Vector6d::Unit(c);
      const Vector3d numeric =
          (LogSO3(r.transpose() * RotationFrom6d(x + d)) - LogSO3(r.transpose() * RotationFrom6d(x - d))) /
          (2 * kStep);
      // Truncation kStep^2 and rounding 1e-16 / kStep, both times the derivatives' size.
      EXPECT_LT((numeric - tangent.col(c)).norm(), 1e-8 * (1 + tangent.squaredNorm()));
    }
  }
}

TEST(Rotation6d, TwoColumnsThatSpanNoPlaneGiveTheIdentity) {
  for (const double b : {0.0, 2.0}) {
    Vector6d x;
    x << 1, b, 1, b, 1, b;
    if (b == 0) x.setZero();
    Matrix36d tangent;
    EXPECT_EQ(RotationFrom6d(x, &tangent), Matrix3d::Identity());
    EXPECT_EQ(tangent, Matrix36d::Zero());
  }
}

TEST(Rotation6d, WhatIsNotFiniteStaysSo) {
  Vector6d x;
  x << 1, 0, 0, 1, std::numeric_limits<double>::quiet_NaN(), 0;
  EXPECT_FALSE(RotationFrom6d(x).allFinite());
}

}  // namespace
}  // namespace vitruvius::rotation_6d_test
