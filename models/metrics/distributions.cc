#include "models/metrics/distributions.h"

#include <algorithm>
#include <cmath>

#include "models/math/decompositions.h"
#include "models/math/products.h"
#include "models/metrics/pose_metrics.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

Eigen::MatrixXd Covariance(const RowMatrixXd& rows, const Eigen::RowVectorXd& mean) {
  const Eigen::MatrixXd centred = rows.rowwise() - mean;
  return TransposedProduct(centred, centred) / static_cast<double>(rows.rows() - 1);
}

// Of a symmetric matrix without negative eigenvalues but for rounding.
Eigen::MatrixXd SquareRoot(const Eigen::MatrixXd& matrix) {
  const SymmetricEigen<Eigen::Dynamic> eigen = EigenOfSymmetric(matrix);
  return ProductTransposed(eigen.vectors * eigen.values.cwiseMax(0).cwiseSqrt().asDiagonal(), eigen.vectors);
}

}  // namespace

Summary Summarize(const std::vector<double>& values) {
  Summary summary;
  if (values.empty()) return summary;
  summary.mean = Mean(values);
  summary.median = Median(values);
  double squares = 0;
  for (const double value : values) squares += (value - summary.mean) * (value - summary.mean);
  summary.std = std::sqrt(squares / static_cast<double>(values.size()));
  return summary;
}

std::vector<double> CumulativeShares(std::vector<double> values, const std::vector<double>& thresholds) {
  std::sort(values.begin(), values.end());
  std::vector<double> shares;
  for (const double threshold : thresholds) {
    const auto below = std::lower_bound(values.begin(), values.end(), threshold) - values.begin();
    shares.push_back(values.empty() ? 0 : static_cast<double>(below) / static_cast<double>(values.size()));
  }
  return shares;
}

double FrechetDistance(const RowMatrixXd& a, const RowMatrixXd& b) {
  VT_CHECK_EQ(a.cols(), b.cols());
  VT_CHECK_GE(a.rows(), 2);
  VT_CHECK_GE(b.rows(), 2);
  const Eigen::RowVectorXd mean_a = a.colwise().mean(), mean_b = b.colwise().mean();
  const Eigen::MatrixXd cov_a = Covariance(a, mean_a), cov_b = Covariance(b, mean_b);
  const Eigen::MatrixXd root_a = SquareRoot(cov_a);
  const double cross = SquareRoot(Product(Product(root_a, cov_b), root_a)).trace();
  return std::sqrt(
      std::max(0.0, (mean_a - mean_b).squaredNorm() + cov_a.trace() + cov_b.trace() - 2 * cross));
}

DensityCoverage DensityAndCoverage(const RowMatrixXd& real, const RowMatrixXd& generated, int k) {
  VT_CHECK_EQ(real.cols(), generated.cols());
  VT_CHECK_GE(k, 1);
  VT_CHECK_GT(real.rows(), k);
  VT_CHECK_GE(generated.rows(), 1);
  DensityCoverage result;
  std::vector<double> squares(static_cast<size_t>(real.rows()));
  for (Eigen::Index i = 0; i < real.rows(); ++i) {
    Eigen::Map<Eigen::VectorXd>(squares.data(), real.rows()) =
        (real.rowwise() - real.row(i)).rowwise().squaredNorm();
    squares[i] = -1;  // itself comes first: the k-th other is at position k
    std::nth_element(squares.begin(), squares.begin() + k, squares.end());
    const auto inside =
        ((generated.rowwise() - real.row(i)).rowwise().squaredNorm().array() < squares[k]).count();
    result.density += static_cast<double>(inside);
    result.coverage += inside > 0;
  }
  result.density /= static_cast<double>(k) * static_cast<double>(generated.rows());
  result.coverage /= static_cast<double>(real.rows());
  return result;
}

}  // namespace vitruvius
