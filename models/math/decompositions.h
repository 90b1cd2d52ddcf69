// Decompositions of matrices behind plain functions: Eigen's templates for them take seconds a file to
// compile, and are compiled here once. All are Eigen's, without a change in their results.
#pragma once

#include <memory>

#include <Eigen/Core>

namespace vitruvius {

// A = L L^T of a symmetric positive definite matrix (N, N), whose lower triangle alone is read.
class Cholesky {
 public:
  Cholesky();
  explicit Cholesky(const Eigen::MatrixXd& a);
  ~Cholesky();
  Cholesky(Cholesky&&) noexcept;
  Cholesky& operator=(Cholesky&&) noexcept;

  // Allocates only where the size is another than the last one. False: not positive definite, or not
  // finite, and nothing below may be asked.
  bool Compute(const Eigen::MatrixXd& a);
  bool ok() const;
  // L in the lower triangle; above it the numbers of A.
  const Eigen::MatrixXd& packed() const;
  // L and L^T with zeros on their other sides.
  Eigen::MatrixXd lower() const;
  Eigen::MatrixXd upper() const;
  // The logarithm of A's determinant, halved: the sum of the logarithms of L's diagonal.
  double HalfLogDeterminant() const;

  // A^-1 b. In place nothing is allocated.
  Eigen::VectorXd Solve(const Eigen::VectorXd& b) const;
  Eigen::MatrixXd Solve(const Eigen::MatrixXd& b) const;
  void SolveInPlace(Eigen::VectorXd* b) const;
  // L^-1 b.
  void SolveLowerInPlace(Eigen::MatrixXd* b) const;
  // L x.
  Eigen::VectorXd MultiplyLower(const Eigen::VectorXd& x) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// b := L^-1 b, with the lower triangle (N, N) of `lower` and b (N, M).
void SolveLowerInPlace(const Eigen::MatrixXd& lower, Eigen::MatrixXd* b);

// A = V diag(values) V^T of a symmetric matrix, whose lower triangle alone is read.
template <int N>
struct SymmetricEigen {
  Eigen::Matrix<double, N, 1> values;   // ascending
  Eigen::Matrix<double, N, N> vectors;  // columns, of length one
};
// N: 3 or Eigen::Dynamic.
template <int N>
SymmetricEigen<N> EigenOfSymmetric(const Eigen::Matrix<double, N, N>& a);

// A = U diag(values) V^T of a square matrix, the largest value first. N: 2 or 3.
template <int N>
struct Svd {
  Eigen::Matrix<double, N, N> u, v;
  Eigen::Matrix<double, N, 1> values;
};
template <int N>
Svd<N> SvdOf(const Eigen::Matrix<double, N, N>& a);

// A^-1 b of a symmetric matrix by a pivoted L D L^T. pivots: if not null, D; zeros where the decomposition
// failed. N: 3, 8 or Eigen::Dynamic; the second for any number of columns of b.
template <int N>
Eigen::Matrix<double, N, 1> SolveLdlt(const Eigen::Matrix<double, N, N>& a,
                                      const Eigen::Matrix<double, N, 1>& b,
                                      Eigen::Matrix<double, N, 1>* pivots = nullptr);
Eigen::Matrix<double, 8, Eigen::Dynamic> SolveLdlt(const Eigen::Matrix<double, 8, 8>& a,
                                                   const Eigen::Matrix<double, 8, Eigen::Dynamic>& b);

// A^-1 b by an L U with partial pivoting.
Eigen::Vector4d SolveLu(const Eigen::Matrix4d& a, const Eigen::Vector4d& b);

}  // namespace vitruvius
