#include "data/bodies/free_body.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <Eigen/Core>

#include "data/bodies/macro_shapes.h"
#include "data/bodies/named_points.h"
#include "data/bodies/nonnegative_fit.h"
#include "data/bodies/rest_pose.h"
#include "data/bodies/smpl_rig.h"
#include "models/math/decompositions.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Eigen::Index;
using Eigen::Matrix3d;
using Eigen::MatrixXd;
using Eigen::Vector3d;
using Eigen::VectorXd;

// The body's left half with the middle plane: all there is to compute, the rest being its mirror image.
struct Half {
  std::vector<int> vertices;  // ascending
  std::vector<int> of;        // (body vertices) place in `vertices` of the vertex or its mirror image
  std::vector<int> mirror;    // (body vertices)

  explicit Half(const MakeHumanData& data) : mirror(MirrorVertices(data)) {
    of.resize(mirror.size());
    for (int v = 0; v < static_cast<int>(mirror.size()); ++v) {
      const bool left = data.vertices(v, 0) > 0 || mirror[v] == v;
      if (!left) continue;
      of[v] = of[mirror[v]] = static_cast<int>(vertices.size());
      vertices.push_back(v);
    }
  }
  bool IsMiddle(int v) const { return mirror[v] == v; }
  // 3 numbers a vertex of the half -> all of the body, column by column.
  RowMatrixXd Unfold(const MatrixXd& half) const {
    RowMatrixXd full(static_cast<Index>(3 * of.size()), half.cols());
    for (size_t v = 0; v < of.size(); ++v) {
      full.middleRows<3>(static_cast<Index>(3 * v)) = half.middleRows<3>(3 * of[v]);
      if (vertices[of[v]] != static_cast<int>(v)) full.row(static_cast<Index>(3 * v)) *= -1;
    }
    return full;
  }
};

// Bodies in the rest pose, pelvis at the origin; a row each.
struct Population {
  RowMatrixXd half;      // (N, 3H)
  RowMatrixXd joints;    // (N, 3J)
  MatrixX3d mean_shape;  // (V, 3) of all vertices in MakeHuman's own rest pose
};

MatrixX3d ShapeOf(const MakeHumanData& data, const VectorXd& weights) {
  Eigen::VectorXf offsets = Eigen::VectorXf::Zero(data.targets.cols());
  for (Index t = 0; t < weights.size(); ++t) {
    if (weights[t] != 0) offsets += static_cast<float>(weights[t]) * data.targets.row(t).transpose();
  }
  return data.vertices + Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, 3, Eigen::RowMajor>>(
                             offsets.data(), data.vertices.rows(), 3)
                             .cast<double>();
}

Population DrawPopulation(const MakeHumanData& data, const Half& half, const SparseRowMatrixd& weights,
                          const FreeBodyOptions& options) {
  const auto num_half = static_cast<Index>(half.vertices.size());
  const auto num_joints = static_cast<Index>(SmplParents().size());
  Population population;
  population.half.resize(options.num_samples, 3 * num_half);
  population.joints.resize(options.num_samples, 3 * num_joints);
  population.mean_shape = MatrixX3d::Zero(data.vertices.rows(), 3);
  Rng rng(options.seed);
  for (int n = 0; n < options.num_samples; ++n) {
    const MatrixX3d shape = ShapeOf(data, MacroWeights(DrawTraits(&rng)));
    population.mean_shape += shape / options.num_samples;
    const MatrixX3d joints = JointsOf(data, shape);
    const std::vector<Matrix3d> rotations = RestPoseRotations(joints, HeadOfBone(data, shape, "finger1-1.L"));
    MatrixX3d posed = PoseJoints(joints, rotations);
    posed.rowwise() -= Eigen::RowVector3d(posed.row(0));
    std::vector<Vector3d> offsets;
    for (Index j = 0; j < num_joints; ++j) {
      offsets.push_back(posed.row(j).transpose() - rotations[j] * joints.row(j).transpose());
    }
    population.joints.row(n) = Eigen::Map<const Eigen::RowVectorXd>(posed.data(), posed.size());
    for (Index h = 0; h < num_half; ++h) {
      const int v = half.vertices[h], image = half.mirror[v];
      const Vector3d p(0.5 * (shape(v, 0) - shape(image, 0)), 0.5 * (shape(v, 1) + shape(image, 1)),
                       0.5 * (shape(v, 2) + shape(image, 2)));
      Vector3d skinned = Vector3d::Zero();
      for (SparseRowMatrixd::InnerIterator it(weights, v); it; ++it) {
        skinned += it.value() * (rotations[it.col()] * p + offsets[it.col()]);
      }
      if (half.IsMiddle(v)) skinned.x() = 0;
      population.half.row(n).segment<3>(3 * h) = skinned.transpose();
    }
  }
  return population;
}

MatrixX3i Triangles(const MakeHumanData& data) {
  MatrixX3i faces(static_cast<Index>(2 * data.quads.size()), 3);
  for (size_t q = 0; q < data.quads.size(); ++q) {
    const auto& [a, b, c, d] = data.quads[q];
    faces.row(static_cast<Index>(2 * q)) << a, b, c;
    faces.row(static_cast<Index>(2 * q) + 1) << a, c, d;
  }
  return faces;
}

// A third of the area of the faces around every vertex, times its outward normal.
MatrixX3d VertexAreas(const MatrixX3d& vertices, const MatrixX3i& faces) {
  MatrixX3d areas = MatrixX3d::Zero(vertices.rows(), 3);
  for (Index f = 0; f < faces.rows(); ++f) {
    const Vector3d a = vertices.row(faces(f, 0)), b = vertices.row(faces(f, 1)),
                   c = vertices.row(faces(f, 2));
    for (int k = 0; k < 3; ++k) areas.row(faces(f, k)) += (b - a).cross(c - a).transpose() / 6;
  }
  return areas;
}

// Principal components of rows that are centred, coordinates weighted.
struct Components {
  MatrixXd scores;     // (N, B): of each row, one standard deviation being 1
  VectorXd explained;  // (B) cumulated
};

Components PrincipalComponents(const RowMatrixXd& centred, const VectorXd& weights, int count) {
  const RowMatrixXd weighted = centred * weights.cwiseSqrt().asDiagonal();
  MatrixXd gram = MatrixXd::Zero(weighted.rows(), weighted.rows());
  gram.selfadjointView<Eigen::Lower>().rankUpdate(weighted);
  const SymmetricEigen<Eigen::Dynamic> eigen = EigenOfSymmetric(gram);
  const double deviation = std::sqrt(static_cast<double>(weighted.rows() - 1));
  Components result;
  result.scores = deviation * eigen.vectors.rightCols(count).rowwise().reverse();
  result.explained.resize(count);
  double sum = 0;
  for (int k = 0; k < count; ++k) {
    sum += eigen.values[weighted.rows() - 1 - k];
    result.explained[k] = sum / gram.trace();
  }
  return result;
}

// Rows: joints; each a mean of vertices near it with weights >= 0, so that it goes where they go. Fitted to
// where the joint is in the mean body and to how it moves with every beta.
SparseRowMatrixd FitJointRegressor(const Half& half, const SparseRowMatrixd& weights, const VectorXd& mean,
                                   const MatrixXd& directions, const VectorXd& mean_joints,
                                   const MatrixXd& joint_directions) {
  constexpr double kReach = 0.22;  // metres: half a thigh
  constexpr size_t kMostCandidates = 400;
  constexpr double kRegressorRidge = 1e-7;  // spreads a joint over tens of vertices, at the cost of 0.1 mm
  constexpr double kSumWeight = 10;         // metres: the sum is one before anything else
  const std::vector<std::string>& names = SmplJointNames();
  const std::vector<int> swap = MirrorPermutation(names);
  std::vector<Eigen::Triplet<double>> triplets;
  for (int j = 0; j < static_cast<int>(names.size()); ++j) {
    if (swap[j] < j) continue;
    const Vector3d joint = mean_joints.segment<3>(3 * j);
    std::vector<int> near;
    for (size_t h = 0; h < half.vertices.size(); ++h) {
      const int v = half.vertices[h];
      const int parent = std::max(SmplParents()[j], 0);
      const bool belongs = weights.coeff(v, j) + weights.coeff(v, parent) > 0.3;
      if (belongs && (mean.segment<3>(static_cast<Index>(3 * h)) - joint).norm() < kReach) {
        near.push_back(static_cast<int>(h));
      }
    }
    const size_t stride = near.size() / kMostCandidates + 1;
    std::vector<int> candidates;
    for (size_t i = 0; i < near.size(); i += stride) candidates.push_back(near[i]);
    VT_CHECK(!candidates.empty());
    const bool middle = swap[j] == j;
    const Index num_rows = 3 * (1 + directions.cols()) + 1;
    MatrixXd a(num_rows, static_cast<Index>(candidates.size()));
    VectorXd b(num_rows);
    const auto fill = [&](Index row, const auto& from, double target, Index coordinate) {
      for (size_t i = 0; i < candidates.size(); ++i) {
        a(row, static_cast<Index>(i)) = middle && coordinate == 0 ? 0 : from[3 * candidates[i] + coordinate];
      }
      b[row] = middle && coordinate == 0 ? 0 : target;
    };
    for (Index axis = 0; axis < 3; ++axis) {
      fill(axis, mean, joint[axis], axis);
      for (Index k = 0; k < directions.cols(); ++k) {
        fill(3 * (1 + k) + axis, directions.col(k), joint_directions(3 * j + axis, k), axis);
      }
    }
    a.bottomRows<1>().setConstant(kSumWeight);
    b[num_rows - 1] = kSumWeight;
    const VectorXd x = FitNonNegative(a, b, kRegressorRidge);
    for (size_t i = 0; i < candidates.size(); ++i) {
      const double weight = x[static_cast<Index>(i)] / x.sum();
      if (weight <= 0) continue;
      const int v = half.vertices[candidates[i]];
      if (middle && !half.IsMiddle(v)) {  // a pair stands in the middle
        triplets.emplace_back(j, v, weight / 2);
        triplets.emplace_back(j, half.mirror[v], weight / 2);
      } else {
        triplets.emplace_back(j, v, weight);
        if (!middle) triplets.emplace_back(swap[j], half.mirror[v], weight);
      }
    }
  }
  SparseRowMatrixd regressor(static_cast<Index>(names.size()), static_cast<Index>(half.of.size()));
  regressor.setFromTriplets(triplets.begin(), triplets.end());
  return regressor;
}

}  // namespace

void FreeBodyOptions::Check() const {
  if (num_betas < 1 || num_betas > 100 || num_samples <= num_betas || num_samples > 10000) {
    throw InputError(StrCat("a free body of ", num_betas, " betas from ", num_samples,
                            " samples; expected 1 to 100 betas and more samples, at most 10000"));
  }
}

BodyModelData MakeFreeBody(const MakeHumanData& data, const FreeBodyOptions& options,
                           FreeBodyReport* report) {
  options.Check();
  VT_CHECK_EQ(data.targets.rows(), static_cast<Index>(MacroTargetNames().size()));
  const Half half(data);
  BodyModelData body;
  body.name = "free";
  body.faces = Triangles(data);
  body.parents = SmplParents();
  body.joint_names = SmplJointNames();
  body.weights = FoldWeights(data, half.mirror);
  Population population = DrawPopulation(data, half, body.weights, options);
  body.landmarks = FindNamedPoints(data, population.mean_shape, body.weights, half.mirror);

  const VectorXd mean = population.half.colwise().mean().transpose();
  const VectorXd mean_joints = population.joints.colwise().mean().transpose();
  const RowMatrixXd unfolded = half.Unfold(mean);
  body.v_template = Eigen::Map<const MatrixX3d>(unfolded.data(), unfolded.size() / 3, 3);
  population.half.rowwise() -= mean.transpose();
  population.joints.rowwise() -= mean_joints.transpose();

  const MatrixX3d areas = VertexAreas(body.v_template, body.faces);
  VectorXd weights(mean.size()), outward(mean.size());
  for (size_t h = 0; h < half.vertices.size(); ++h) {
    const int v = half.vertices[h];
    const double sides = half.IsMiddle(v) ? 1 : 2;
    weights.segment<3>(static_cast<Index>(3 * h)).setConstant(sides * areas.row(v).norm());
    outward.segment<3>(static_cast<Index>(3 * h)) = sides * areas.row(v).transpose();
  }
  const Components components = PrincipalComponents(population.half, weights, options.num_betas);
  const double samples = options.num_samples - 1;
  MatrixXd directions = population.half.transpose() * components.scores / samples;
  MatrixXd joint_directions = population.joints.transpose() * components.scores / samples;
  // Signs: taller, or of more volume.
  Eigen::RowVectorXd growth = outward.transpose() * directions;
  const Index top = half.of[body.landmarks.at("head_top")], heel = half.of[body.landmarks.at("left_heel")];
  growth[0] = directions(3 * top + 1, 0) - directions(3 * heel + 1, 0);
  for (Index k = 0; k < options.num_betas; ++k) {
    if (growth[k] >= 0) continue;
    directions.col(k) *= -1;
    joint_directions.col(k) *= -1;
  }
  body.shapedirs = half.Unfold(directions);
  body.joint_regressor =
      FitJointRegressor(half, body.weights, mean, directions, mean_joints, joint_directions);

  if (report != nullptr) {
    report->explained = components.explained;
    const VectorXd heights = (population.half.col(3 * top + 1) - population.half.col(3 * heel + 1)).array() +
                             (mean[3 * top + 1] - mean[3 * heel + 1]);
    report->mean_height_m = heights.mean();
    report->lowest_height_m = heights.minCoeff();
    report->greatest_height_m = heights.maxCoeff();
    RowMatrixXd signed_scores = components.scores;
    for (Index k = 0; k < options.num_betas; ++k) {
      if (growth[k] < 0) signed_scores.col(k) *= -1;
    }
    RowMatrixXd regressed(3 * body.joint_regressor.rows(), options.num_betas);
    regressed.setZero();
    MatrixX3d rest = body.joint_regressor * body.v_template;
    for (int j = 0; j < body.joint_regressor.rows(); ++j) {
      for (SparseRowMatrixd::InnerIterator it(body.joint_regressor, j); it; ++it) {
        regressed.middleRows<3>(3 * j) += it.value() * body.shapedirs.middleRows<3>(3 * it.col());
      }
    }
    RowMatrixXd error = population.joints - signed_scores * regressed.transpose();
    error.rowwise() += (mean_joints - Eigen::Map<const VectorXd>(rest.data(), rest.size())).transpose();
    report->joint_error_m.resize(rest.rows());
    for (Index j = 0; j < rest.rows(); ++j) {
      report->joint_error_m[j] = std::sqrt(error.middleCols<3>(3 * j).squaredNorm() / options.num_samples);
    }
  }
  return body;
}

}  // namespace vitruvius
