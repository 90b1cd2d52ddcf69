#include "solvers/registration/uncertainty.h"

#include <cmath>
#include <limits>

#include <Eigen/Cholesky>

namespace vitruvius {

Eigen::VectorXd JointStandardDeviations(const RecipeStage& stage, FitProblem* problem,
                                        BodyEvaluator* joints) {
  const int num_joints = joints->model().num_joints();
  Eigen::VectorXd deviations =
      Eigen::VectorXd::Constant(num_joints, std::numeric_limits<double>::quiet_NaN());
  const double noise2 = 0.5 * stage.weights.pose_prior * stage.weights.pose_prior;
  Eigen::MatrixXd hessian;
  std::vector<int> columns;
  if (!(noise2 > 0) || !problem->has_prior() || !problem->NormalMatrix(stage, &hessian, &columns) ||
      !hessian.allFinite())
    return deviations;
  // Directions that nothing determines get a deviation of 1000 s: large, yet the factorisation stays sound.
  constexpr double kSmallestCurvature = 1e-6;
  hessian.diagonal().array() += kSmallestCurvature;
  const Eigen::LLT<Eigen::MatrixXd> factor(hessian);
  if (factor.info() != Eigen::Success) return deviations;
  joints->Evaluate(problem->parameters(), true);
  const auto num_columns = static_cast<Eigen::Index>(columns.size());
  Eigen::MatrixXd jacobian(num_columns, 3 * num_joints);
  for (Eigen::Index c = 0; c < num_columns; ++c)
    jacobian.row(c) = joints->jacobian().col(columns[c]).transpose();
  // J H^-1 J^T = (L^-1 J^T)^T (L^-1 J^T).
  factor.matrixL().solveInPlace(jacobian);
  for (int j = 0; j < num_joints; ++j) {
    deviations[j] = std::sqrt(noise2 * jacobian.middleCols<3>(3 * j).squaredNorm());
  }
  return deviations;
}

}  // namespace vitruvius
