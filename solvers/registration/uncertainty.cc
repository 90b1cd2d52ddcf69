#include "solvers/registration/uncertainty.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/LU>

#include "models/math/decompositions.h"
#include "models/math/so3.h"

namespace vitruvius {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Directions that nothing determines get a deviation of 1000 s: large, yet factorisations stay sound.
constexpr double kSmallestCurvature = 1e-6;

// Variance of each tangent number of a latent that is uniform on its space; 0: the latent has a residual.
double LatentVariance(const LatentPrior& prior) {
  switch (prior.latent_space()) {
    case LatentSpace::kSphere:
      return 1.0 / prior.latent_dim();
    case LatentSpace::kBox:
      return 1.0 / 3;
    default:
      return 0;
  }
}

// The stage's curvature over its free numbers. A uniform latent has no residual, yet its space ends: it
// counts as the Gaussian of the same variance.
bool Curvature(const RecipeStage& stage, FitProblem* problem, Eigen::MatrixXd* hessian,
               FreeNumbers* numbers) {
  if (!problem->NormalMatrix(stage, hessian, numbers) || !hessian->allFinite()) return false;
  hessian->diagonal().array() += kSmallestCurvature;
  if (numbers->num_latent > 0) {
    const double variance = LatentVariance(*problem->latent_prior());
    if (variance > 0) {
      hessian->diagonal().segment(numbers->first_latent, numbers->num_latent).array() +=
          NoiseLevel2(stage, *problem) / variance;
    }
  }
  return true;
}

// d the body's moving numbers / d free numbers, transposed.
Eigen::MatrixXd MovesTransposed(const FreeNumbers& numbers, Eigen::Index size) {
  if (numbers.moves.size() > 0) return numbers.moves.transpose();
  return Eigen::MatrixXd::Identity(size, size);
}

// Blocks of M H^-1 M^T: H a curvature over free numbers, M what they do to the body's.
class Covariance {
 public:
  Covariance(const Eigen::MatrixXd& hessian, const Eigen::MatrixXd& moves_transposed) : factor_(hessian) {
    if (!ok()) return;
    half_ = moves_transposed;
    factor_.SolveLowerInPlace(&half_);
  }
  bool ok() const { return factor_.ok(); }
  // Of three of the body's numbers from `first`.
  Eigen::Matrix3d Block(Eigen::Index first) const {
    return half_.middleCols<3>(first).transpose() * half_.middleCols<3>(first);
  }
  double Diagonal(Eigen::Index i) const { return half_.col(i).squaredNorm(); }

 private:
  Cholesky factor_;
  Eigen::MatrixXd half_;
};

double Share(double posterior, double prior) {
  return prior > 0 ? std::clamp(1 - posterior / prior, 0.0, 1.0) : 1;
}

}  // namespace

double NoiseLevel2(const RecipeStage& stage, const FitProblem& problem) {
  const double weight = stage.weights.pose_prior > 0 ? stage.weights.pose_prior : stage.weights.energy;
  return problem.prior() != nullptr ? 0.5 * weight * weight : 0;
}

Spread SpreadAt(const RecipeStage& stage, FitProblem* problem, BodyEvaluator* joints) {
  Spread spread;
  const double noise2 = NoiseLevel2(stage, *problem);
  Eigen::MatrixXd hessian;
  FreeNumbers numbers;
  if (!(noise2 > 0) || !Curvature(stage, problem, &hessian, &numbers)) return spread;
  const Cholesky factor(hessian);
  if (!factor.ok()) return spread;
  spread.known = true;
  spread.log_volume = -factor.HalfLogDeterminant();
  joints->Evaluate(problem->parameters(), true);
  const int num_joints = joints->model().num_joints();
  const auto num_columns = static_cast<Eigen::Index>(numbers.columns.size());
  Eigen::MatrixXd jacobian(num_columns, 3 * num_joints);
  for (Eigen::Index c = 0; c < num_columns; ++c)
    jacobian.row(c) = joints->jacobian().col(numbers.columns[c]).transpose();
  if (numbers.moves.size() > 0) jacobian = (numbers.moves.transpose() * jacobian).eval();
  // J H^-1 J^T = (L^-1 J^T)^T (L^-1 J^T).
  factor.SolveLowerInPlace(&jacobian);
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
  Eigen::MatrixXd with_data, without_data, apart;
  FreeNumbers numbers;
  if (!(noise2 > 0) || !Curvature(silent, problem, &without_data, &numbers)) return;
  if (numbers.moves.size() > 0) {
    // What keypoints say of each joint on its own, in the body's numbers rather than the latent's.
    RecipeStage data = stage;
    data.freed_pose = true;
    data.weights = {};
    data.weights.reprojection = stage.weights.reprojection;
    data.weights.points3d = stage.weights.points3d;
    FreeNumbers freed;
    if (!problem->NormalMatrix(data, &apart, &freed)) return;
  }
  if (!Curvature(stage, problem, &with_data, &numbers)) return;
  if (numbers.moves.size() == 0) apart = with_data - without_data;
  // Where each parameter's column is, or -1.
  std::vector<Eigen::Index> column_of(static_cast<size_t>(3 * num_joints + num_betas + 3), -1);
  for (size_t c = 0; c < numbers.columns.size(); ++c)
    column_of[static_cast<size_t>(numbers.columns[c])] = static_cast<Eigen::Index>(c);
  const auto column = [&](Eigen::Index parameter) { return column_of[static_cast<size_t>(parameter)]; };

  const Eigen::MatrixXd moves_transposed = MovesTransposed(numbers, with_data.rows());
  const Covariance posterior(with_data, moves_transposed), prior(without_data, moves_transposed);
  if (!posterior.ok() || !prior.ok()) return;
  apart.diagonal().array() += kSmallestCurvature;
  // Joints of which a latent knows nothing do not move at all.
  const double least_variance = numbers.moves.size() > 0 ? 1e-12 : 0;
  for (Eigen::Index j = 0; j < num_joints; ++j) {
    const Eigen::Index c = column(3 * j);
    if (c >= 0) {
      apart.block<3, 3>(c, c) += (prior.Block(c) + least_variance * Eigen::Matrix3d::Identity()).inverse();
    }
  }
  for (Eigen::Index b = 0; b < num_betas; ++b) {
    const Eigen::Index c = column(3 * num_joints + b);
    if (c >= 0) apart(c, c) += 1 / prior.Diagonal(c);
  }
  const Covariance seen(apart, Eigen::MatrixXd::Identity(apart.rows(), apart.cols()));
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
