// Nine free numbers to an orthogonal matrix: columns made orthonormal one after the other (Gram-Schmidt), all
// three, so that a matrix of negative determinant becomes a reflection and stays visible as one. (Two columns
// and their cross product, which can only be a rotation, are in rotation_6d.h.)
#pragma once

#include <Eigen/Core>

namespace vitruvius {

using RowMatrix3d = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;
using RowMatrix9d = Eigen::Matrix<double, 9, 9, Eigen::RowMajor>;

// `derivative`, where not null: d result / d raw, both matrices read row by row. False, and nothing is
// written, when a column is zero, not finite, or depends on those before it.
bool OrthonormalColumns(const RowMatrix3d& raw, RowMatrix3d* result, RowMatrix9d* derivative = nullptr);

}  // namespace vitruvius
