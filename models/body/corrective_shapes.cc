#include "models/body/corrective_shapes.h"

#include <algorithm>
#include <cmath>

#include "models/body/skeleton.h"
#include "models/math/decompositions.h"
#include "models/math/products.h"
#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// betas, then what posedirs multiply (PoseFeature), where the body has pose blend shapes.
Eigen::VectorXd Features(const BodyModel& model, const BodyParameters& parameters) {
  const int num_betas = model.num_betas();
  Eigen::VectorXd x(num_betas + model.posedirs().cols());
  x.head(num_betas) = parameters.betas;
  if (!model.has_posedirs()) return x;
  if (model.pose_feature() == PoseFeature::kQuaternion) {
    for (int j = 1; j < model.num_joints(); ++j) {
      x.segment<4>(num_betas + 4 * (j - 1)) =
          QuaternionMinusIdentity(parameters.body_pose.segment<3>(3 * (j - 1)));
    }
    x[x.size() - 1] = num_betas > 1 ? parameters.betas[1] : 0;
    return x;
  }
  for (int j = 1; j < model.num_joints(); ++j) {
    const Matrix3d rotation = ExpSO3(parameters.body_pose.segment<3>(3 * (j - 1)));
    for (int i = 0; i < 9; ++i) x[num_betas + 9 * (j - 1) + i] = rotation(i / 3, i % 3) - (i % 4 == 0);
  }
  return x;
}

// (3V, features): what the features do to the rest mesh when it is skinned about the mean shape's joints.
RowMatrixXf EffectOfFeatures(const BodyModel& model) {
  const int num_betas = model.num_betas();
  RowMatrixXf effect(3 * model.num_vertices(), num_betas + model.posedirs().cols());
  if (model.has_posedirs()) effect.rightCols(model.posedirs().cols()) = model.posedirs();
  for (int v = 0; v < model.num_vertices(); ++v) {
    RowMatrixXd moved = model.shapedirs().middleRows(3 * v, 3);
    for (SparseRowMatrixd::InnerIterator it(model.weights(), v); it; ++it) {
      moved -= it.value() * model.joint_shapedirs().middleRows(3 * it.col(), 3);
    }
    effect.block(3 * v, 0, 3, num_betas) = moved.cast<float>();
  }
  return effect;
}

Eigen::MatrixXd Gram(const RowMatrixXf& matrix) {
  constexpr Eigen::Index kRows = 3072;
  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(matrix.cols(), matrix.cols());
  for (Eigen::Index row = 0; row < matrix.rows(); row += kRows) {
    const Eigen::MatrixXd block = matrix.middleRows(row, std::min(kRows, matrix.rows() - row)).cast<double>();
    AddGram(block, &gram);
  }
  return gram;
}

}  // namespace

void CorrectiveShapesOptions::Check() const {
  VT_CHECK_GT(rms_tolerance_m, 0);
  VT_CHECK_GE(max_shapes, 0);
}

CorrectiveShapes FindCorrectiveShapes(const BodyModel& model, const std::vector<BodyParameters>& frames,
                                      const CorrectiveShapesOptions& options) {
  options.Check();
  VT_CHECK(!frames.empty());
  const auto num_frames = static_cast<double>(frames.size());
  const Eigen::VectorXd first = Features(model, frames[0]);
  const Eigen::Index size = first.size();
  // Relative to the first frame, so that what is constant is exactly so.
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(size);
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(size, size);
  for (const BodyParameters& frame : frames) {
    const Eigen::VectorXd x = Features(model, frame) - first;
    mean += x / num_frames;
    covariance.selfadjointView<Eigen::Lower>().rankUpdate(x, 1 / num_frames);
  }
  covariance.selfadjointView<Eigen::Lower>().rankUpdate(mean, -1.0);
  covariance = covariance.selfadjointView<Eigen::Lower>();
  mean += first;

  CorrectiveShapes found;
  found.mean_betas = mean.head(model.num_betas());
  found.rest_joints = RestJoints(model, found.mean_betas);
  // The mean itself with the whole effect of betas: joints of its own shape are where they belong.
  Eigen::VectorXd rest = model.shapedirs() * found.mean_betas;
  if (model.has_posedirs())
    rest += (model.posedirs() * mean.tail(model.posedirs().cols()).cast<float>()).cast<double>();
  found.rest_vertices =
      model.v_template() + Eigen::Map<const MatrixX3d>(rest.data(), model.num_vertices(), 3);
  found.weights.resize(frames.size(), 0);
  if (frames.size() == 1) return found;

  const RowMatrixXf effect = EffectOfFeatures(model);
  const SymmetricEigen<Eigen::Dynamic> metric = EigenOfSymmetric(Gram(effect));
  constexpr double kRelativeRank = 1e-12;  // directions that move nothing have no inverse
  const double floor = kRelativeRank * std::max(metric.values.maxCoeff(), 1e-300);
  const Eigen::VectorXd root = metric.values.cwiseMax(floor).cwiseSqrt();
  const Eigen::MatrixXd to_mesh = root.asDiagonal() * metric.vectors.transpose();
  const Eigen::MatrixXd from_mesh = metric.vectors * root.cwiseInverse().asDiagonal();
  const SymmetricEigen<Eigen::Dynamic> spread =
      EigenOfSymmetric<Eigen::Dynamic>(ProductTransposed(Product(to_mesh, covariance), to_mesh));

  const double allowed = options.rms_tolerance_m * options.rms_tolerance_m * model.num_vertices();
  double left = spread.values.cwiseMax(0).sum();
  Eigen::Index count = 0;
  while (count < std::min<Eigen::Index>(options.max_shapes, size) && left > allowed) {
    left -= std::max(0.0, spread.values[size - 1 - count]);
    ++count;
  }
  found.rms_error_m = std::sqrt(std::max(0.0, left) / model.num_vertices());
  if (count == 0) return found;

  const Eigen::MatrixXd directions = spread.vectors.rightCols(count).rowwise().reverse();
  const Eigen::MatrixXd projection = TransposedProduct(directions, to_mesh);
  found.weights.resize(frames.size(), count);
  for (size_t i = 0; i < frames.size(); ++i) {
    found.weights.row(i) = (projection * (Features(model, frames[i]) - mean)).cast<float>().transpose();
  }
  // Weights from 0 to 1: programs clamp others. The rest mesh takes up the lowest.
  for (Eigen::Index k = 0; k < count; ++k) {
    const float low = found.weights.col(k).minCoeff();
    const float range = std::max(found.weights.col(k).maxCoeff() - low, 1e-30f);
    found.weights.col(k) = ((found.weights.col(k).array() - low) / range).cwiseMax(0.0f).cwiseMin(1.0f);
    const Eigen::VectorXf moved = effect * (from_mesh * directions.col(k)).cast<float>();
    const Eigen::Map<const RowMatrixXf> shape(moved.data(), model.num_vertices(), 3);
    found.rest_vertices += low * shape.cast<double>();
    found.shapes.push_back(range * shape);
  }
  return found;
}

}  // namespace vitruvius
