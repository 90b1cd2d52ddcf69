#include "solvers/problem/segment_problem.h"

#include <algorithm>
#include <cmath>

#include "models/util/check.h"
#include "priors/joint_limits.h"
#include "solvers/problem/bone_terms.h"
#include "solvers/residuals/diagonal_prior.h"
#include "solvers/residuals/geman_mcclure.h"
#include "solvers/residuals/parameter_cost.h"
#include "solvers/residuals/point_cost.h"
#include "solvers/residuals/segment_terms.h"

namespace vitruvius {
namespace {

constexpr double kSmallestScale = 0.3, kLargestScale = 3;

PointSet WithJoints(PointSet points, const BodyModel& model, bool with_bones) {
  for (int j = 0; with_bones && j < model.num_joints(); ++j) points.AddJoint(j);
  return points;
}

double RootOfSquares(const std::vector<PlanarTarget>& targets, size_t begin, size_t end,
                     double PlanarTarget::*weight) {
  double sum = 0;
  for (size_t i = begin; i < end; ++i) sum += targets[i].*weight * targets[i].*weight;
  return sum > 0 ? std::sqrt(sum) : 1;
}

}  // namespace

void WeighAsMeans(size_t num_keypoints, std::vector<PlanarTarget>* targets) {
  const size_t count = targets->size();
  const double of_keypoints = RootOfSquares(*targets, 0, num_keypoints, &PlanarTarget::weight),
               of_depths = RootOfSquares(*targets, 0, num_keypoints, &PlanarTarget::depth_weight),
               of_surface = RootOfSquares(*targets, num_keypoints, count, &PlanarTarget::weight);
  for (size_t i = 0; i < count; ++i) {
    (*targets)[i].weight /= i < num_keypoints ? of_keypoints : of_surface;
    (*targets)[i].depth_weight /= of_depths;
  }
}

SegmentProblem::SegmentProblem(const std::shared_ptr<const BodyModel>& model, const PointSet& points,
                               const std::vector<PlanarTarget>& targets, const std::vector<bool>& torso,
                               bool mean_data, bool with_bones)
    : body_(model, WithJoints(points, *model, with_bones)),
      is_torso_(torso),
      all_targets_(targets),
      num_keypoints_(static_cast<int>(torso.size())),
      problem_(ProblemOptionsFor(&body_)) {
  VT_CHECK_EQ(targets.size(), points.items.size());
  VT_CHECK_LE(torso.size(), targets.size());
  if (mean_data) WeighAsMeans(torso.size(), &all_targets_);
  targets_ = all_targets_;
  AddDataTerms();
  AddBodyTerms();
  if (with_bones) {
    std::vector<double*> blocks;
    for (int b = 0; b < SharedSegments::kNumBlocks; ++b) blocks.push_back(body_.block(b));
    AddBoneTerms(*model, static_cast<int>(targets.size()), weights_, blocks, &body_, &problem_,
                 &term_of_block_);
  }
  dense_lm_ = std::make_unique<DenseLm>(problem_, &body_);
  CheckOrder(problem_, term_of_block_);
}

void SegmentProblem::AddDataTerms() {
  std::vector<double*> blocks;
  for (int b = 0; b < SharedSegments::kNumBlocks; ++b) blocks.push_back(body_.block(b));
  for (size_t i = 0; i < targets_.size(); ++i) {
    const bool is_keypoint = static_cast<int>(i) < num_keypoints_;
    const PlanarTarget& target = targets_[i];
    for (int axis = 0; axis < 3; ++axis) {
      const double confidence = axis == 2 ? target.depth_weight : target.weight;
      if (confidence <= 0) continue;
      const double* weight = axis == 2     ? &weights_.keypoint_depth
                             : is_keypoint ? &weights_.reprojection
                                           : &weights_.dense;
      Tag(problem_.AddResidualBlock(
              new PointCost<PlanarCoordinate>(&body_, {static_cast<int>(i)}, {&target, axis}),
              new GemanMcClureLoss(&robust_sigma_, weight, axis == 2 ? &target.depth_weight : &target.weight),
              blocks),
          axis == 2     ? "keypoint_depth"
          : is_keypoint ? "reprojection"
                        : "dense");
    }
  }
}

void SegmentProblem::AddBodyTerms() {
  const BodyModel& model = body_.evaluator().model();
  double* angles = body_.block(SharedSegments::kAngles);
  double* scales = body_.block(SharedSegments::kScales);
  const int num_angles = body_.block_size(SharedSegments::kAngles);
  const int num_scales = body_.block_size(SharedSegments::kScales);
  Tag(problem_.AddResidualBlock(new DiagonalPrior(num_angles, 0, num_angles, &weights_.angles, nullptr),
                                nullptr, angles),
      "angles");
  for (const Hinge& hinge : Hinges()) {
    const int joint = model.JointIndex(hinge.joint);
    if (joint < 1) continue;
    Tag(problem_.AddResidualBlock(new ParameterCost<HingeFunctor>(num_angles, {3 * (joint - 1) + hinge.axis},
                                                                  &weights_.hinge, {hinge.sign}),
                                  nullptr, angles),
        "hinge");
  }
  for (int j = 1; j < num_scales; ++j) {
    Tag(problem_.AddResidualBlock(new ParameterCost<NeighbourScale>(num_scales, {j, model.parents()[j]},
                                                                    &weights_.segment_scales, {}),
                                  nullptr, scales),
        "segment_scales");
  }
  Tag(problem_.AddResidualBlock(new MeanPrior(num_scales, 1, &weights_.segment_mean), nullptr, scales),
      "segment_mean");
  for (int j = 0; j < num_scales; ++j) {
    problem_.SetParameterLowerBound(scales, j, kSmallestScale);
    problem_.SetParameterUpperBound(scales, j, kLargestScale);
  }
  Tag(problem_.AddResidualBlock(
          new ParameterCost<RotationDeterminant>(9, {0, 1, 2, 3, 4, 5, 6, 7, 8}, &weights_.determinant, {}),
          nullptr, body_.block(SharedSegments::kRotation)),
      "determinant");
}

void SegmentProblem::Begin(const RecipeStage& stage) {
  weights_ = stage.weights;
  robust_sigma_ = stage.robust_sigma;
  targets_ = all_targets_;
  for (int i = 0; stage.torso_only && i < num_keypoints_; ++i) {
    if (!is_torso_[i]) targets_[i].weight = targets_[i].depth_weight = 0;
  }
  const bool free[SharedSegments::kNumBlocks] = {stage.free_pose, stage.free_betas, stage.free_orient,
                                                 stage.free_transl};
  body_.HoldPose(!stage.free_pose && !stage.free_betas);
  for (int b = 0; b < SharedSegments::kNumBlocks; ++b) {
    if (free[b]) {
      problem_.SetParameterBlockVariable(body_.block(b));
    } else {
      problem_.SetParameterBlockConstant(body_.block(b));
    }
  }
}

SolveSummary SegmentProblem::Solve(const RecipeStage& stage, SolverKind solver) {
  Begin(stage);
  return Minimise(stage.solve, solver, &problem_, dense_lm_.get());
}

std::vector<TermCost> SegmentProblem::TermCosts() { return CostsByTerm(term_of_block_, dense_lm_.get()); }

const MatrixX3d& SegmentProblem::Points() {
  body_.PrepareForEvaluation(false, true);
  return body_.points();
}

}  // namespace vitruvius
