#include "solvers/problem/fit_problem.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "models/util/check.h"
#include "priors/joint_limits.h"
#include "solvers/problem/bone_terms.h"
#include "solvers/residuals/decoded_pose_cost.h"
#include "solvers/residuals/diagonal_prior.h"
#include "solvers/residuals/geman_mcclure.h"
#include "solvers/residuals/joint_limits_cost.h"
#include "solvers/residuals/parameter_cost.h"
#include "solvers/residuals/point_cost.h"

namespace vitruvius {
namespace {

KeypointBinding BindOrThrow(const KeypointSet& set, const PointSet& surface, const BodyModel& model) {
  KeypointBinding binding = BindKeypoints(set, model);
  if (binding.keypoint_of_point.empty() && surface.size() == 0) {
    throw InputError(StrCat("model ", model.name(), " has none of the points of keypoint set ", set.name));
  }
  return binding;
}

// And so many joints after the root.
PointSet WithRoot(PointSet points, const PointSet& surface, int num_joints) {
  points.items.insert(points.items.end(), surface.items.begin(), surface.items.end());
  points.AddJoint(0);
  for (int j = 0; j < num_joints; ++j) points.AddJoint(j);
  return points;
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

// The joints after those that all bodies share are SMPL's rigid hands, or else fingers, a jaw and eyes.
bool HasRigidHands(const BodyModel& model) {
  return model.num_joints() > kSharedJoints &&
         PartOf(model.joint_names()[kSharedJoints]) == DetailPart::kNone;
}

}  // namespace

std::shared_ptr<const Prior> PriorOnBody(std::shared_ptr<const Prior> prior, const BodyModel& model) {
  const int pose_size = 3 * model.num_body_joints();
  if (prior == nullptr || pose_size == 0) return nullptr;
  const bool has_details = model.num_joints() > kSharedJoints && !HasRigidHands(model);
  const int size = has_details ? 3 * (kSharedJoints - 1) : pose_size;
  return prior->dim() > size ? prior->Restrict(size) : prior;
}

FitProblem::FitProblem(const std::shared_ptr<const BodyModel>& model, const KeypointSet& set,
                       Recipe::Camera camera, std::shared_ptr<const Prior> prior,
                       std::shared_ptr<const BodyCapsules> capsules,
                       std::shared_ptr<const Prior> energy_prior, const PointSet& surface, bool with_bones)
    : binding_(BindOrThrow(set, surface, *model)),
      num_surface_(surface.size()),
      relaxed_pose_(model->RelaxedPose()),
      prior_(PriorOnBody(std::move(prior), *model)),
      energy_prior_(PriorOnBody(std::move(energy_prior), *model)),
      latent_prior_(dynamic_cast<const LatentPrior*>(prior_.get())),
      capsules_(std::move(capsules)),
      body_(model, WithRoot(binding_.points, surface, with_bones ? model->num_joints() : 0),
            latent_prior_ != nullptr ? latent_prior_->latent_dim() : 0),
      problem_(ProblemOptionsFor(&body_)) {
  for (const int keypoint : binding_.keypoint_of_point)
    is_torso_.push_back(IsTorsoKeypoint(set.points[keypoint].name));
  AddDataTerms(camera);
  AddPriorTerms();
  if (with_bones) {
    std::vector<double*> blocks;
    for (int b = 0; b < SharedBody::kNumBlocks; ++b) {
      if (body_.block_size(b) > 0) blocks.push_back(body_.block(b));
    }
    AddBoneTerms(*model, num_points() + num_surface_ + 1, weights_, blocks, &body_, &problem_,
                 &term_of_block_);
  }
  if (latent_prior_ != nullptr) AddLatent();
  dense_lm_ = std::make_unique<DenseLm>(problem_, &body_);
  CheckOrder(problem_, term_of_block_);
}

void FitProblem::AddDataTerms(Recipe::Camera camera) {
  std::vector<double*> blocks;
  for (int b = 0; b < SharedBody::kNumBlocks; ++b) {
    if (body_.block_size(b) > 0) blocks.push_back(body_.block(b));
  }
  const int num_all = num_points() + (camera == Recipe::Camera::kNone ? 0 : num_surface_);
  const int root = num_points() + num_surface_;
  targets2d_.resize(num_all);
  targets3d_.resize(num_points());
  for (int i = 0; i < num_all; ++i) {
    const bool is_keypoint = i < num_points();
    const double* weight = is_keypoint ? &weights_.reprojection : &weights_.dense;
    const int num_axes = camera == Recipe::Camera::kNone ? 3 : 2;
    for (int axis = 0; axis < num_axes; ++axis) {
      ceres::CostFunction* cost = nullptr;
      ceres::LossFunction* loss = nullptr;
      if (camera == Recipe::Camera::kNone) {
        cost = new PointCost<Point3dCoordinate>(&body_, {i}, {&targets3d_[i], axis});
        loss = new GemanMcClureLoss(&robust_sigma_, &weights_.points3d, &targets3d_[i].weight);
      } else if (camera == Recipe::Camera::kPerspective) {
        cost = new PointCost<ReprojectionCoordinate>(&body_, {i}, {&camera_, &targets2d_[i], axis});
        loss = new GemanMcClureLoss(&robust_sigma_, weight, &targets2d_[i].weight);
      } else {
        cost = new PointCost<WeakReprojectionCoordinate>(&body_, {i, root}, {&camera_, &targets2d_[i], axis});
        loss = new GemanMcClureLoss(&robust_sigma_, weight, &targets2d_[i].weight);
      }
      Tag(problem_.AddResidualBlock(cost, loss, blocks), num_axes == 3 ? "points3d"
                                                         : is_keypoint ? "reprojection"
                                                                       : "dense");
    }
  }
}

void FitProblem::AddPriorTerms() {
  const BodyModel& model = body_.evaluator().model();
  double* pose = body_.block(SharedBody::kPose);
  const int pose_size = body_.block_size(SharedBody::kPose);
  const auto add_energy = [&](const Prior* prior, const double* weight, const char* name) {
    std::unique_ptr<ceres::CostFunction> cost =
        prior != nullptr ? prior->MakeEnergy(pose_size, weight) : nullptr;
    if (cost != nullptr) Tag(problem_.AddResidualBlock(cost.release(), nullptr, pose), name);
  };
  add_energy(prior_.get(), &prior_energy_weight_, "pose_prior");
  add_energy(energy_prior_.get(), &weights_.energy, "energy");
  for (const Hinge& hinge : Hinges()) {
    const int joint = model.JointIndex(hinge.joint);
    if (joint < 1) continue;
    auto* cost = new ParameterCost<HingeFunctor>(pose_size, {3 * (joint - 1) + hinge.axis}, &weights_.hinge,
                                                 {hinge.sign});
    Tag(problem_.AddResidualBlock(cost, nullptr, pose), "hinge");
  }
  std::vector<JointLimitsCost::Component> limits;
  for (const JointLimit& limit : JointLimits()) {
    const int joint = model.JointIndex(limit.joint);
    if (joint < 1) continue;
    for (int axis = 0; axis < 3; ++axis)
      limits.push_back({3 * (joint - 1) + axis, {limit.low[axis], limit.high[axis]}});
  }
  if (!limits.empty()) {
    Tag(problem_.AddResidualBlock(new JointLimitsCost(pose_size, std::move(limits), &weights_.joint_limits),
                                  nullptr, pose),
        "joint_limits");
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

void FitProblem::AddLatent() {
  const BodyModel& model = body_.evaluator().model();
  double* pose = body_.block(SharedBody::kPose);
  const int pose_size = body_.body_size(SharedBody::kPose), latent_dim = latent_prior_->latent_dim();
  decoder_ = latent_prior_->MakeDecoder();
  // SMPL's rigid hands stay at rest with what the prior says; fingers, jaw and eyes are free.
  const int num_decoded = HasRigidHands(model) ? pose_size : std::min(pose_size, latent_prior_->dim());
  decoded_ = std::make_unique<DecodedPoseManifold>(*latent_prior_, decoder_.get(), pose_size, num_decoded);
  freed_ = std::make_unique<DecodedPoseManifold>(*latent_prior_, decoder_.get(), pose_size, 0);
  std::vector<int> held(latent_dim);
  std::iota(held.begin(), held.end(), pose_size);
  pose_alone_ = std::make_unique<ceres::SubsetManifold>(pose_size + latent_dim, held);
  if (latent_prior_->latent_space() == LatentSpace::kNormal) {
    Tag(problem_.AddResidualBlock(
            new DiagonalPrior(pose_size + latent_dim, pose_size, latent_dim, &latent_weight_, nullptr),
            nullptr, pose),
        "pose_prior");
  }
  for (int i = 0; latent_prior_->latent_space() == LatentSpace::kBox && i < latent_dim; ++i) {
    problem_.SetParameterLowerBound(pose, pose_size + i, -1);
    problem_.SetParameterUpperBound(pose, pose_size + i, 1);
  }
  Eigen::VectorXd latent = Eigen::VectorXd::Zero(latent_dim);
  latent_prior_->ProjectLatent(&latent);
  body_.SetLatent(latent);
  Tag(problem_.AddResidualBlock(new DecodedPoseCost(decoder_.get(), latent_prior_->dim(), pose_size,
                                                    num_decoded, latent_dim, &weights_.decoded_pose),
                                nullptr, pose),
      "decoded_pose");
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

void FitProblem::BeginLatent(const RecipeStage& stage) {
  const bool uses_latent = !stage.freed_pose || weights_.decoded_pose > 0;
  if (!stage.freed_pose) weights_.decoded_pose = 0;  // the distance is nothing
  // |r|^2 = |z|^2 / 2, the negative log likelihood. A density over poses has its say where the latent has
  // none.
  if (uses_latent) latent_weight_ = weights_.pose_prior / std::sqrt(2.0);
  if (uses_latent) prior_energy_weight_ = 0;
  decoder_->Reset();
  double* pose = body_.block(SharedBody::kPose);
  if (!stage.freed_pose) decoded_->Decode(pose);
  problem_.SetManifold(pose, !stage.freed_pose ? decoded_.get()
                             : uses_latent     ? freed_.get()
                                               : pose_alone_.get());
}

void FitProblem::Begin(const RecipeStage& stage) {
  weights_ = stage.weights;
  weights_.reprojection *= pixel_scale_;
  weights_.dense *= pixel_scale_;
  robust_sigma_ = stage.robust_sigma / pixel_scale_;
  latent_weight_ = 0;
  prior_energy_weight_ = weights_.pose_prior;
  if (latent_prior_ != nullptr) BeginLatent(stage);
  depth_anchor_ = parameters().transl.z();
  if (self_penetration_ != nullptr) self_penetration_->SetShape(parameters().betas);
  if (!all_targets2d_.empty()) targets2d_ = all_targets2d_;
  if (!all_targets3d_.empty()) targets3d_ = all_targets3d_;
  for (int i = 0; stage.torso_only && i < num_points(); ++i) {
    if (is_torso_[i]) continue;
    targets2d_[i].weight = 0;
    targets3d_[i].weight = 0;
  }
  for (size_t i = num_points(); stage.torso_only && i < targets2d_.size(); ++i) targets2d_[i].weight = 0;
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

SolveSummary FitProblem::Solve(const RecipeStage& stage, SolverKind solver) {
  Begin(stage);
  SolveSummary summary = Minimise(stage.solve, solver, &problem_, dense_lm_.get());
  if (self_penetration_ != nullptr && weights_.self_penetration > 0 &&
      summary.termination != SolveSummary::kFailure) {
    // The capsules had the shape that the stage began with; costs are told of the one it ended with.
    self_penetration_->SetShape(parameters().betas);
    summary.final_cost = Cost();
  }
  return summary;
}

std::vector<TermCost> FitProblem::TermCosts() { return CostsByTerm(term_of_block_, dense_lm_.get()); }

double FitProblem::Cost() {
  double cost = 0;
  for (const TermCost& term : TermCosts()) cost += term.cost;
  return cost;
}

bool FitProblem::NormalMatrix(const RecipeStage& stage, Eigen::MatrixXd* hessian, FreeNumbers* numbers) {
  Begin(stage);
  *numbers = {};
  for (int b = 0; b < SharedBody::kNumBlocks; ++b) {
    if (body_.block_size(b) == 0 || problem_.IsParameterBlockConstant(body_.block(b))) continue;
    for (int i = 0; i < body_.body_size(b); ++i) numbers->columns.push_back(body_.block_offset(b) + i);
  }
  if (latent_prior_ != nullptr && stage.free_pose &&
      problem_.GetManifold(body_.block(SharedBody::kPose)) != pose_alone_.get()) {
    const auto* manifold = stage.freed_pose ? freed_.get() : decoded_.get();
    RowMatrixXd jacobian(manifold->AmbientSize(), manifold->TangentSize());
    if (!manifold->PlusJacobian(body_.block(SharedBody::kPose), jacobian.data())) return false;
    const auto num_columns = static_cast<Eigen::Index>(numbers->columns.size());
    const Eigen::Index pose_size = body_.body_size(SharedBody::kPose), tangent = manifold->TangentSize();
    const Eigen::Index before = stage.free_orient ? 3 : 0, after = num_columns - before - pose_size;
    numbers->moves.setZero(num_columns, before + tangent + after);
    numbers->moves.topLeftCorner(before, before).setIdentity();
    numbers->moves.block(before, before, pose_size, tangent) = jacobian.topRows(pose_size);
    numbers->moves.bottomRightCorner(after, after).setIdentity();
    numbers->first_latent = static_cast<int>(before);
    numbers->num_latent = manifold->latent_tangent();
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
