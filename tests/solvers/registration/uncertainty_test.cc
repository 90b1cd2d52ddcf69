#include "solvers/registration/uncertainty.h"

#include <gtest/gtest.h>

#include "solvers/registration/fitter.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius {
namespace {

FitResult FitOne(const PersonObservation& person,
                 const std::shared_ptr<const Prior>& prior = LoadPrior("gmm8")) {
  return Fitter(Mannequin(), prior, LoadRecipe("default"), LoadRecipe("keypoints3d"), {}).Fit(person);
}

TEST(Uncertainty, IsTheInverseOfTheNormalMatrixSeenByTheJoints) {
  const KnownPerson person = MakeKnownPerson(1);
  const KeypointSet& set = *person.observation.set;
  FitProblem problem(Mannequin(), set, Recipe::Camera::kPerspective, LoadPrior("gmm8"));
  std::vector<Keypoint2dTarget> targets;
  for (const int k : problem.binding().keypoint_of_point) {
    targets.push_back({person.observation.keypoints2d.row(k).head<2>(), 1});
  }
  problem.SetTargets2d({{1000, 1000}, {500, 500}}, targets, 1);
  problem.SetParameters(person.truth);
  RecipeStage stage = LoadRecipe("default").stages.back();
  stage.free_betas = false;  // the columns of free parameters are then not simply all columns
  BodyEvaluator joints(Mannequin(), PointSet::AllJoints(*Mannequin()));
  const Eigen::VectorXd found = JointStandardDeviations(stage, &problem, &joints);

  Eigen::MatrixXd hessian;
  std::vector<int> columns;
  ASSERT_TRUE(problem.NormalMatrix(stage, &hessian, &columns));
  ASSERT_EQ(columns.size(), 75u);
  const Eigen::MatrixXd covariance =
      0.5 * stage.weights.pose_prior * stage.weights.pose_prior * hessian.inverse();
  joints.Evaluate(person.truth, true);
  for (int j = 0; j < 24; ++j) {
    Eigen::MatrixXd jacobian(3, 75);
    for (int c = 0; c < 75; ++c) jacobian.col(c) = joints.jacobian().block<3, 1>(3 * j, columns[c]);
    const double expected = std::sqrt((jacobian * covariance * jacobian.transpose()).trace());
    EXPECT_NEAR(found[j], expected, 1e-4 * expected) << j;
  }
}

TEST(Uncertainty, AJointThatWasNotSeenIsLessSure) {
  PersonObservation person = MakeKnownPerson(2, "openpose25", 2).observation;
  const FitResult seen = FitOne(person);
  for (const char* name : {"left_wrist", "left_elbow"}) person.keypoints2d(person.set->Index(name), 2) = 0;
  const FitResult hidden = FitOne(person);
  const int wrist = Mannequin()->JointIndex("left_wrist"), knee = Mannequin()->JointIndex("right_knee");
  ASSERT_TRUE(seen.usable && hidden.usable);
  EXPECT_GT(hidden.joints_std_m[wrist], 1.5 * seen.joints_std_m[wrist]);
  EXPECT_LT(hidden.joints_std_m[knee], 1.5 * seen.joints_std_m[knee]);
}

TEST(Uncertainty, CoversTheTruthAboutAsOftenAsItShould) {
  long covered = 0, all = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const KnownPerson person = MakeKnownPerson(seed, "openpose25", 3);
    const FitResult result = FitOne(person.observation);
    ASSERT_TRUE(result.usable);
    for (int j = 0; j < 24; ++j, ++all) {
      covered += (result.joints3d.row(j) - person.joints3d.row(j)).norm() <= 2 * result.joints_std_m[j];
    }
  }
  EXPECT_GT(covered, 0.85 * static_cast<double>(all));
}

TEST(Uncertainty, IsNotKnownWhereTheStageWeighsNoPrior) {
  RecipeStage stage = LoadRecipe("default").stages.back();
  stage.weights.pose_prior = 0;
  FitProblem problem(Mannequin(), *FindKeypointSet("openpose25"), Recipe::Camera::kPerspective, nullptr);
  BodyEvaluator joints(Mannequin(), PointSet::AllJoints(*Mannequin()));
  EXPECT_TRUE(JointStandardDeviations(stage, &problem, &joints).array().isNaN().all());
  EXPECT_TRUE(FitOne(MakeKnownPerson(3).observation, nullptr).joints_std_m.array().isNaN().all());
}

}  // namespace
}  // namespace vitruvius
