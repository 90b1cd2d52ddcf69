#include "models/math/decompositions.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/SVD>

#include "models/util/check.h"

namespace vitruvius {

using Eigen::Dynamic;
using Eigen::Matrix;
using Eigen::MatrixXd;
using Eigen::VectorXd;

struct Cholesky::Impl {
  Eigen::LLT<MatrixXd> llt;
  bool ok = false;
};

Cholesky::Cholesky() : impl_(std::make_unique<Impl>()) {}
Cholesky::Cholesky(const MatrixXd& a) : Cholesky() { Compute(a); }
Cholesky::~Cholesky() = default;
Cholesky::Cholesky(Cholesky&&) noexcept = default;
Cholesky& Cholesky::operator=(Cholesky&&) noexcept = default;

bool Cholesky::Compute(const MatrixXd& a) {
  impl_->llt.compute(a);
  // Eigen refuses pivots of zero and less; NaN is neither.
  impl_->ok = impl_->llt.info() == Eigen::Success && packed().diagonal().allFinite();
  return impl_->ok;
}

bool Cholesky::ok() const { return impl_->ok; }
const MatrixXd& Cholesky::packed() const { return impl_->llt.matrixLLT(); }
MatrixXd Cholesky::lower() const { return impl_->llt.matrixL(); }
MatrixXd Cholesky::upper() const { return impl_->llt.matrixU(); }
double Cholesky::HalfLogDeterminant() const { return packed().diagonal().array().log().sum(); }

VectorXd Cholesky::Solve(const VectorXd& b) const { return impl_->llt.solve(b); }
MatrixXd Cholesky::Solve(const MatrixXd& b) const { return impl_->llt.solve(b); }
void Cholesky::SolveInPlace(VectorXd* b) const { impl_->llt.solveInPlace(*b); }
void Cholesky::SolveLowerInPlace(MatrixXd* b) const { impl_->llt.matrixL().solveInPlace(*b); }
VectorXd Cholesky::MultiplyLower(const VectorXd& x) const { return impl_->llt.matrixL() * x; }

void SolveLowerInPlace(const MatrixXd& lower, MatrixXd* b) {
  lower.triangularView<Eigen::Lower>().solveInPlace(*b);
}

template <int N>
SymmetricEigen<N> EigenOfSymmetric(const Matrix<double, N, N>& a) {
  const Eigen::SelfAdjointEigenSolver<Matrix<double, N, N>> solver(a);
  return {solver.eigenvalues(), solver.eigenvectors()};
}
template SymmetricEigen<3> EigenOfSymmetric<3>(const Matrix<double, 3, 3>&);
template SymmetricEigen<Dynamic> EigenOfSymmetric<Dynamic>(const MatrixXd&);

template <int N>
Svd<N> SvdOf(const Matrix<double, N, N>& a) {
  const Eigen::JacobiSVD<Matrix<double, N, N>> svd(a, Eigen::ComputeFullU | Eigen::ComputeFullV);
  return {svd.matrixU(), svd.matrixV(), svd.singularValues()};
}
template Svd<2> SvdOf<2>(const Matrix<double, 2, 2>&);
template Svd<3> SvdOf<3>(const Matrix<double, 3, 3>&);

template <int N>
Matrix<double, N, 1> SolveLdlt(const Matrix<double, N, N>& a, const Matrix<double, N, 1>& b,
                               Matrix<double, N, 1>* pivots) {
  const Eigen::LDLT<Matrix<double, N, N>> ldlt(a);
  if (pivots != nullptr) {
    if (ldlt.info() == Eigen::Success) {
      *pivots = ldlt.vectorD();
    } else {
      pivots->setZero(a.rows());
    }
  }
  return ldlt.solve(b);
}
template Matrix<double, 3, 1> SolveLdlt<3>(const Matrix<double, 3, 3>&, const Matrix<double, 3, 1>&,
                                           Matrix<double, 3, 1>*);
template Matrix<double, 8, 1> SolveLdlt<8>(const Matrix<double, 8, 8>&, const Matrix<double, 8, 1>&,
                                           Matrix<double, 8, 1>*);
template VectorXd SolveLdlt<Dynamic>(const MatrixXd&, const VectorXd&, VectorXd*);

Matrix<double, 8, Dynamic> SolveLdlt(const Matrix<double, 8, 8>& a, const Matrix<double, 8, Dynamic>& b) {
  return Eigen::LDLT<Matrix<double, 8, 8>>(a).solve(b);
}

Eigen::Vector4d SolveLu(const Eigen::Matrix4d& a, const Eigen::Vector4d& b) {
  return a.partialPivLu().solve(b);
}

}  // namespace vitruvius
