// Non-negative least squares.
#pragma once

#include <Eigen/Core>

namespace vitruvius {

// argmin |A x - b|^2 + ridge |x|^2 over x >= 0, by active sets (Lawson and Hanson, Solving Least Squares
// Problems, 1974, chapter 23, on the normal equations). The ridge spreads x over columns that serve as well;
// it must be positive.
Eigen::VectorXd FitNonNegative(const Eigen::MatrixXd& a, const Eigen::VectorXd& b, double ridge);

}  // namespace vitruvius
