// Fits one person at a time: starts, camera, stages, choice among the ends, and a result that says how it
// went. One fitter a thread; the model and prior are shared. The result depends on the observation and
// options alone.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/body/anatomy.h"
#include "models/scene/fit_result.h"
#include "models/scene/observation.h"
#include "priors/prior.h"
#include "solvers/problem/fit_problem.h"
#include "solvers/problem/recipe.h"
#include "solvers/registration/camera_choice.h"
#include "solvers/registration/deviation_scale.h"
#include "solvers/registration/starts.h"
#include "solvers/registration/surface_binding.h"

namespace vitruvius {

struct FitOptions {
  int starts = 0;      // 0: the recipe's many starts; 1: one start; n: at most n hypotheses reach the stages
  GivenFocal focal;    // of people whose input has none
  int hypotheses = 0;  // distinct bodies that the result keeps besides the best; the best is one of them
  SolverKind solver = SolverKind::kDenseLm;
  SurfaceLookup surface;  // how dense points become places on the body
  void Check() const;
};

// The priors that a recipe names; each may be null.
struct FitPriors {
  std::shared_ptr<const Prior> prior;
  std::shared_ptr<const Prior> energy = nullptr;  // Recipe::energy_prior
  std::shared_ptr<const Prior> starts = nullptr;  // Recipe::start_prior

  FitPriors(std::shared_ptr<const Prior> prior_in) : prior(std::move(prior_in)) {}  // NOLINT: just a prior
};

class Fitter {
 public:
  // Recipes are those of parametric bodies. recipe2d and priors2d serve 2D keypoints, recipe3d and priors3d
  // 3D ones.
  Fitter(std::shared_ptr<const BodyModel> model, FitPriors priors2d, FitPriors priors3d, Recipe recipe2d,
         Recipe recipe3d, const FitOptions& options);
  // One prior for both.
  Fitter(std::shared_ptr<const BodyModel> model, const std::shared_ptr<const Prior>& prior, Recipe recipe2d,
         Recipe recipe3d, const FitOptions& options)
      : Fitter(std::move(model), FitPriors(prior), FitPriors(prior), std::move(recipe2d), std::move(recipe3d),
               options) {}

  // Dense points count where a stage of the 2D recipe weighs them. Never throws for what is in the
  // observation: the result carries the reason.
  FitResult Fit(const PersonObservation& person);

  const BodyModel& model() const { return *model_; }

 private:
  FitResult FitBy(const Recipe& recipe, const PersonObservation& person);
  FitProblem& ProblemFor(const KeypointSet& set, Recipe::Camera camera);
  std::unique_ptr<FitProblem> MakeProblem(const KeypointSet& set, Recipe::Camera camera,
                                          const PointSet& surface) const;
  bool MakeStarts(const PersonObservation& person, const Recipe& recipe, FitProblem* problem,
                  std::vector<Hypothesis>* hypotheses);
  const std::vector<StartPose>& StartPosesFor(bool is_3d, bool is_one_start);
  // Solves the stage from each hypothesis, sorts them by cost (by evidence, where the recipe chooses by it
  // and the stage has the last one's objective), and moves those beyond stage.keep to `dropped`.
  void RunStage(const Recipe& recipe, const RecipeStage& stage, FitProblem* problem,
                std::vector<Hypothesis>* hypotheses, std::vector<Hypothesis>* dropped, FitResult* result);
  // The best hypothesis turned by pi besides, when the shoulders are too close in the image to tell front
  // from back.
  void AddFlipped(const KeypointSet& set, const KeypointBinding& binding,
                  std::vector<Hypothesis>* hypotheses) const;
  double PixelScale(const Recipe& recipe) const {
    return recipe.reference_size_px > 0 ? recipe.reference_size_px / person_size_ : 1;
  }
  // Solves the last stages again, for the noise that the best of `ends` leaves, where that is much: then the
  // recipe of these stages, whose ends `ends` are; nothing otherwise.
  std::optional<Recipe> FollowNoise(const Recipe& recipe, FitProblem* problem, std::vector<Hypothesis>* ends,
                                    FitResult* result);
  // What the finished fit of 2D keypoints says of its noise and of its pose.
  FitEvidence EvidenceOf(const Recipe& recipe, const FitProblem& problem, const FitResult& result) const;
  void Assemble(const PersonObservation& person, const Recipe& recipe, FitProblem* problem,
                FitResult* result);

  std::shared_ptr<const BodyModel> model_;
  std::shared_ptr<const BodyCapsules> capsules_;
  FitPriors priors2d_, priors3d_;
  Recipe recipe2d_, recipe3d_;
  FitOptions options_;
  std::map<std::pair<std::string, Recipe::Camera>, std::unique_ptr<FitProblem>> problems_;
  std::map<std::pair<bool, bool>, std::vector<StartPose>> start_poses_;  // 3D, one start
  bool weighs_dense_ = false, weighs_bones_ = false;
  BodyEvaluator joints_;
  std::vector<JointAxes> axes_;
  std::unique_ptr<SurpriseMeter> surprise2d_;

  // Of the person at hand.
  PerspectiveCamera camera_;
  std::vector<Keypoint2dTarget> targets2d_;  // keypoints, then points of the surface
  std::vector<Keypoint3dTarget> targets3d_;
  double person_size_ = 0;  // larger side of the box of seen keypoints, px or metres
};

}  // namespace vitruvius
