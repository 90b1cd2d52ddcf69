#include "solvers/registration/uncertainty.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include "models/math/so3.h"

namespace vitruvius {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Directions that nothing determines get a deviation of 1000 s: large, yet factorisations stay sound.
constexpr double kSmallestCurvature = 1e-6;

// The stage's curvature over its free parameters; columns as FitProblem::NormalMatrix gives them.
bool Curvature(const RecipeStage& stage, FitProblem* problem, Eigen::MatrixXd* hessian,
               std::vector<int>* columns) {
  if (!problem->NormalMatrix(stage, hessian, columns) || !hessian->allFinite()) return false;
  hessian->diagonal().array() += kSmallestCurvature;
  return true;
}

// Blocks of the inverse of a curvature.
class Covariance {
 public:
  explicit Covariance(const Eigen::MatrixXd& hessian) : factor_(hessian) {
    if (ok()) half_ = factor_.matrixL().solve(Eigen::MatrixXd::Identity(hessian.rows(), hessian.cols()));
  }
  bool ok() const { return factor_.info() == Eigen::Success; }
  // Of three columns from `first`: (L^-1)^T L^-1 of these.
  Eigen::Matrix3d Block(Eigen::Index first) const {
    return half_.middleCols<3>(first).transpose() * half_.middleCols<3>(first);
  }
  double Diagonal(Eigen::Index i) const { return half_.col(i).squaredNorm(); }

 private:
  Eigen::LLT<Eigen::MatrixXd> factor_;
  Eigen::MatrixXd half_;
};

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
  Eigen::MatrixXd hessian;
  std::vector<int> columns;
  if (!(noise2 > 0) || !Curvature(stage, problem, &hessian, &columns)) return spread;
  const Eigen::LLT<Eigen::MatrixXd> factor(hessian);
  if (factor.info() != Eigen::Success) return spread;
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
  Eigen::MatrixXd with_data, without_data;
  std::vector<int> columns;
  if (!(noise2 > 0) || !Curvature(silent, problem, &without_data, &columns) ||
      !Curvature(stage, problem, &with_data, &columns)) {
    return;
  }
  // Where each parameter's column is, or -1.
  std::vector<Eigen::Index> column_of(static_cast<size_t>(3 * num_joints + num_betas + 3), -1);
  for (size_t c = 0; c < columns.size(); ++c)
    column_of[static_cast<size_t>(columns[c])] = static_cast<Eigen::Index>(c);
  const auto column = [&](Eigen::Index parameter) { return column_of[static_cast<size_t>(parameter)]; };

  const Covariance posterior(with_data), prior(without_data);
  if (!posterior.ok() || !prior.ok()) return;
  Eigen::MatrixXd apart = with_data - without_data;
  apart.diagonal().array() += kSmallestCurvature;
  for (Eigen::Index j = 0; j < num_joints; ++j) {
    const Eigen::Index c = column(3 * j);
    if (c >= 0) apart.block<3, 3>(c, c) += prior.Block(c).inverse();
  }
  for (Eigen::Index b = 0; b < num_betas; ++b) {
    const Eigen::Index c = column(3 * num_joints + b);
    if (c >= 0) apart(c, c) += 1 / prior.Diagonal(c);
  }
  const Covariance seen(apart);
  if (!seen.ok()) return;

  for (Eigen::Index j = 0; j < num_joints; ++j) {
    const Eigen::Index c = column(3 * j);
    if (c < 0) {
      result->rotation_std_rad.row(j).setZero();
      result->data_share.row(j).setOnes();
      continue;
    }
    const Eigen::Vector3d pose =
        j == 0 ? parameters.global_orient : Eigen::Vector3d(parameters.body_pose.segment<3>(3 * (j - 1)));
    // R exp([d]x) with d = Jr dw: the rotation about each axis, for a change dw of the axis-angle.
    const Eigen::Matrix3d about = axes[static_cast<size_t>(j)].axes * RightJacobianSO3(pose);
    const Eigen::Matrix3d after = about * posterior.Block(c) * about.transpose();
    const Eigen::Matrix3d before = about * prior.Block(c) * about.transpose();
    const Eigen::Matrix3d told = about * seen.Block(c) * about.transpose();
    for (int axis = 0; axis < 3; ++axis) {
      result->rotation_std_rad(j, axis) = std::sqrt(noise2 * after(axis, axis));
      result->data_share(j, axis) = Share(told(axis, axis), before(axis, axis));
    }
  }
  for (Eigen::Index b = 0; b < num_betas; ++b) {
    const Eigen::Index c = column(3 * num_joints + b);
    result->betas_std[b] = c < 0 ? 0 : std::sqrt(noise2 * posterior.Diagonal(c));
    result->betas_data_share[b] = c < 0 ? 1 : Share(seen.Diagonal(c), prior.Diagonal(c));
  }
  for (int axis = 0; axis < 3; ++axis) {
    const Eigen::Index c = column(3 * num_joints + num_betas + axis);
    result->transl_std_m[axis] = c < 0 ? 0 : std::sqrt(noise2 * posterior.Diagonal(c));
  }
}

}  // namespace vitruvius
