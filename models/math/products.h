// Products of large matrices behind plain functions: each of Eigen's kernels for them takes a second a file
// to compile. For what runs once; where time counts, products are written out.
#pragma once

#include <Eigen/Core>

namespace vitruvius {

// a b of (N, K) and (K, M).
Eigen::MatrixXd Product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);
// a b^T of (N, K) and (M, K).
Eigen::MatrixXd ProductTransposed(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);
// a^T b of (K, N) and (K, M).
Eigen::MatrixXd TransposedProduct(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);
// sum += a^T a of (K, N).
void AddGram(const Eigen::MatrixXd& a, Eigen::MatrixXd* sum);

}  // namespace vitruvius
