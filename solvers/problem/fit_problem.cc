#include "solvers/problem/fit_problem.h"

#include <algorithm>
#include <limits>

#include <ceres/solver.h>

#include "models/util/check.h"
#include "priors/joint_limits.h"
#include "solvers/residuals/diagonal_prior.h"
#include "solvers/residuals/geman_mcclure.h"
#include "solvers/residuals/parameter_cost.h"
#include "solvers/residuals/point_cost.h"

namespace vitruvius {
namespace {

ceres::Problem::Options ProblemOptions(ceres::EvaluationCallback* callback) {
  ceres::Problem::Options options;
  options.evaluation_callback = callback;
  return options;
}

KeypointBinding BindOrThrow(const KeypointSet& set, const BodyModel& model) {
  KeypointBinding binding = BindKeypoints(set, model);
  if (binding.keypoint_of_point.empty()) {
    throw InputError(StrCat("model ", model.name(), " has none of the points of keypoint set ", set.name));
  }
  return binding;
}

PointSet WithRoot(PointSet points) {
  points.AddJoint(0);
  return points;
}

bool IsTorso(const std::string& name) {
  return name == "left_hip" || name == "right_hip" || name == "left_shoulder" || name == "right_shoulder";
}

constexpr int kSharedJoints = 22;  // pelvis to right_wrist, of SMPL, SMPL-H and SMPL-X

// Joints of which no body prior knows: "left_index1" to "right_thumb3", "jaw", "left_eye_smplhf".
enum class DetailPart { kNone, kFinger, kFace };
DetailPart PartOf(const std::string& joint) {
  for (const char* finger : {"thumb", "index", "middle", "ring", "pinky"}) {
    if (joint.find(finger) != std::string::npos) return DetailPart::kFinger;
  }
  return joint == "jaw" || joint.find("_eye") != std::string::npos ? DetailPart::kFace : DetailPart::kNone;
}

}  // namespace

std::shared_ptr<const Prior> PriorOnBody(std::shared_ptr<const Prior> prior, const BodyModel& model) {
  const int pose_size = 3 * model.num_body_joints();
  if (prior == nullptr || pose_size == 0) return nullptr;
  // The joints after those that all bodies share are SMPL's rigid hands, or else fingers, a jaw and eyes.
  const bool has_more_joints = model.num_joints() > kSharedJoints;
  const bool has_rigid_hands =
      has_more_joints && PartOf(model.joint_names()[kSharedJoints]) == DetailPart::kNone;
  const int size = has_more_joints && !has_rigid_hands ? 3 * (kSharedJoints - 1) : pose_size;
  return prior->dim() > size ? prior->Restrict(size) : prior;
}

FitProblem::FitProblem(const std::shared_ptr<const BodyModel>& model, const KeypointSet& set,
                       Recipe::Camera camera, std::shared_ptr<const Prior> prior,
                       std::shared_ptr<const BodyCapsules> capsules)
    : binding_(BindOrThrow(set, *model)),
      relaxed_pose_(model->RelaxedPose()),
      prior_(PriorOnBody(std::move(prior), *model)),
      capsules_(std::move(capsules)),
      body_(model, WithRoot(binding_.points)),
      problem_(ProblemOptions(&body_)) {
  for (const int keypoint : binding_.keypoint_of_point)
    is_torso_.push_back(IsTorso(set.points[keypoint].name));
  AddDataTerms(camera);
  AddPriorTerms();
  dense_lm_ = std::make_unique<DenseLm>(problem_, &body_);
}

void FitProblem::AddDataTerms(Recipe::Camera camera) {
  std::vector<double*> blocks;
  for (int b = 0; b < SharedBody::kNumBlocks; ++b) {
    if (body_.block_size(b) > 0) blocks.push_back(body_.block(b));
  }
  const auto num = static_cast<size_t>(num_points());
  targets2d_.resize(num);
  targets3d_.resize(num);
  for (int i = 0; i < num_points(); ++i) {
    const int num_axes = camera == Recipe::Camera::kNone ? 3 : 2;
    for (int axis = 0; axis < num_axes; ++axis) {
      ceres::CostFunction* cost = nullptr;
      ceres::LossFunction* loss = nullptr;
      if (camera == Recipe::Camera::kNone) {
        cost = new PointCost<Point3dCoordinate>(&body_, {i}, {&targets3d_[i], axis});
        loss = new GemanMcClureLoss(&robust_sigma_, &weights_.points3d, &targets3d_[i].weight);
      } else if (camera == Recipe::Camera::kPerspective) {
        cost = new PointCost<ReprojectionCoordinate>(&body_, {i}, {&camera_, &targets2d_[i], axis});
        loss = new GemanMcClureLoss(&robust_sigma_, &weights_.reprojection, &targets2d_[i].weight);
      } else {
        cost = new PointCost<WeakReprojectionCoordinate>(&body_, {i, num_points()},
                                                         {&camera_, &targets2d_[i], axis});
        loss = new GemanMcClureLoss(&robust_sigma_, &weights_.reprojection, &targets2d_[i].weight);
      }
      Tag(problem_.AddResidualBlock(cost, loss, blocks), num_axes == 3 ? "points3d" : "reprojection");
    }
  }
}

void FitProblem::AddPriorTerms() {
  const BodyModel& model = body_.evaluator().model();
  double* pose = body_.block(SharedBody::kPose);
  const int pose_size = body_.block_size(SharedBody::kPose);
  if (prior_ != nullptr) {
    Tag(problem_.AddResidualBlock(prior_->MakeEnergy(pose_size, &weights_.pose_prior).release(), nullptr,
                                  pose),
        "pose_prior");
  }
  for (const Hinge& hinge : Hinges()) {
    const int joint = model.JointIndex(hinge.joint);
    if (joint < 1) continue;
    auto* cost = new ParameterCost<HingeFunctor>(pose_size, {3 * (joint - 1) + hinge.axis}, &weights_.hinge,
                                                 {hinge.sign});
    Tag(problem_.AddResidualBlock(cost, nullptr, pose), "hinge");
  }
  for (const JointLimit& limit : JointLimits()) {
    const int joint = model.JointIndex(limit.joint);
    if (joint < 1) continue;
    for (int axis = 0; axis < 3; ++axis) {
      auto* cost = new ParameterCost<JointLimitFunctor>(
          pose_size, {3 * (joint - 1) + axis}, &weights_.joint_limits, {limit.low[axis], limit.high[axis]});
      Tag(problem_.AddResidualBlock(cost, nullptr, pose), "joint_limits");
    }
  }
  if (capsules_ != nullptr && !capsules_->pairs().empty()) {
    self_penetration_ = new SelfPenetrationCost(&body_, capsules_, &weights_.self_penetration);
    Tag(problem_.AddResidualBlock(self_penetration_, nullptr, pose), "self_penetration");
  }
  for (int joint = kSharedJoints; joint < model.num_joints(); ++joint) {
    const DetailPart part = PartOf(model.joint_names()[joint]);
    if (part == DetailPart::kNone) continue;
    const bool is_finger = part == DetailPart::kFinger;
    const int first = 3 * (joint - 1);
    auto* cost = new DiagonalPrior(pose_size, first, 3, is_finger ? &weights_.hands : &weights_.face,
                                   relaxed_pose_.data() + first);
    Tag(problem_.AddResidualBlock(cost, nullptr, pose), is_finger ? "hands" : "face");
  }
  const int num_betas = body_.block_size(SharedBody::kBetas);
  if (num_betas > 0) {
    Tag(problem_.AddResidualBlock(new DiagonalPrior(num_betas, 0, num_betas, &weights_.betas, nullptr),
                                  nullptr, body_.block(SharedBody::kBetas)),
        "betas");
  }
  Tag(problem_.AddResidualBlock(new DiagonalPrior(3, 2, 1, &weights_.depth, &depth_anchor_), nullptr,
                                body_.block(SharedBody::kTransl)),
      "depth");
}

void FitProblem::SetTargets2d(const PerspectiveCamera& camera, const std::vector<Keypoint2dTarget>& targets,
                              double pixel_scale) {
  VT_CHECK_EQ(targets.size(), targets2d_.size());
  camera_ = camera;
  all_targets2d_ = targets;
  pixel_scale_ = pixel_scale;
}

void FitProblem::SetTargets3d(const std::vector<Keypoint3dTarget>& targets) {
  VT_CHECK_EQ(targets.size(), targets3d_.size());
  all_targets3d_ = targets;
  pixel_scale_ = 1;
}

void FitProblem::Begin(const RecipeStage& stage) {
  weights_ = stage.weights;
  weights_.reprojection *= pixel_scale_;
  robust_sigma_ = stage.robust_sigma / pixel_scale_;
  depth_anchor_ = parameters().transl.z();
  if (self_penetration_ != nullptr) self_penetration_->SetShape(parameters().betas);
  if (!all_targets2d_.empty()) targets2d_ = all_targets2d_;
  if (!all_targets3d_.empty()) targets3d_ = all_targets3d_;
  for (int i = 0; stage.torso_only && i < num_points(); ++i) {
    if (is_torso_[i]) continue;
    targets2d_[i].weight = 0;
    targets3d_[i].weight = 0;
  }
  const bool free[SharedBody::kNumBlocks] = {stage.free_orient, stage.free_pose,
                                             stage.free_betas && !hold_betas_, stage.free_transl};
  for (int b = 0; b < SharedBody::kNumBlocks; ++b) {
    if (body_.block_size(b) == 0) continue;
    if (free[b]) {
      problem_.SetParameterBlockVariable(body_.block(b));
    } else {
      problem_.SetParameterBlockConstant(body_.block(b));
    }
  }
}

SolveSummary FitProblem::SolveWithCeres(const SolveOptions& options) {
  ceres::Solver::Options ceres_options;
  ceres_options.linear_solver_type = ceres::DENSE_NORMAL_CHOLESKY;
  ceres_options.max_num_iterations = options.max_iterations;
  ceres_options.function_tolerance = options.function_tolerance;
  ceres_options.gradient_tolerance = options.gradient_tolerance;
  ceres_options.parameter_tolerance = options.parameter_tolerance;
  ceres_options.logging_type = ceres::SILENT;
  ceres_options.num_threads = 1;
  ceres::Solver::Summary report;
  ceres::Solve(ceres_options, &problem_, &report);
  SolveSummary summary;
  summary.termination = report.termination_type == ceres::CONVERGENCE      ? SolveSummary::kConverged
                        : report.termination_type == ceres::NO_CONVERGENCE ? SolveSummary::kNoConvergence
                                                                           : SolveSummary::kFailure;
  summary.initial_cost = report.initial_cost;
  summary.final_cost = report.final_cost;
  summary.iterations = static_cast<int>(report.iterations.size());
  return summary;
}

SolveSummary FitProblem::Solve(const RecipeStage& stage, SolverKind solver) {
  Begin(stage);
  SolveSummary summary =
      solver == SolverKind::kCeres ? SolveWithCeres(stage.solve) : dense_lm_->Solve(stage.solve);
  if (self_penetration_ != nullptr && weights_.self_penetration > 0 &&
      summary.termination != SolveSummary::kFailure) {
    // The capsules had the shape that the stage began with; costs are told of the one it ended with.
    self_penetration_->SetShape(parameters().betas);
    summary.final_cost = Cost();
  }
  return summary;
}

std::vector<TermCost> FitProblem::TermCosts() {
  body_.PrepareForEvaluation(false, true);
  std::vector<TermCost> terms;
  for (const auto& [id, name] : term_of_block_) {
    double cost = 0;
    if (!problem_.EvaluateResidualBlockAssumingParametersUnchanged(id, true, &cost, nullptr, nullptr)) {
      cost = std::numeric_limits<double>::infinity();
    }
    if (terms.empty() || terms.back().name != name) terms.push_back({name, 0});
    terms.back().cost += cost;
  }
  const auto is_idle = [](const TermCost& term) { return term.cost == 0; };
  terms.erase(std::remove_if(terms.begin(), terms.end(), is_idle), terms.end());
  return terms;
}

double FitProblem::Cost() {
  double cost = 0;
  for (const TermCost& term : TermCosts()) cost += term.cost;
  return cost;
}

bool FitProblem::NormalMatrix(const RecipeStage& stage, Eigen::MatrixXd* hessian, std::vector<int>* columns) {
  Begin(stage);
  columns->clear();
  for (int b = 0; b < SharedBody::kNumBlocks; ++b) {
    if (body_.block_size(b) == 0 || problem_.IsParameterBlockConstant(body_.block(b))) continue;
    for (int i = 0; i < body_.block_size(b); ++i) columns->push_back(body_.block_offset(b) + i);
  }
  return dense_lm_->NormalMatrix(hessian);
}

double FitProblem::SelfPenetrationM() {
  if (self_penetration_ == nullptr) return 0;
  body_.PrepareForEvaluation(false, true);
  self_penetration_->SetShape(parameters().betas);
  return self_penetration_->DeepestM();
}

const MatrixX3d& FitProblem::Points() {
  body_.PrepareForEvaluation(false, true);
  return body_.evaluator().points();
}

}  // namespace vitruvius
