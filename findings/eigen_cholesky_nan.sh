#!/usr/bin/env bash
# Eigen 3.4.0: LLT and LDLT report Success for matrices that hold NaN, and LDLT calls them positive; the
# eigenvalues and singular values of the same matrices are refused (NoConvergence, InvalidInput).
#
# `llt.info() == Success` is the usual test of a covariance or of normal equations. Pivots are compared by
# `x <= 0`, which NaN does not fulfil, so that a matrix with a hole passes for positive definite, and solutions and
# log determinants are NaN without a word. The two factorisations also differ between themselves: an infinite
# diagonal entry is Success to LLT and NumericalIssue to LDLT.
#
# Seen with libeigen3-dev 3.4.0-4 and g++ 12.2 on Debian 12. Fails when the output changes.
set -euo pipefail

version=3.4.0-4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -q "libeigen3-dev=$version" >/dev/null
dpkg -x libeigen3-dev_*.deb eigen

cat >program.cc <<'CC'
#include <cmath>
#include <cstdio>
#include <Eigen/Dense>

const char* Name(Eigen::ComputationInfo info) {
  switch (info) {
    case Eigen::Success: return "Success";
    case Eigen::NumericalIssue: return "NumericalIssue";
    case Eigen::NoConvergence: return "NoConvergence";
    default: return "InvalidInput";
  }
}

void Report(const char* what, const Eigen::MatrixXd& a) {
  const Eigen::LLT<Eigen::MatrixXd> llt(a);
  const Eigen::LDLT<Eigen::MatrixXd> ldlt(a);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(a);
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(a);
  std::printf("%s: LLT %s, LDLT %s positive %d, eigenvalues %s, singular values %s\n", what, Name(llt.info()),
              Name(ldlt.info()), ldlt.isPositive(), Name(eigen.info()), Name(svd.info()));
}

int main() {
  const Eigen::MatrixXd sound = 2 * Eigen::MatrixXd::Identity(4, 4);
  Eigen::MatrixXd a = sound;
  Report("sound", a);
  a(2, 2) = NAN;
  Report("NaN on the diagonal", a);
  a = sound;
  a(3, 0) = a(0, 3) = NAN;
  Report("NaN beside it", a);
  a = sound;
  a(1, 1) = INFINITY;
  Report("infinity on the diagonal", a);
  a = sound;
  a(1, 1) = 0;
  Report("zero on the diagonal", a);
}
CC
g++ -std=c++17 -O2 -isystem eigen/usr/include/eigen3 program.cc -o program
./program | tee seen.txt
cat >expected.txt <<'TXT'
sound: LLT Success, LDLT Success positive 1, eigenvalues Success, singular values Success
NaN on the diagonal: LLT Success, LDLT Success positive 1, eigenvalues NoConvergence, singular values InvalidInput
NaN beside it: LLT Success, LDLT Success positive 1, eigenvalues NoConvergence, singular values InvalidInput
infinity on the diagonal: LLT Success, LDLT NumericalIssue positive 1, eigenvalues NoConvergence, singular values InvalidInput
zero on the diagonal: LLT NumericalIssue, LDLT Success positive 1, eigenvalues Success, singular values Success
TXT
diff expected.txt seen.txt
echo "as described"
