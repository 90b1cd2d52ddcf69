#include "models/math/so3.h"

#include <limits>

#include <gtest/gtest.h>

#include "models/util/rng.h"

namespace vitruvius::so3_test {
namespace {

Vector3d RandomVector(Rng* rng, double length) {
  return length * Vector3d(rng->Normal(), rng->Normal(), rng->Normal()).normalized();
}

class So3AtAngle : public testing::TestWithParam<double> {};

TEST_P(So3AtAngle, ExpIsARotationAndLogInvertsIt) {
  Rng rng(1);
  for (int trial = 0; trial < 50; ++trial) {
    const Vector3d w = RandomVector(&rng, GetParam());
    const Matrix3d r = ExpSO3(w);
    EXPECT_LT((r * r.transpose() - Matrix3d::Identity()).norm(), 1e-14);
    EXPECT_NEAR(r.determinant(), 1, 1e-14);
    // Near pi the axis is known only to sqrt of rounding; the rotation itself must come back.
    EXPECT_LT((ExpSO3(LogSO3(r)) - r).norm(), 1e-13);
    if (GetParam() < 3.1) {
      EXPECT_LT((LogSO3(r) - w).norm(), 1e-12);
    }
  }
}

TEST_P(So3AtAngle, RightJacobianMatchesDifferences) {
  Rng rng(2);
  const Vector3d w = RandomVector(&rng, GetParam());
  constexpr double kStep = 1e-6;
  Matrix3d numeric;
  for (int c = 0; c < 3; ++c) {
    const Vector3d d = kStep * Vector3d::Unit(c);
    numeric.col(c) =
        (LogSO3(ExpSO3(w).transpose() * ExpSO3(w + d)) - LogSO3(ExpSO3(w).transpose() * ExpSO3(w - d))) /
        (2 * kStep);
  }
  EXPECT_LT((numeric - RightJacobianSO3(w)).norm(), 1e-9);
  Matrix3d r, j;
  ExpSO3WithJacobian(w, &r, &j);
  EXPECT_EQ(r, ExpSO3(w));
  EXPECT_EQ(j, RightJacobianSO3(w));
}

TEST_P(So3AtAngle, InverseRightJacobianIsTheInverse) {
  Rng rng(6);
  const Vector3d w = RandomVector(&rng, GetParam());
  EXPECT_LT((InverseRightJacobianSO3(w) * RightJacobianSO3(w) - Matrix3d::Identity()).norm(), 1e-11);
}

INSTANTIATE_TEST_SUITE_P(Angles, So3AtAngle,
                         testing::Values(0.0, 1e-12, 1e-8, 1e-4, 0.00999, 0.0101, 0.5, 2.0, 3.0, 3.14159,
                                         3.14159265358979));

TEST(So3, WrapKeepsTheRotation) {
  Rng rng(3);
  for (const double angle : {3.2, 5.0, 6.2831853, 7.0, 12.0}) {
    const Vector3d w = RandomVector(&rng, angle);
    EXPECT_LE(WrapAxisAngle(w).norm(), EIGEN_PI + 1e-12);
    EXPECT_LT((ExpSO3(WrapAxisAngle(w)) - ExpSO3(w)).norm(), 1e-12);
  }
}

TEST(So3, WrapJacobianMatchesDifferences) {
  Rng rng(7);
  constexpr double kStep = 1e-6;
  for (const double angle : {0.0, 1.0, 3.2, 5.0, 7.0, 12.0}) {
    const Vector3d w = RandomVector(&rng, angle);
    Matrix3d numeric;
    for (int c = 0; c < 3; ++c) {
      const Vector3d d = kStep * Vector3d::Unit(c);
      numeric.col(c) = (WrapAxisAngle(w + d) - WrapAxisAngle(w - d)) / (2 * kStep);
    }
    EXPECT_LT((numeric - WrapAxisAngleJacobian(w)).norm(), 1e-8) << angle;
  }
}

TEST(So3, MirrorIsConjugationByTheReflection) {
  Rng rng(4);
  const Vector3d w = RandomVector(&rng, 1.3);
  const Matrix3d m = Vector3d(-1, 1, 1).asDiagonal();
  EXPECT_LT((ExpSO3(MirrorAxisAngle(w)) - m * ExpSO3(w) * m).norm(), 1e-14);
}

TEST(So3, NearestRotationIsProperAndSurvivesNaN) {
  Rng rng(5);
  const Matrix3d r = ExpSO3(RandomVector(&rng, 1.0));
  EXPECT_LT((NearestRotation(2.5 * r) - r).norm(), 1e-13);
  const Matrix3d mirror = Vector3d(1, 1, -1).asDiagonal();
  EXPECT_NEAR(NearestRotation(r * mirror).determinant(), 1, 1e-13);
  Matrix3d bad = r;
  bad(1, 1) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(NearestRotation(bad), Matrix3d::Identity());
}

TEST(So3, KnownQuarterTurn) {
  const Matrix3d r = ExpSO3({0, 0, EIGEN_PI / 2});
  EXPECT_LT((r * Vector3d::UnitX() - Vector3d::UnitY()).norm(), 1e-15);
}

TEST(So3, RotationBetweenTurnsOneDirectionIntoAnother) {
  Rng rng(11);
  for (int i = 0; i < 100; ++i) {
    Vector3d a(rng.Normal(), rng.Normal(), rng.Normal()), b(rng.Normal(), rng.Normal(), rng.Normal());
    if (i % 4 == 1) b = 2 * a;
    if (i % 4 == 2) b = -3 * a;
    if (i % 4 == 3) b = -a + 1e-7 * b;  // nearly opposite
    const Matrix3d r = RotationBetween(a, b);
    EXPECT_LT((r * a.normalized() - b.normalized()).norm(), 1e-6) << i;
    EXPECT_LT((r.transpose() * r - Matrix3d::Identity()).norm(), 1e-12) << i;
    EXPECT_NEAR(r.determinant(), 1, 1e-12) << i;
    // The shortest: no turn beside the angle between them.
    const double angle = std::atan2(a.cross(b).norm(), a.dot(b));
    EXPECT_NEAR(LogSO3(r).norm(), angle, 1e-6) << i;
  }
}

}  // namespace
}  // namespace vitruvius::so3_test
