#include "models/math/products.h"

namespace vitruvius {

using Eigen::MatrixXd;

MatrixXd Product(const MatrixXd& a, const MatrixXd& b) { return a * b; }
MatrixXd ProductTransposed(const MatrixXd& a, const MatrixXd& b) { return a * b.transpose(); }
MatrixXd TransposedProduct(const MatrixXd& a, const MatrixXd& b) { return a.transpose() * b; }
void AddGram(const MatrixXd& a, MatrixXd* sum) { sum->noalias() += a.transpose() * a; }

}  // namespace vitruvius
