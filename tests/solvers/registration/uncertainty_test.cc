#include "solvers/registration/uncertainty.h"

#include <functional>
#include <memory>

#include <gtest/gtest.h>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include "solvers/registration/fitter.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::uncertainty_test {
namespace {

FitResult FitOne(const PersonObservation& person,
                 const std::shared_ptr<const Prior>& prior = LoadPrior("gmm8")) {
  return Fitter(Mannequin(), prior, LoadRecipe("default"), LoadRecipe("keypoints3d"), {}).Fit(person);
}

// A problem at the person's true body. `seen`: whether a keypoint of this name is.
std::unique_ptr<FitProblem> ProblemAtTruth(const KnownPerson& person,
                                           const std::function<bool(const std::string&)>& seen) {
  const KeypointSet& set = *person.observation.set;
  auto problem =
      std::make_unique<FitProblem>(Mannequin(), set, Recipe::Camera::kPerspective, LoadPrior("gmm8"));
  std::vector<Keypoint2dTarget> targets;
  for (const int k : problem->binding().keypoint_of_point)
    targets.push_back(
        {person.observation.keypoints2d.row(k).head<2>(), seen(set.points[k].name) ? 1.0 : 0.0});
  problem->SetTargets2d({{1000, 1000}, {500, 500}}, targets, 1);
  problem->SetParameters(person.truth);
  return problem;
}

TEST(Uncertainty, IsTheInverseOfTheNormalMatrixSeenByTheJoints) {
  const KnownPerson person = MakeKnownPerson(1);
  const auto owned = ProblemAtTruth(person, [](const std::string&) { return true; });
  FitProblem& problem = *owned;
  RecipeStage stage = LoadRecipe("default").stages.back();
  stage.free_betas = false;  // the columns of free parameters are then not simply all columns
  BodyEvaluator joints(Mannequin(), PointSet::AllJoints(*Mannequin()));
  const Spread found = SpreadAt(stage, &problem, &joints);
  ASSERT_TRUE(found.known);

  Eigen::MatrixXd hessian;
  FreeNumbers numbers;
  ASSERT_TRUE(problem.NormalMatrix(stage, &hessian, &numbers));
  ASSERT_EQ(numbers.columns.size(), 75u);
  ASSERT_EQ(numbers.moves.size(), 0);
  const Eigen::MatrixXd covariance =
      0.5 * stage.weights.pose_prior * stage.weights.pose_prior * hessian.inverse();
  joints.Evaluate(person.truth, true);
  for (int j = 0; j < 24; ++j) {
    Eigen::MatrixXd jacobian(3, 75);
    for (int c = 0; c < 75; ++c) jacobian.col(c) = joints.jacobian().block<3, 1>(3 * j, numbers.columns[c]);
    const double expected = (jacobian * covariance * jacobian.transpose()).trace();
    EXPECT_NEAR(found.variance_m2[j], expected, 2e-4 * expected) << j;
    for (int c = 0; c < 75; ++c) jacobian.col(c) -= joints.jacobian().block<3, 1>(0, numbers.columns[c]);
    const double relative = (jacobian * covariance * jacobian.transpose()).trace();
    EXPECT_NEAR(found.relative_variance_m2[j], relative, 2e-4 * expected) << j;
  }
  const Eigen::VectorXd eigenvalues = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(hessian).eigenvalues();
  EXPECT_NEAR(found.log_volume, -0.5 * eigenvalues.array().log().sum(), 1e-3);
}

class Observability : public testing::Test {
 protected:
  FitResult ObserveWhere(const std::function<bool(const std::string&)>& seen) {
    FitResult result;
    const auto problem = ProblemAtTruth(person_, seen);
    Observe(LoadRecipe("default").stages.back(), AnatomicalAxes(*Mannequin()), problem.get(), &result);
    return result;
  }
  static double ShareOf(const FitResult& result, const std::string& name) {
    const std::vector<JointAxes> axes = AnatomicalAxes(*Mannequin());
    for (size_t j = 0; j < axes.size(); ++j) {
      for (int axis = 0; axis < 3; ++axis) {
        if (axes[j].names[axis] == name) return result.data_share(static_cast<Eigen::Index>(j), axis);
      }
    }
    ADD_FAILURE() << name;
    return -1;
  }
  KnownPerson person_ = MakeKnownPerson(4);
};

// Arms down at the sides, elbows bent: what a flexion in the image plane moves is seen, what turns the
// forearm about itself moves nothing that is.
TEST_F(Observability, TwistOfTheForearmIsUndeterminedAndFlexionInTheImagePlaneIsNot) {
  person_.truth.body_pose.setZero();
  person_.truth.global_orient = UprightOrient(0, 0);
  // T pose from the front, the forearms bent up: about the camera's axis, seen in full.
  for (const auto& [joint, angle] :
       {std::pair<const char*, double>{"left_elbow", 0.5}, {"right_elbow", -0.5}})
    person_.truth.body_pose[3 * (Mannequin()->JointIndex(joint) - 1) + 2] = angle;
  const FitResult all = ObserveWhere([](const std::string&) { return true; });
  for (const std::string side : {"left ", "right "}) {
    EXPECT_LT(ShareOf(all, side + "forearm twist"), 0.2);
    EXPECT_LT(ShareOf(all, side + "hand twist"), 0.05);
    EXPECT_GT(ShareOf(all, side + "elbow side bend"), kDeterminedShare);
    EXPECT_GT(ShareOf(all, side + "shoulder abduction"), kDeterminedShare);
  }
  EXPECT_GT(ShareOf(all, "body roll"), 0.99);
  const FitResult no_arm =
      ObserveWhere([](const std::string& name) { return name != "left_wrist" && name != "left_elbow"; });
  EXPECT_LT(ShareOf(no_arm, "left elbow side bend"), 1e-6);
  EXPECT_GT(ShareOf(no_arm, "right elbow side bend"), kDeterminedShare);
}

// Perturbing a rotation about its axis moves the pose by the direction whose variance is reported.
TEST_F(Observability, DeviationsAreOfRotationsAboutTheAxes) {
  const auto problem = ProblemAtTruth(person_, [](const std::string&) { return true; });
  const RecipeStage stage = LoadRecipe("default").stages.back();
  const std::vector<JointAxes> axes = AnatomicalAxes(*Mannequin());
  FitResult result;
  Observe(stage, axes, problem.get(), &result);
  Eigen::MatrixXd hessian;
  FreeNumbers numbers;
  ASSERT_TRUE(problem->NormalMatrix(stage, &hessian, &numbers));
  const Eigen::MatrixXd covariance = NoiseLevel2(stage, *problem) * hessian.inverse();
  const int joint = Mannequin()->JointIndex("right_shoulder");
  const Vector3d pose = person_.truth.body_pose.segment<3>(3 * (joint - 1));
  for (int axis = 0; axis < 3; ++axis) {
    // d(axis-angle) per radian about the axis, numerically; the covariance seen along it by duality.
    Matrix3d to_pose;
    constexpr double kStep = 1e-6;
    for (int i = 0; i < 3; ++i) {
      const Vector3d turn = kStep * axes[joint].axes.row(i).transpose();
      to_pose.col(i) =
          (LogSO3(ExpSO3(pose) * ExpSO3(turn)) - LogSO3(ExpSO3(pose) * ExpSO3(-turn))) / (2 * kStep);
    }
    const Matrix3d about_axes =
        to_pose.inverse() * covariance.block<3, 3>(3 * joint, 3 * joint) * to_pose.inverse().transpose();
    const double expected = std::sqrt(about_axes(axis, axis));
    EXPECT_NEAR(result.rotation_std_rad(joint, axis), expected, 1e-3 * expected);
  }
  const Eigen::Index depth = covariance.rows() - 1;
  EXPECT_NEAR(result.transl_std_m.z(), std::sqrt(covariance(depth, depth)), 1e-3 * result.transl_std_m.z());
  EXPECT_TRUE((result.data_share.array() >= 0 && result.data_share.array() <= 1).all());
}

TEST_F(Observability, HeldBetasAreKnown) {
  const auto problem = ProblemAtTruth(person_, [](const std::string&) { return true; });
  problem->HoldBetas(true);
  FitResult result;
  Observe(LoadRecipe("default").stages.back(), AnatomicalAxes(*Mannequin()), problem.get(), &result);
  EXPECT_TRUE(result.betas_std.isZero());
  EXPECT_TRUE((result.betas_data_share.array() == 1).all());
}

TEST(Uncertainty, AJointThatWasNotSeenIsLessSure) {
  // Over a few people: how much a pose prior knows of a hidden arm differs from pose to pose.
  const int wrist = Mannequin()->JointIndex("left_wrist"), knee = Mannequin()->JointIndex("right_knee");
  double seen_wrist = 0, hidden_wrist = 0, seen_knee = 0, hidden_knee = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    PersonObservation person = MakeKnownPerson(seed, "openpose25", 2).observation;
    const FitResult seen = FitOne(person);
    for (const char* name : {"left_wrist", "left_elbow"}) {
      person.keypoints2d(person.set->Index(name), 2) = 0;
    }
    const FitResult hidden = FitOne(person);
    ASSERT_TRUE(seen.usable && hidden.usable);
    seen_wrist += seen.joints_std_m[wrist];
    hidden_wrist += hidden.joints_std_m[wrist];
    seen_knee += seen.joints_std_m[knee];
    hidden_knee += hidden.joints_std_m[knee];
  }
  EXPECT_GT(hidden_wrist, 1.5 * seen_wrist);
  EXPECT_LT(hidden_knee, 1.5 * seen_knee);
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
  EXPECT_FALSE(SpreadAt(stage, &problem, &joints).known);
  FitResult observed;
  Observe(stage, AnatomicalAxes(*Mannequin()), &problem, &observed);
  EXPECT_TRUE(observed.data_share.array().isNaN().all());
  EXPECT_TRUE(FitOne(MakeKnownPerson(3).observation, nullptr).joints_std_m.array().isNaN().all());
}

}  // namespace
}  // namespace vitruvius::uncertainty_test
