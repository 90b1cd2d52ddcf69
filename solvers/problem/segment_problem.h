// Registration of a body of segments to one person's points, under every term that a recipe can weigh for it.
// Made for the surface points of that person, used for any number of starts and stages.
#pragma once

#include <limits>
#include <memory>
#include <vector>

#include <ceres/problem.h>

#include "models/scene/fit_result.h"
#include "solvers/problem/minimise.h"
#include "solvers/problem/recipe.h"
#include "solvers/residuals/planar_point.h"
#include "solvers/residuals/shared_segments.h"

namespace vitruvius {

// Divides the weights of each kind of targets, keypoints (the first num_keypoints), their depths, and points
// of the surface, by the root of the sum of their squares: its term becomes a mean.
void WeighAsMeans(size_t num_keypoints, std::vector<PlanarTarget>* targets);

class SegmentProblem {
 public:
  // points: keypoints, then places on the surface, a target for each. torso[i]: keypoint i is a hip or a
  // shoulder. mean_data: the weights of a kind of targets are divided by the root of the sum of their
  // squares, so that its term is a mean whatever their number. with_bones: the terms on bones too, which need
  // joints besides.
  SegmentProblem(const std::shared_ptr<const BodyModel>& model, const PointSet& points,
                 const std::vector<PlanarTarget>& targets, const std::vector<bool>& torso, bool mean_data,
                 bool with_bones);
  SegmentProblem(const SegmentProblem&) = delete;
  SegmentProblem& operator=(const SegmentProblem&) = delete;

  void SetParameters(const SegmentParameters& parameters) { body_.SetParameters(parameters); }
  const SegmentParameters& parameters() const { return body_.parameters(); }

  // Sets weights, loss and free blocks; then minimises from the current parameters.
  void Begin(const RecipeStage& stage);
  SolveSummary Solve(const RecipeStage& stage, SolverKind solver);
  // Objective of the stage begun last, by term; terms of weight 0 are left out.
  std::vector<TermCost> TermCosts();
  // J^T J of the stage begun last at the current parameters, over its free blocks [angles | scales | rotation
  // 9 | camera 3]. False when the objective cannot be evaluated.
  bool NormalMatrix(Eigen::MatrixXd* hessian) { return dense_lm_->NormalMatrix(hessian); }
  // (P, 3) image units at the current parameters: keypoints, then surface points, then joints where there are
  // bones. Those of an earlier evaluation where the rotation has no orthonormal columns.
  const MatrixX3d& Points();

 private:
  void AddDataTerms();
  void AddBodyTerms();
  void Tag(ceres::ResidualBlockId id, const char* term) { term_of_block_.emplace_back(id, term); }

  SharedSegments body_;
  std::vector<bool> is_torso_;
  std::vector<PlanarTarget> all_targets_,
      targets_;  // as given; as this stage sees them
  int num_keypoints_;
  TermWeights weights_;
  double robust_sigma_ = 0;
  ceres::Problem problem_;
  TermOfBlock term_of_block_;  // as the problem lists them
  std::unique_ptr<DenseLm> dense_lm_;
};

}  // namespace vitruvius
