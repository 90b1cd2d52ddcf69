#include "solvers/problem/fit_problem.h"

#include <gtest/gtest.h>

#include "models/body/anatomy.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::fit_problem_test {
namespace {

class FitProblemTest : public testing::Test {
 protected:
  FitProblemTest()
      : person_(MakeKnownPerson(1)),
        problem_(Mannequin(), *person_.observation.set, Recipe::Camera::kPerspective, LoadPrior("gmm8")) {
    stage_ = LoadRecipe("default").stages.back();
    for (const int k : problem_.binding().keypoint_of_point) {
      targets_.push_back({person_.observation.keypoints2d.row(k).head<2>(), 1});
    }
    problem_.SetParameters(person_.truth);
  }
  double TermCostOf(const std::string& name) {
    for (const TermCost& term : problem_.TermCosts()) {
      if (term.name == name) return term.cost;
    }
    return 0;
  }
  const std::string& NameOf(size_t point) const {
    return person_.observation.set->points[problem_.binding().keypoint_of_point[point]].name;
  }

  KnownPerson person_;
  FitProblem problem_;
  RecipeStage stage_;
  std::vector<Keypoint2dTarget> targets_;
  PerspectiveCamera camera_ = {{1000, 1000}, {500, 500}};
};

TEST_F(FitProblemTest, ReprojectionCostByHand) {
  targets_[4].image_px.x() += 100;  // at sigma: half of its saturation sigma^2
  targets_[7].image_px.y() += 3;
  targets_[7].weight = 0.5;
  problem_.SetTargets2d(camera_, targets_, 1);
  problem_.Begin(stage_);
  EXPECT_NEAR(TermCostOf("reprojection"), 0.5 * 5000 + 0.5 * 0.25 * 1e4 * 9 / (1e4 + 9), 1e-6);
}

TEST_F(FitProblemTest, PixelScaleMakesTheCostThatOfTheReferenceSize) {
  for (size_t i = 0; i < targets_.size(); ++i) targets_[i].image_px.x() += 10.0 * static_cast<double>(i);
  problem_.SetTargets2d(camera_, targets_, 1);
  problem_.Begin(stage_);
  const double reference = TermCostOf("reprojection");
  // The same picture at four times the size, told so: weights and robust sigma must mean the same.
  for (Keypoint2dTarget& target : targets_) target.image_px *= 4;
  problem_.SetTargets2d({{4000, 4000}, {2000, 2000}}, targets_, 0.25);
  problem_.Begin(stage_);
  EXPECT_NEAR(TermCostOf("reprojection"), reference, 1e-9 * reference);
}

TEST_F(FitProblemTest, ATorsoStageSeesHipsAndShouldersAlone) {
  stage_.torso_only = true;
  for (size_t i = 0; i < targets_.size(); ++i) {
    const bool torso =
        NameOf(i).find("hip") != std::string::npos || NameOf(i).find("shoulder") != std::string::npos;
    if (!torso) targets_[i].image_px.x() += 50;
  }
  problem_.SetTargets2d(camera_, targets_, 1);
  problem_.Begin(stage_);
  EXPECT_NEAR(TermCostOf("reprojection"), 0, 1e-9);
  for (size_t i = 0; i < targets_.size(); ++i) {
    if (NameOf(i) == "left_hip") targets_[i].image_px.x() += 50;
  }
  problem_.SetTargets2d(camera_, targets_, 1);
  problem_.Begin(stage_);
  EXPECT_GT(TermCostOf("reprojection"), 500);
}

TEST_F(FitProblemTest, OnlyFreeBlocksMove) {
  for (Keypoint2dTarget& target : targets_) target.image_px.x() += 20;
  problem_.SetTargets2d(camera_, targets_, 1);
  stage_.free_pose = stage_.free_betas = stage_.free_orient = false;
  problem_.Solve(stage_, SolverKind::kDenseLm);
  EXPECT_EQ(problem_.parameters().body_pose, person_.truth.body_pose);
  EXPECT_EQ(problem_.parameters().global_orient, person_.truth.global_orient);
  EXPECT_EQ(problem_.parameters().betas, person_.truth.betas);
  EXPECT_GT((problem_.parameters().transl - person_.truth.transl).norm(), 0.01);
}

TEST_F(FitProblemTest, HeldBetasStayWhateverTheStageFrees) {
  for (size_t i = 0; i < targets_.size(); ++i) targets_[i].image_px *= 1.1;
  problem_.SetTargets2d(camera_, targets_, 1);
  problem_.HoldBetas(true);
  problem_.Solve(stage_, SolverKind::kDenseLm);
  EXPECT_EQ(problem_.parameters().betas, person_.truth.betas);
  problem_.HoldBetas(false);
  problem_.Solve(stage_, SolverKind::kDenseLm);
  EXPECT_GT(problem_.parameters().betas.norm(), 0.01);
}

TEST_F(FitProblemTest, DepthIsAnchoredWhereTheStageBegan) {
  problem_.SetTargets2d(camera_, targets_, 1);
  stage_.weights = {};
  stage_.weights.depth = 100;
  problem_.Begin(stage_);
  EXPECT_EQ(problem_.Cost(), 0);
  BodyParameters moved = person_.truth;
  moved.transl.z() += 0.1;
  problem_.SetParameters(moved);
  EXPECT_NEAR(problem_.Cost(), 0.5 * 10 * 10, 1e-9);
}

TEST_F(FitProblemTest, ACostThatCannotBeEvaluatedIsInfinite) {
  problem_.SetTargets2d(camera_, targets_, 1);
  problem_.Begin(stage_);
  BodyParameters behind = person_.truth;
  behind.transl.z() = -5;
  problem_.SetParameters(behind);
  EXPECT_TRUE(std::isinf(problem_.Cost()));
  EXPECT_EQ(problem_.Solve(stage_, SolverKind::kDenseLm).termination, SolveSummary::kFailure);
}

// Of a parametric body too: by hand from its joints, with a shape whose legs are longer.
TEST_F(FitProblemTest, BonesAgainstTheirMirrorImagesAndTheTrunk) {
  const auto model = Mannequin();
  BodyParameters body = person_.truth;
  body.betas.setConstant(1.5);
  FitProblem problem(model, *person_.observation.set, Recipe::Camera::kPerspective, LoadPrior("gmm8"),
                     nullptr, nullptr, {}, /*with_bones=*/true);
  problem.SetTargets2d(camera_, targets_, 1);
  stage_.weights.bone_ratio = 3;
  stage_.weights.bone_symmetry = 5;
  const auto cost_of = [&](const char* name) {
    for (const TermCost& term : problem.TermCosts()) {
      if (term.name == name) return term.cost;
    }
    return 0.0;
  };
  problem.SetParameters(body);
  problem.Begin(stage_);
  const MatrixX3d joints = PoseMesh(*model, body).joints, rest = model->joint_template();
  const auto length = [](const MatrixX3d& from, int a, int b) { return (from.row(b) - from.row(a)).norm(); };
  const int neck = model->JointIndex("neck");
  double ratios = 0, symmetry = 0;
  for (const LimbBone& bone : LimbBones(*model)) {
    if (bone.name.rfind("left_", 0) != 0 && bone.name.rfind("right_", 0) != 0) continue;
    const double r = length(joints, bone.joint, bone.end) / length(joints, 0, neck) -
                     length(rest, bone.joint, bone.end) / length(rest, 0, neck);
    ratios += 0.5 * 9 * r * r;
    for (const LimbBone& other : LimbBones(*model)) {
      if (bone.name.rfind("left_", 0) != 0 || other.name != "right_" + bone.name.substr(5)) continue;
      const double d = length(joints, bone.joint, bone.end) - length(joints, other.joint, other.end);
      symmetry += 0.5 * 25 * d * d;
    }
  }
  EXPECT_GT(ratios, 1e-5);
  EXPECT_NEAR(cost_of("bone_ratio"), ratios, 1e-9);
  EXPECT_NEAR(cost_of("bone_symmetry"), symmetry, 1e-12);
  // And it pulls the shape back.
  stage_.weights.bone_ratio = 1000;
  stage_.solve.max_iterations = 100;
  problem.Solve(stage_, SolverKind::kDenseLm);
  stage_.weights.bone_ratio = 3;
  problem.Begin(stage_);
  EXPECT_LT(cost_of("bone_ratio"), 0.1 * ratios);
}

}  // namespace
}  // namespace vitruvius::fit_problem_test
