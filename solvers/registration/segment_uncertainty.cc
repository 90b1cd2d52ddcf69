#include "solvers/registration/segment_uncertainty.h"

#include <cmath>

#include "models/math/decompositions.h"
#include "models/util/check.h"

namespace vitruvius {

Eigen::VectorXd JointDeviations(int num_points, SegmentProblem* problem, SegmentEvaluator* joints) {
  Eigen::MatrixXd hessian;
  const SegmentParameters& at = problem->parameters();
  if (num_points < 1 || !problem->NormalMatrix(&hessian) || !joints->Evaluate(at, true)) return {};
  if (hessian.rows() != joints->jacobian().cols()) return {};  // the stage held something
  double data_cost = 0;
  for (const TermCost& term : problem->TermCosts()) {
    if (term.name == "reprojection" || term.name == "dense" || term.name == "keypoint_depth")
      data_cost += term.cost;
  }
  // Lengths of the rotation's raw columns are held by nothing, and move nothing.
  constexpr double kRidge = 1e-9;
  hessian.diagonal().array() += kRidge * hessian.diagonal().maxCoeff();
  const Cholesky cholesky(hessian);
  if (!cholesky.ok() || !std::isfinite(data_cost)) return {};

  const Eigen::Index num_joints = joints->points().rows(), moving = hessian.cols() - 3;
  Eigen::MatrixXd rows = joints->jacobian();
  for (Eigen::Index j = num_joints - 1; j >= 0; --j) rows.middleRows<3>(3 * j) -= rows.topRows<3>();
  rows.rightCols(hessian.cols() - moving).setZero();
  rows /= at.camera[0];
  // |L^-1 J_j^T|^2 is the trace.
  Eigen::MatrixXd solved = rows.transpose();
  cholesky.SolveLowerInPlace(&solved);
  const double noise2 = data_cost / num_points;
  Eigen::VectorXd deviations(num_joints);
  for (Eigen::Index j = 0; j < num_joints; ++j)
    deviations[j] = std::sqrt(noise2 * solved.middleCols<3>(3 * j).squaredNorm());
  return deviations.allFinite() ? deviations : Eigen::VectorXd();
}

}  // namespace vitruvius
