// One person's fitting problem over one keypoint set: the body, its targets, and every term a recipe can
// weigh, built once and used for any number of people and stages by changing targets and weights. One a
// thread.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ceres/problem.h>

#include "models/body/keypoint_set.h"
#include "models/camera/camera.h"
#include "models/scene/fit_result.h"
#include "priors/latent_prior.h"
#include "solvers/problem/decoded_pose_manifold.h"
#include "solvers/problem/minimise.h"
#include "solvers/problem/recipe.h"
#include "solvers/residuals/point3d.h"
#include "solvers/residuals/reprojection.h"
#include "solvers/residuals/self_penetration_cost.h"
#include "solvers/residuals/shared_body.h"

namespace vitruvius {

// The prior as far as it speaks of this body's joints; null where nothing is left. One trained on SMPL's 23
// joints says nothing about fingers, jaw and eyes, which other bodies have in the place of its rigid hands.
std::shared_ptr<const Prior> PriorOnBody(std::shared_ptr<const Prior> prior, const BodyModel& model);

// What the free numbers of a stage do to a body, whose own are the columns of BodyEvaluator's Jacobian.
struct FreeNumbers {
  std::vector<int> columns;              // those of the body that move
  RowMatrixXd moves;                     // d these / d free numbers, (columns, n); empty: the identity
  int first_latent = 0, num_latent = 0;  // which of the n move the latent
};

class FitProblem {
 public:
  // `prior`, the model's `capsules` and a second prior for its energy may be null: their terms are then left
  // out. With a LatentPrior the latent is behind the pose in one block, which moves as
  // decoded_pose_manifold.h says. surface: places besides the keypoints, under the weight `dense`.
  // with_bones: the terms on bones too, which need all joints. Throws InputError when neither the set nor the
  // surface has a point on this body.
  FitProblem(const std::shared_ptr<const BodyModel>& model, const KeypointSet& set, Recipe::Camera camera,
             std::shared_ptr<const Prior> prior, std::shared_ptr<const BodyCapsules> capsules = nullptr,
             std::shared_ptr<const Prior> energy_prior = nullptr, const PointSet& surface = {},
             bool with_bones = false);
  FitProblem(const FitProblem&) = delete;
  FitProblem& operator=(const FitProblem&) = delete;

  const KeypointBinding& binding() const { return binding_; }
  const Prior* prior() const { return prior_.get(); }
  const LatentPrior* latent_prior() const { return latent_prior_; }  // null unless the prior is one
  int num_points() const { return static_cast<int>(binding_.keypoint_of_point.size()); }

  // Targets of the bound points, in the binding's order, and of the surface's after them; confidence 0: not
  // seen. pixel_scale: reference size over the person's size (1: pixels as they are); it multiplies residuals
  // and divides the robust sigma.
  void SetTargets2d(const PerspectiveCamera& camera, const std::vector<Keypoint2dTarget>& targets,
                    double pixel_scale);
  void SetTargets3d(const std::vector<Keypoint3dTarget>& targets);
  // Betas stay as they are in every stage.
  void HoldBetas(bool hold) { hold_betas_ = hold; }

  // Where the next solve starts and what the last one found.
  void SetParameters(const BodyParameters& parameters) { body_.SetParameters(parameters); }
  const BodyParameters& parameters() const { return body_.parameters(); }
  // The latent, empty without a latent prior. The next stage that does not free the pose decodes it.
  void SetLatent(const Eigen::VectorXd& latent) { body_.SetLatent(latent); }
  Eigen::VectorXd latent() const { return body_.latent(); }

  // Sets weights, loss and free blocks, and decodes the latent; then minimises. Begin alone serves cost
  // queries.
  void Begin(const RecipeStage& stage);
  SolveSummary Solve(const RecipeStage& stage, SolverKind solver);
  // Objective of the stage begun last, by term; terms of weight 0 are left out. Not finite where it cannot be
  // evaluated.
  std::vector<TermCost> TermCosts();
  double Cost();
  // J^T J of the stage's robustified objective at the current parameters, over its free numbers. False when
  // it cannot be evaluated.
  bool NormalMatrix(const RecipeStage& stage, Eigen::MatrixXd* hessian, FreeNumbers* numbers);
  // Forward pass at the current parameters; in camera axes, metres: the bound points, those of the surface,
  // then the root joint.
  const MatrixX3d& Points();
  // How deep capsules of the body overlap at the current parameters, metres; 0 without capsules.
  double SelfPenetrationM();

 private:
  void AddDataTerms(Recipe::Camera camera);
  void AddPriorTerms();
  void AddLatent();
  void BeginLatent(const RecipeStage& stage);
  void Tag(ceres::ResidualBlockId id, const char* term) { term_of_block_.emplace_back(id, term); }

  KeypointBinding binding_;
  int num_surface_;
  std::vector<bool> is_torso_;
  Eigen::VectorXd relaxed_pose_;  // body_pose with mean hands, what "hands" and "face" pull to
  std::shared_ptr<const Prior> prior_, energy_prior_;
  const LatentPrior* latent_prior_;  // prior_, if it is one
  std::unique_ptr<PoseDecoder> decoder_;
  std::unique_ptr<DecodedPoseManifold> decoded_, freed_;
  std::unique_ptr<ceres::Manifold> pose_alone_;  // the pose is free, the latent held
  std::shared_ptr<const BodyCapsules> capsules_;
  SharedBody body_;
  ceres::Problem problem_;
  TermOfBlock term_of_block_;                        // as the problem lists them
  SelfPenetrationCost* self_penetration_ = nullptr;  // owned by problem_; null without capsules
  std::unique_ptr<DenseLm> dense_lm_;

  // What residual blocks point to.
  PerspectiveCamera camera_;
  std::vector<Keypoint2dTarget> all_targets2d_, targets2d_;  // as given; as this stage sees them
  std::vector<Keypoint3dTarget> all_targets3d_, targets3d_;
  TermWeights weights_;
  double latent_weight_ = 0, prior_energy_weight_ = 0;  // what becomes of weights_.pose_prior
  double robust_sigma_ = 0;
  double depth_anchor_ = 0;
  double pixel_scale_ = 1;
  bool hold_betas_ = false;
};

}  // namespace vitruvius
