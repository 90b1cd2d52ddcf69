// Decompositions and products against their definitions.
#include "models/math/decompositions.h"

#include <cmath>
#include <utility>

#include <gtest/gtest.h>

#include "models/math/products.h"
#include "models/util/rng.h"

namespace vitruvius::decompositions_test {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kRounding = 1e-11;  // of well-conditioned systems of up to forty unknowns

MatrixXd Random(Eigen::Index rows, Eigen::Index cols, Rng* rng) {
  MatrixXd m(rows, cols);
  for (double& value : m.reshaped()) value = rng->Normal();
  return m;
}

MatrixXd PositiveDefinite(Eigen::Index n, Rng* rng) {
  const MatrixXd a = Random(n, n, rng);
  return a * a.transpose() + MatrixXd::Identity(n, n);
}

TEST(Decompositions, CholeskyIsOfTheMatrix) {
  Rng rng(1);
  Cholesky cholesky;
  for (const Eigen::Index n : {1, 2, 7, 40}) {  // one object for several sizes
    MatrixXd a = PositiveDefinite(n, &rng);
    ASSERT_TRUE(cholesky.Compute(a));
    const MatrixXd l = cholesky.lower();
    EXPECT_LT((l * l.transpose() - a).norm(), kRounding * a.norm());
    EXPECT_EQ(cholesky.upper(), MatrixXd(l.transpose()));
    EXPECT_NEAR(cholesky.HalfLogDeterminant(), l.diagonal().array().log().sum(), kRounding);
    const VectorXd b = Random(n, 1, &rng), x = cholesky.Solve(b);
    EXPECT_LT((a * x - b).norm(), kRounding * b.norm());
    VectorXd in_place = b;
    cholesky.SolveInPlace(&in_place);
    EXPECT_EQ(in_place, x);
    const MatrixXd many = Random(n, 3, &rng);
    EXPECT_LT((a * cholesky.Solve(many) - many).norm(), kRounding * many.norm());
    MatrixXd half = many, other_half = many;
    cholesky.SolveLowerInPlace(&half);
    SolveLowerInPlace(l, &other_half);
    EXPECT_LT((l * half - many).norm(), kRounding * many.norm());
    EXPECT_EQ(half, other_half);
    EXPECT_LT((cholesky.MultiplyLower(b) - l * b).norm(), kRounding * b.norm());
    a(n - 1, n - 1) = -1;
    EXPECT_FALSE(cholesky.Compute(a));
    EXPECT_FALSE(cholesky.ok());
  }
  // Eigen takes what is not finite for positive (findings/eigen_cholesky_nan.sh).
  for (const auto& [i, j] : {std::pair(0, 0), std::pair(2, 2), std::pair(2, 0)}) {
    MatrixXd hole = MatrixXd::Identity(3, 3);
    hole(i, j) = hole(j, i) = NAN;
    EXPECT_FALSE(Cholesky(hole).ok()) << i << " " << j;
    hole(i, j) = hole(j, i) = INFINITY;
    EXPECT_FALSE(Cholesky(hole).ok()) << i << " " << j;
  }
}

TEST(Decompositions, EigenvectorsAreOrthonormalAndAscending) {
  Rng rng(2);
  const MatrixXd a = PositiveDefinite(12, &rng);
  const SymmetricEigen<Eigen::Dynamic> eigen = EigenOfSymmetric(a);
  EXPECT_LT((eigen.vectors * eigen.values.asDiagonal() * eigen.vectors.transpose() - a).norm(),
            kRounding * a.norm());
  EXPECT_LT((eigen.vectors.transpose() * eigen.vectors - MatrixXd::Identity(12, 12)).norm(), kRounding);
  for (int i = 1; i < 12; ++i) EXPECT_LE(eigen.values[i - 1], eigen.values[i]);
  const SymmetricEigen<3> three = EigenOfSymmetric<3>(Eigen::Vector3d(3, 1, 2).asDiagonal().toDenseMatrix());
  EXPECT_LT((three.values - Eigen::Vector3d(1, 2, 3)).norm(), kRounding);
}

template <int N>
void CheckSvd(Rng* rng) {
  const Eigen::Matrix<double, N, N> a = Random(N, N, rng);
  const Svd<N> svd = SvdOf<N>(a);
  EXPECT_LT((svd.u * svd.values.asDiagonal() * svd.v.transpose() - a).norm(), kRounding);
  EXPECT_NEAR(std::abs(svd.u.determinant() * svd.v.determinant()), 1, kRounding);
  for (int i = 1; i < N; ++i) EXPECT_GE(svd.values[i - 1], svd.values[i]);
}

TEST(Decompositions, SingularValues) {
  Rng rng(3);
  CheckSvd<2>(&rng);
  CheckSvd<3>(&rng);
}

template <int N>
void CheckLdlt(Rng* rng) {
  constexpr int kSize = N == Eigen::Dynamic ? 9 : N;
  const Eigen::Matrix<double, N, N> a = PositiveDefinite(kSize, rng);
  const Eigen::Matrix<double, N, 1> b = Random(kSize, 1, rng);
  Eigen::Matrix<double, N, 1> pivots;
  const Eigen::Matrix<double, N, 1> x = SolveLdlt<N>(a, b, &pivots);
  EXPECT_LT((a * x - b).norm(), kRounding * b.norm());
  EXPECT_NEAR(pivots.prod(), a.determinant(), 1e-9 * std::abs(a.determinant()));
}

TEST(Decompositions, SymmetricSystems) {
  Rng rng(4);
  CheckLdlt<3>(&rng);
  CheckLdlt<8>(&rng);
  CheckLdlt<Eigen::Dynamic>(&rng);
  const Eigen::Matrix<double, 8, 8> a = PositiveDefinite(8, &rng);
  const Eigen::Matrix<double, 8, Eigen::Dynamic> b = Random(8, 5, &rng);
  EXPECT_LT((a * SolveLdlt(a, b) - b).norm(), kRounding * b.norm());
  // One that is singular has a pivot of zero.
  Eigen::Vector3d pivots;
  SolveLdlt<3>(Eigen::Matrix3d::Ones(), Eigen::Vector3d::Ones(), &pivots);
  EXPECT_NEAR(pivots.minCoeff(), 0, kRounding);
}

TEST(Decompositions, SquareSystems) {
  Rng rng(5);
  const Eigen::Matrix4d a = Random(4, 4, &rng);
  const Eigen::Vector4d b = Random(4, 1, &rng);
  EXPECT_LT((a * SolveLu(a, b) - b).norm(), 1e-10);
}

TEST(Products, AreThoseWrittenOut) {
  Rng rng(6);
  const MatrixXd a = Random(30, 20, &rng), b = Random(20, 25, &rng);
  const auto entry = [&](Eigen::Index i, Eigen::Index j) {
    double sum = 0;
    for (Eigen::Index k = 0; k < 20; ++k) sum += a(i, k) * b(k, j);
    return sum;
  };
  const MatrixXd plain = Product(a, b), right = ProductTransposed(a, b.transpose()),
                 left = TransposedProduct(a.transpose(), b);
  for (Eigen::Index i = 0; i < 30; ++i) {
    for (Eigen::Index j = 0; j < 25; ++j) {
      EXPECT_NEAR(plain(i, j), entry(i, j), kRounding);
      EXPECT_NEAR(right(i, j), entry(i, j), kRounding);
      EXPECT_NEAR(left(i, j), entry(i, j), kRounding);
    }
  }
  MatrixXd gram = MatrixXd::Identity(20, 20);
  AddGram(a, &gram);
  EXPECT_LT((gram - MatrixXd::Identity(20, 20) - TransposedProduct(a, a)).norm(), kRounding);
}

}  // namespace
}  // namespace vitruvius::decompositions_test
