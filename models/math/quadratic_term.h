// A cost term that knows its Gauss-Newton system in closed form and can add it without forming rows: a
// Gaussian's Hessian is constant, and 70 dense rows of it cost more to multiply out than everything else in a
// fit. Such a term is also an ordinary ceres::CostFunction; DenseLm asks for this interface and falls back to
// rows.
#pragma once

#include <Eigen/Core>

namespace vitruvius {

class QuadraticTerm {
 public:
  virtual ~QuadraticTerm() = default;
  // x: the term's one parameter block, n numbers. Adds J^T J to the lower triangle of hessian (n, n) and J^T
  // r to gradient (n), and returns 1/2 |r|^2. A null hessian: only the cost.
  virtual double AddNormalEquations(const double* x, Eigen::Ref<Eigen::MatrixXd>* hessian,
                                    Eigen::Ref<Eigen::VectorXd>* gradient) const = 0;
};

}  // namespace vitruvius
