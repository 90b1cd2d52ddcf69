#include "solvers/registration/uncertainty.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>

#include "models/math/so3.h"

namespace vitruvius {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Cholesky factor of the stage's curvature; columns as FitProblem::NormalMatrix gives them.
bool Factor(const RecipeStage& stage, FitProblem* problem, Eigen::LLT<Eigen::MatrixXd>* factor,
            std::vector<int>* columns) {
  Eigen::MatrixXd hessian;
  if (!problem->NormalMatrix(stage, &hessian, columns) || !hessian.allFinite()) return false;
  // Directions that nothing determines get a deviation of 1000 s: large, yet the factorisation stays sound.
  constexpr double kSmallestCurvature = 1e-6;
  hessian.diagonal().array() += kSmallestCurvature;
  factor->compute(hessian);
  return factor->info() == Eigen::Success;
}

// H^-1 over all parameters of the body; zero for held ones.
Eigen::MatrixXd FullInverse(const Eigen::LLT<Eigen::MatrixXd>& factor, const std::vector<int>& columns,
                            int num_parameters) {
  const auto n = static_cast<Eigen::Index>(columns.size());
  const Eigen::MatrixXd inverse = factor.solve(Eigen::MatrixXd::Identity(n, n));
  Eigen::MatrixXd full = Eigen::MatrixXd::Zero(num_parameters, num_parameters);
  for (Eigen::Index c = 0; c < n; ++c) {
    for (Eigen::Index r = 0; r < n; ++r) full(columns[r], columns[c]) = inverse(r, c);
  }
  return full;
}

double Share(double posterior, double prior) {
  return prior > 0 ? std::clamp(1 - posterior / prior, 0.0, 1.0) : 1;
}

}  // namespace

double NoiseLevel2(const RecipeStage& stage, const FitProblem& problem) {
  return problem.has_prior() ? 0.5 * stage.weights.pose_prior * stage.weights.pose_prior : 0;
}

Spread SpreadAt(const RecipeStage& stage, FitProblem* problem, BodyEvaluator* joints) {
  Spread spread;
  const double noise2 = NoiseLevel2(stage, *problem);
  Eigen::LLT<Eigen::MatrixXd> factor;
  std::vector<int> columns;
  if (!(noise2 > 0) || !Factor(stage, problem, &factor, &columns)) return spread;
  spread.known = true;
  spread.log_volume = -factor.matrixLLT().diagonal().array().log().sum();
  joints->Evaluate(problem->parameters(), true);
  const int num_joints = joints->model().num_joints();
  const auto num_columns = static_cast<Eigen::Index>(columns.size());
  Eigen::MatrixXd jacobian(num_columns, 3 * num_joints);
  for (Eigen::Index c = 0; c < num_columns; ++c)
    jacobian.row(c) = joints->jacobian().col(columns[c]).transpose();
  // J H^-1 J^T = (L^-1 J^T)^T (L^-1 J^T).
  factor.matrixL().solveInPlace(jacobian);
  spread.variance_m2.resize(num_joints);
  spread.relative_variance_m2.resize(num_joints);
  const auto root = jacobian.leftCols<3>();
  for (int j = 0; j < num_joints; ++j) {
    const auto joint = jacobian.middleCols<3>(3 * j);
    spread.variance_m2[j] = noise2 * joint.squaredNorm();
    spread.relative_variance_m2[j] = noise2 * (joint - root).squaredNorm();
  }
  return spread;
}

void Observe(const RecipeStage& stage, const std::vector<JointAxes>& axes, FitProblem* problem,
             FitResult* result) {
  const auto num_joints = static_cast<Eigen::Index>(axes.size());
  const BodyParameters& parameters = problem->parameters();
  const Eigen::Index num_betas = parameters.betas.size();
  result->rotation_std_rad = MatrixX3d::Constant(num_joints, 3, kUnknown);
  result->data_share = MatrixX3d::Constant(num_joints, 3, kUnknown);
  result->betas_std = result->betas_data_share = Eigen::VectorXd::Constant(num_betas, kUnknown);
  result->transl_std_m.setConstant(kUnknown);
  const double noise2 = NoiseLevel2(stage, *problem);
  RecipeStage silent = stage;
  silent.weights.reprojection = silent.weights.points3d = 0;
  Eigen::LLT<Eigen::MatrixXd> with_data, without_data;
  std::vector<int> columns;
  if (!(noise2 > 0) || !Factor(silent, problem, &without_data, &columns) ||
      !Factor(stage, problem, &with_data, &columns)) {
    return;
  }
  const int num_parameters = static_cast<int>(3 * num_joints + num_betas + 3);
  const Eigen::MatrixXd posterior = FullInverse(with_data, columns, num_parameters);
  const Eigen::MatrixXd prior = FullInverse(without_data, columns, num_parameters);
  for (Eigen::Index j = 0; j < num_joints; ++j) {
    const Eigen::Vector3d pose =
        j == 0 ? parameters.global_orient : Eigen::Vector3d(parameters.body_pose.segment<3>(3 * (j - 1)));
    // R exp([d]x) with d = Jr dw: the rotation about each axis, for a change dw of the axis-angle.
    const Eigen::Matrix3d about = axes[j].axes * RightJacobianSO3(pose);
    for (int axis = 0; axis < 3; ++axis) {
      const Eigen::RowVector3d direction = about.row(axis);
      const double after = direction * posterior.block<3, 3>(3 * j, 3 * j) * direction.transpose();
      const double before = direction * prior.block<3, 3>(3 * j, 3 * j) * direction.transpose();
      result->rotation_std_rad(j, axis) = std::sqrt(noise2 * after);
      result->data_share(j, axis) = Share(after, before);
    }
  }
  for (Eigen::Index b = 0; b < num_betas; ++b) {
    const Eigen::Index i = 3 * num_joints + b;
    result->betas_std[b] = std::sqrt(noise2 * posterior(i, i));
    result->betas_data_share[b] = Share(posterior(i, i), prior(i, i));
  }
  result->transl_std_m = (noise2 * posterior.diagonal().tail<3>()).cwiseSqrt();
}

}  // namespace vitruvius
