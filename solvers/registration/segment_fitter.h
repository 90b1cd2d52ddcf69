// Registers a body of segments to one person's keypoints and points of the surface: starts all round, camera,
// stages, and a result that says how it went. One a thread. The result depends on its inputs alone.
//
// Source: "Learning body shape and pose from dense correspondences", L_regist; starts at several turns and
// Levenberg-Marquardt in the place of one start and Adam are our own.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "models/scene/fit_result.h"
#include "models/scene/observation.h"
#include "solvers/problem/recipe.h"
#include "solvers/problem/segment_problem.h"
#include "solvers/registration/fitter.h"
#include "solvers/registration/segment_view.h"

namespace vitruvius {

class SegmentFitter {
 public:
  // A recipe for a body of segments.
  SegmentFitter(std::shared_ptr<const BodyModel> model, Recipe recipe, const FitOptions& options);

  // Takes 2D keypoints, their depths, and dense points that name a face of the body. given: where to start,
  // cameras in px, the lowest end wins; none: the template at every turn of the recipe. Weights and steps are
  // in units of half the box of all that is seen, whose middle is the origin (-1 to 1, as in the paper).
  // Never throws for what is in the observation: the result carries the reason.
  FitResult Fit(const PersonObservation& person, const std::vector<SegmentParameters>& given = {});

  // What a result of this fitter holds, to start the next one from.
  static SegmentParameters ParametersOf(const FitResult& result);

 private:
  struct Start {
    SegmentParameters parameters;
    int number = 0;
    double cost = 0;
  };
  std::vector<Start> MakeStarts(const SegmentView& view, SegmentProblem* problem) const;
  void RunStage(const RecipeStage& stage, SegmentProblem* problem, std::vector<Start>* starts,
                FitResult* result) const;

  std::shared_ptr<const BodyModel> model_;
  Recipe recipe_;
  FitOptions options_;
  SegmentEvaluator joints_;
  bool with_bones_ = false;
};

// Meshes of results, one after the other. One a thread.
class ResultMesh {
 public:
  explicit ResultMesh(std::shared_ptr<const BodyModel> model) : model_(std::move(model)) {}
  // As MeshOf.
  BodyMesh Of(const FitResult& result);
  // As PictureMeshOf.
  BodyMesh InPicture(const FitResult& result);

 private:
  std::shared_ptr<const BodyModel> model_;
  std::optional<BodyEvaluator> body_;
  std::optional<SegmentEvaluator> segments_;
};

// The mesh of a result in camera axes, (V, 3) and (J, 3) metres: of a parametric body, or of segments.
BodyMesh MeshOf(const std::shared_ptr<const BodyModel>& model, const FitResult& result);
// The same for pictures: a body of segments is moved along the rays of the result's pinhole camera, so that
// this sees every point where weak perspective does.
BodyMesh PictureMeshOf(const std::shared_ptr<const BodyModel>& model, const FitResult& result);

}  // namespace vitruvius
