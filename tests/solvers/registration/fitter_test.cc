#include "solvers/registration/fitter.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/metrics/fit_quality.h"
#include "models/metrics/pose_metrics.h"
#include "priors/registry.h"
#include "solvers/registration/starts.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::fitter_test {
namespace {

Fitter MakeFitter(const FitOptions& options = {}, const std::string& recipe = "default") {
  return Fitter(Mannequin(), LoadPrior("gmm8"), LoadRecipe(recipe), LoadRecipe("keypoints3d"), options);
}

// Everything that goes into results.npz.
void ExpectSame(const FitResult& a, const FitResult& b) {
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.parameters.global_orient, b.parameters.global_orient);
  EXPECT_EQ(a.parameters.body_pose, b.parameters.body_pose);
  EXPECT_EQ(a.parameters.betas, b.parameters.betas);
  EXPECT_EQ(a.parameters.transl, b.parameters.transl);
  EXPECT_EQ(a.cost, b.cost);
  EXPECT_EQ(a.winning_start, b.winning_start);
  EXPECT_EQ(a.joints3d, b.joints3d);
}

TEST(Fitter, Recovers3dKeypointsExactly) {
  Fitter fitter = MakeFitter();
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const KnownPerson person = MakeKnownPerson(seed, "smpl24", 0, true);
    const FitResult result = fitter.Fit(person.observation);
    ASSERT_TRUE(result.usable) << result.reason << " " << result.detail;
    // The prior's last weight leaves hundredths of a millimetre.
    EXPECT_LT(RootAlignedMpjpeMm(result.joints3d, person.joints3d), 0.1) << seed;
    EXPECT_EQ(result.focal_source, "none");
  }
}

// Of detectors, centimetres off: the noise must not go into the shape.
TEST(Fitter, Noisy3dKeypointsGiveUsableBodies) {
  Fitter fitter = MakeFitter();
  Recipe trusting = LoadRecipe("keypoints3d");
  trusting.noise_floor_m = 0;
  Fitter to_the_end(Mannequin(), LoadPrior("gmm8"), LoadRecipe("default"), trusting, {});
  for (const char* set : {"mediapipe33", "openpose25", "smpl22"}) {
    std::vector<double> errors, errors_to_the_end;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      KnownPerson person = MakeKnownPerson(seed, set, 0, true);
      constexpr double kNoiseM = 0.02;
      Rng rng(seed);
      for (Eigen::Index k = 0; k < person.observation.keypoints3d.rows(); ++k) {
        for (int axis = 0; axis < 3; ++axis)
          person.observation.keypoints3d(k, axis) += kNoiseM * rng.Normal();
      }
      const FitResult result = fitter.Fit(person.observation);
      EXPECT_TRUE(result.usable) << set << " " << seed << ": " << result.reason << " " << result.detail;
      errors.push_back(RootAlignedMpjpeMm(result.joints3d, person.joints3d));
      errors_to_the_end.push_back(
          RootAlignedMpjpeMm(to_the_end.Fit(person.observation).joints3d, person.joints3d));
    }
    EXPECT_LT(Median(errors), 40) << set;
    EXPECT_LT(Median(errors), Median(errors_to_the_end)) << set;
  }
}

TEST(Fitter, ExplainsNoiseFree2dKeypointsAndFindsTheBody) {
  Fitter fitter = MakeFitter();
  std::vector<double> errors;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const KnownPerson person = MakeKnownPerson(seed);
    const FitResult result = fitter.Fit(person.observation);
    ASSERT_TRUE(result.usable) << result.reason << " " << result.detail;
    EXPECT_LT(result.residual_median, 4) << "px, of a person some 400 px high";
    EXPECT_EQ(result.focal_source, "known");
    EXPECT_LT(RootAngleDeg(result.parameters, person.truth), 60) << seed;
    errors.push_back(ProcrustesMpjpeMm(result.joints3d, person.joints3d));
  }
  // Monocular ambiguity leaves centimetres; a body fitted to the wrong keypoints would be off by decimetres.
  EXPECT_LT(Median(errors), 60);
}

TEST(Fitter, DenseLmAndCeresMinimiseTheSameObjective) {
  FitOptions options;
  options.starts = 1;
  Fitter dense = MakeFitter(options);
  options.solver = SolverKind::kCeres;
  Fitter ceres = MakeFitter(options);
  int close = 0;
  constexpr int kPeople = 10;
  for (std::uint64_t seed = 1; seed <= kPeople; ++seed) {
    const KnownPerson person = MakeKnownPerson(seed, "openpose25", 3);
    const double a = dense.Fit(person.observation).cost, b = ceres.Fit(person.observation).cost;
    close += std::abs(a - b) < 0.05 * b;
  }
  // From one start they may end in different basins now and then.
  EXPECT_GE(close, 7);
}

TEST(Fitter, CostIsTheSumOfItsTermsAtTheReturnedBody) {
  Fitter fitter = MakeFitter();
  const FitResult result = fitter.Fit(MakeKnownPerson(3, "openpose25", 3).observation);
  double sum = 0;
  std::vector<std::string> names;
  for (const TermCost& term : result.terms) {
    sum += term.cost;
    names.push_back(term.name);
  }
  // Equal only if parameters and cost belong to the same start.
  EXPECT_NEAR(sum, result.cost, 1e-9 * result.cost);
  // A body within its limits pays nothing for them, and no stage that is left weighs SMPLify's hinge.
  EXPECT_THAT(names,
              testing::AnyOf(testing::ElementsAre("reprojection", "pose_prior", "joint_limits", "betas"),
                             testing::ElementsAre("reprojection", "pose_prior", "betas")));
  EXPECT_GE(result.winning_start, 0);
  BodyEvaluator joints(Mannequin(), PointSet::AllJoints(*Mannequin()));
  joints.Evaluate(result.parameters, false);
  EXPECT_EQ(joints.points(), result.joints3d);
}

// Joints may wind past pi on the way; the cost must still be that of the body that is reported.
TEST(Fitter, CostIsThatOfTheReportedBodyAlsoWhenJointsWound) {
  FitOptions options;
  options.starts = 1;
  Fitter fitter = MakeFitter(options);
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const FitResult result = fitter.Fit(MakeKnownPerson(seed, "openpose25", 8).observation);
    double sum = 0;
    for (const TermCost& term : result.terms) sum += term.cost;
    EXPECT_NEAR(sum, result.cost, 1e-9 * result.cost) << seed;
    for (Eigen::Index k = 0; k < result.parameters.body_pose.size(); k += 3) {
      EXPECT_LE(result.parameters.body_pose.segment<3>(k).norm(), EIGEN_PI + 1e-12) << seed;
    }
  }
}

TEST(Fitter, ManyStartsAreNeverWorseThanOne) {
  FitOptions one;
  one.starts = 1;
  Fitter single = MakeFitter(one), many = MakeFitter();
  double single_sum = 0, many_sum = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const KnownPerson person = MakeKnownPerson(seed, "openpose25", 3);
    single_sum += single.Fit(person.observation).cost;
    many_sum += many.Fit(person.observation).cost;
  }
  EXPECT_LT(many_sum, single_sum * 1.001);
}

TEST(Fitter, ResultsDoNotDependOnWhoCameBefore) {
  Fitter warm = MakeFitter();
  for (std::uint64_t seed = 20; seed < 24; ++seed) warm.Fit(MakeKnownPerson(seed, "coco17", 5).observation);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const KnownPerson person = MakeKnownPerson(seed, "openpose25", 3);
    Fitter cold = MakeFitter();
    ExpectSame(warm.Fit(person.observation), cold.Fit(person.observation));
  }
}

TEST(Fitter, EveryKeypointSetFits) {
  Fitter fitter = MakeFitter();
  for (const std::string& name : KeypointSetNames()) {
    const KnownPerson person = MakeKnownPerson(2, name, 1);
    const FitResult result = fitter.Fit(person.observation);
    EXPECT_TRUE(result.usable) << name << ": " << result.reason << " " << result.detail;
    EXPECT_LT(result.residual_median, 8) << name;
  }
}

TEST(Fitter, EveryShippedRecipeFits) {
  for (const std::string& name : ShippedRecipeNames()) {
    const Recipe recipe = LoadRecipe(name);
    if (recipe.body == Recipe::Body::kSegments) continue;  // segment_fitter_test.cc
    const bool is_3d = recipe.camera == Recipe::Camera::kNone;
    Fitter fitter(Mannequin(), LoadPrior("gmm8"), LoadRecipe(is_3d ? "default" : name),
                  LoadRecipe(is_3d ? name : "keypoints3d"), {});
    const KnownPerson person = MakeKnownPerson(2, is_3d ? "smpl24" : "openpose25", 1, is_3d);
    const FitResult result = fitter.Fit(person.observation);
    EXPECT_TRUE(result.usable) << name << ": " << result.reason << " " << result.detail;
    EXPECT_LT(ProcrustesMpjpeMm(result.joints3d, person.joints3d), is_3d ? 5 : 150) << name;
  }
}

TEST(Fitter, WeakPerspectiveFitsToo) {
  Recipe recipe = LoadRecipe("default");
  recipe.camera = Recipe::Camera::kWeakPerspective;
  Fitter fitter(Mannequin(), LoadPrior("gmm8"), recipe, LoadRecipe("keypoints3d"), {});
  const FitResult result = fitter.Fit(MakeKnownPerson(2, "openpose25", 1).observation);
  EXPECT_TRUE(result.usable) << result.reason << " " << result.detail;
}

TEST(Fitter, KnownBetasAreHeld) {
  Fitter fitter = MakeFitter();
  PersonObservation person = MakeKnownPerson(1).observation;
  person.betas = Eigen::VectorXd::LinSpaced(10, -1, 1);
  const FitResult result = fitter.Fit(person);
  EXPECT_EQ(result.parameters.betas, *person.betas);
  person.betas = Eigen::VectorXd::Zero(7);
  EXPECT_EQ(fitter.Fit(person).reason, reason::kBadInput);
}

TEST(Fitter, ReasonsForWhatCannotBeFitted) {
  Fitter fitter = MakeFitter();
  const PersonObservation good = MakeKnownPerson(1).observation;
  PersonObservation one = good;
  one.keypoints2d.col(2).setZero();
  EXPECT_EQ(fitter.Fit(one).reason, reason::kNoPeople);
  one.keypoints2d(3, 2) = 1;
  EXPECT_EQ(fitter.Fit(one).reason, reason::kTooFewKeypoints);
  PersonObservation stacked = good;
  stacked.keypoints2d.leftCols<2>().setConstant(100);
  EXPECT_EQ(fitter.Fit(stacked).reason, reason::kTooFewKeypoints);
  PersonObservation read_badly = good;
  read_badly.reason = reason::kNonFiniteInput;
  EXPECT_EQ(fitter.Fit(read_badly).reason, reason::kNonFiniteInput);
  PersonObservation scrambled = good;
  Rng rng(1);
  for (int i = 0; i < scrambled.keypoints2d.rows(); ++i) {
    scrambled.keypoints2d(i, 0) = rng.Uniform(0, 1000);
    scrambled.keypoints2d(i, 1) = rng.Uniform(0, 1000);
  }
  const FitResult poor = fitter.Fit(scrambled);
  EXPECT_FALSE(poor.usable);
  EXPECT_TRUE(poor.reason == reason::kPoorFit || poor.reason == reason::kImplausibleShape) << poor.reason;
  // None of them changes the next person.
  ExpectSame(fitter.Fit(good), MakeFitter().Fit(good));
}

TEST(Fitter, OtherUnitsOf3dKeypointsAreNamed) {
  Fitter fitter = MakeFitter();
  PersonObservation person = MakeKnownPerson(1, "smpl24", 0, true).observation;
  person.keypoints3d.leftCols<3>() *= 100;
  EXPECT_THAT(fitter.Fit(person).detail, testing::HasSubstr("centimetres"));
  person.keypoints3d.leftCols<3>() *= 10;
  const FitResult result = fitter.Fit(person);
  EXPECT_EQ(result.reason, reason::kBadInput);
  EXPECT_THAT(result.detail, testing::HasSubstr("millimetres"));
}

TEST(Starts, UprightOrientShowsTheBodyUprightToTheCamera) {
  const Matrix3d facing = ExpSO3(UprightOrient(0, 0));
  EXPECT_LT((facing * Vector3d::UnitY() - Vector3d(0, -1, 0)).norm(), 1e-12);  // head up: y down in the image
  EXPECT_LT((facing * Vector3d::UnitZ() - Vector3d(0, 0, -1)).norm(), 1e-12);  // chest towards the camera
  const Matrix3d rolled = ExpSO3(UprightOrient(EIGEN_PI / 2, 0));
  EXPECT_LT((rolled * Vector3d::UnitY() - Vector3d(1, 0, 0)).norm(),
            1e-12);  // lying with the head to the right
}

TEST(Starts, PointsTurnAsTheBodyDoes) {
  const auto model = Mannequin();
  BodyEvaluator body(model, PointSet().AddJoint(20).AddVertex(5).AddJoint(0));
  BodyParameters p = MakeKnownPerson(1).truth;
  p.global_orient.setZero();
  body.Evaluate(p, false);
  MatrixX3d points = body.points();
  p.global_orient = {0.4, 1.9, -0.7};
  TurnAboutRoot(ExpSO3(p.global_orient), &points);
  body.Evaluate(p, false);
  EXPECT_LT((points - body.points()).norm(), 1e-12);
}

TEST(Starts, TurnAroundIsARightMultiplication) {
  BodyParameters p;
  p.global_orient = {0.3, -0.8, 0.5};
  const Matrix3d before = ExpSO3(p.global_orient);
  TurnAround(&p);
  EXPECT_LT((ExpSO3(p.global_orient) - before * Vector3d(-1, 1, -1).asDiagonal().toDenseMatrix()).norm(),
            1e-12);
}

}  // namespace
}  // namespace vitruvius::fitter_test
