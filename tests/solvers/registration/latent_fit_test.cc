// Whole fits with a latent prior: starts from samples, ends by evidence, certainty, results.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "priors/gmm_prior.h"
#include "solvers/registration/fitter.h"
#include "solvers/registration/hypotheses.h"
#include "solvers/registration/uncertainty.h"
#include "tests/util/synthetic_person.h"
#include "tests/util/tiny_latent_prior.h"

namespace vitruvius::latent_fit_test {
namespace {

constexpr int kLatents = 6, kKnown = 63;
// Hinges and betas pull at an exact answer, mostly along the line of sight: seen below 0.031.
constexpr double kNearM = 0.04;

class LatentFit : public testing::TestWithParam<LatentSpace> {
 protected:
  LatentFit() : prior_(std::make_shared<TinyLatentPrior>(GetParam(), kLatents, kKnown)) {}

  // Somebody in a pose of the prior.
  KnownPerson Person(std::uint64_t seed) const {
    KnownPerson person = MakeKnownPerson(seed);
    Rng rng(seed);
    const std::shared_ptr<const BodyModel> model = Mannequin();
    person.truth.body_pose.setZero();
    person.truth.body_pose.head(kKnown) = prior_->Sample(&rng);
    const KeypointBinding binding = BindKeypoints(*person.observation.set, *model);
    BodyEvaluator points(model, binding.points), joints(model, PointSet::AllJoints(*model));
    points.Evaluate(person.truth, false);
    joints.Evaluate(person.truth, false);
    person.joints3d = joints.points();
    for (int i = 0; i < points.num_points(); ++i) {
      const Eigen::Vector3d x = points.points().row(i);
      person.observation.keypoints2d.row(binding.keypoint_of_point[i])
          << PerspectiveCamera{{1000, 1000}, {500, 500}}.ImgFromCam(x).transpose(),
          1;
    }
    return person;
  }
  static FitResult Fit(const std::shared_ptr<const Prior>& prior, const PersonObservation& person,
                       SolverKind solver = SolverKind::kDenseLm, int starts = 0) {
    FitOptions options;
    options.solver = solver;
    options.starts = starts;
    return Fitter(Mannequin(), prior, LoadRecipe("latent"), LoadRecipe("keypoints3d"), options).Fit(person);
  }

  std::shared_ptr<TinyLatentPrior> prior_;
};

TEST_P(LatentFit, FindsThePersonAndSaysItsLatent) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const KnownPerson person = Person(seed);
    const FitResult result = Fit(prior_, person.observation);
    ASSERT_TRUE(result.usable) << result.reason << ": " << result.detail;
    EXPECT_LT((result.joints3d - person.joints3d).rowwise().norm().mean(), kNearM) << seed;
    ASSERT_EQ(result.latent.size(), kLatents);
    Eigen::VectorXd pose(kKnown);
    prior_->MakeDecoder()->Decode(result.latent.data(), pose.data());
    EXPECT_EQ(pose, result.parameters.body_pose.head(kKnown));
    Eigen::VectorXd projected = result.latent;
    prior_->ProjectLatent(&projected);
    EXPECT_LT((projected - result.latent).norm(), 1e-12);
    EXPECT_TRUE(result.joints_std_m.allFinite());
    EXPECT_GT(result.joints_std_m.minCoeff(), 0);
    EXPECT_LT(result.joints_relative_std_m.maxCoeff(), 0.5);
    EXPECT_TRUE(result.rotation_std_rad.allFinite());
    EXPECT_TRUE(result.data_share.allFinite());
  }
}

TEST_P(LatentFit, APersonsResultDependsOnThePersonAlone) {
  const KnownPerson a = Person(1), b = Person(2);
  Fitter fitter(Mannequin(), prior_, LoadRecipe("latent"), LoadRecipe("keypoints3d"), {});
  fitter.Fit(b.observation);
  const FitResult after = fitter.Fit(a.observation), alone = Fit(prior_, a.observation);
  EXPECT_EQ(after.parameters.body_pose, alone.parameters.body_pose);
  EXPECT_EQ(after.latent, alone.latent);
  EXPECT_EQ(after.cost, alone.cost);
}

TEST_P(LatentFit, BothSolversAndOneStartFindIt) {
  const KnownPerson person = Person(1);
  for (const SolverKind solver : {SolverKind::kDenseLm, SolverKind::kCeres}) {
    const FitResult result = Fit(prior_, person.observation, solver, 1);
    ASSERT_TRUE(result.usable);
    EXPECT_LT((result.joints3d - person.joints3d).rowwise().norm().mean(), kNearM);
  }
}

// One prior's latent, another's energy: on what the latent decodes to, and on a pose freed from it at the
// end.
TEST_P(LatentFit, TwoPriorsHoldAPose) {
  const KnownPerson person = Person(1);
  FitPriors priors(prior_);
  // The tiny prior's poses are nobody's: the second prior is a wide Gaussian about them.
  GaussianMixture wide;
  wide.weights = Eigen::VectorXd::Ones(1);
  wide.means = prior_->Mean().transpose();
  wide.covariances = {0.09 * Eigen::MatrixXd::Identity(kKnown, kKnown)};
  priors.energy = std::make_shared<GmmPrior>("wide", wide);
  for (const char* recipe : {"latent-refined", "latent-energy"}) {
    Fitter fitter(Mannequin(), priors, priors, LoadRecipe(recipe), LoadRecipe("keypoints3d"), {});
    const FitResult result = fitter.Fit(person.observation);
    ASSERT_TRUE(result.usable) << recipe << ": " << result.detail;
    // Two priors pull from two sides, so that the body need not be the true one, but it must look like it.
    constexpr double kSeenPx = 5;
    EXPECT_LT(result.residual_median, kSeenPx) << recipe;
    std::vector<std::string> terms;
    for (const TermCost& term : result.terms) terms.push_back(term.name);
    EXPECT_THAT(terms, testing::Contains("energy")) << recipe;
    Eigen::VectorXd pose(kKnown), projected = result.latent;
    prior_->MakeDecoder()->Decode(result.latent.data(), pose.data());
    const double apart = (pose - result.parameters.body_pose.head(kKnown)).norm();
    if (std::string(recipe) == "latent-energy") {
      EXPECT_EQ(apart, 0);
    } else {
      EXPECT_THAT(terms, testing::Contains("decoded_pose"));
      EXPECT_GT(apart, 0.01);
      EXPECT_LT(apart, 2);
    }
    prior_->ProjectLatent(&projected);
    EXPECT_LT((projected - result.latent).norm(), 1e-12);
    EXPECT_TRUE(result.joints_std_m.allFinite());
    EXPECT_TRUE(result.data_share.allFinite());
  }
}

TEST_P(LatentFit, PosesIn3dAreDecodedToo) {
  const KnownPerson person = Person(1);
  PersonObservation observation = MakeKnownPerson(1, "smpl24", 0, true).observation;
  observation.keypoints3d.leftCols<3>() = person.joints3d;
  const FitResult result = Fit(prior_, observation);
  ASSERT_TRUE(result.usable) << result.detail;
  EXPECT_LT((result.joints3d - person.joints3d).rowwise().norm().mean(), 0.01);
  EXPECT_EQ(result.latent.size(), kLatents);
}

// The joints' spread from the latent's, by the chain of decoder and body, differentiated numerically.
TEST_P(LatentFit, DeviationsAreThoseOfTheLatent) {
  const KnownPerson person = Person(1);
  const FitResult fit = Fit(prior_, person.observation);
  Eigen::VectorXd latent = fit.latent;
  if (GetParam() == LatentSpace::kBox) latent *= 0.5;
  FitProblem problem(Mannequin(), *person.observation.set, Recipe::Camera::kPerspective, prior_);
  std::vector<Keypoint2dTarget> targets;
  for (const int k : problem.binding().keypoint_of_point)
    targets.push_back({person.observation.keypoints2d.row(k).head<2>(), 1});
  problem.SetTargets2d({{1000, 1000}, {500, 500}}, targets, 1);
  problem.SetParameters(fit.parameters);
  problem.SetLatent(latent);
  RecipeStage stage = LoadRecipe("latent").stages.back();
  stage.free_orient = stage.free_betas = stage.free_transl = false;  // the latent alone
  BodyEvaluator joints(Mannequin(), PointSet::AllJoints(*Mannequin()));
  const Spread spread = SpreadAt(stage, &problem, &joints);
  ASSERT_TRUE(spread.known);

  Eigen::MatrixXd hessian;
  FreeNumbers numbers;
  ASSERT_TRUE(problem.NormalMatrix(stage, &hessian, &numbers));
  ASSERT_EQ(hessian.rows(), numbers.num_latent);
  const double noise2 = NoiseLevel2(stage, problem);
  if (GetParam() == LatentSpace::kSphere) hessian.diagonal().array() += noise2 * kLatents;
  if (GetParam() == LatentSpace::kBox) hessian.diagonal().array() += noise2 * 3;
  const auto decoder = prior_->MakeDecoder();
  const DecodedPoseManifold manifold(*prior_, decoder.get(), 69, 69);
  Eigen::VectorXd x(69 + kLatents), y(x.size());
  x << problem.parameters().body_pose, latent;
  Eigen::MatrixXd jacobian(72, numbers.num_latent);
  constexpr double kStep = 1e-5;
  for (int k = 0; k < numbers.num_latent; ++k) {
    Eigen::Matrix<double, 24, 3, Eigen::RowMajor> moved[2];
    for (const int side : {0, 1}) {
      const Eigen::VectorXd delta =
          Eigen::VectorXd::Unit(manifold.TangentSize(), k) * (side == 0 ? -kStep : kStep);
      ASSERT_TRUE(manifold.Plus(x.data(), delta.data(), y.data()));
      BodyParameters parameters = fit.parameters;
      parameters.body_pose = y.head(69);
      joints.Evaluate(parameters, false);
      moved[side] = joints.points();
    }
    const Eigen::Matrix<double, 24, 3, Eigen::RowMajor> slope = (moved[1] - moved[0]) / (2 * kStep);
    jacobian.col(k) = Eigen::Map<const Eigen::VectorXd>(slope.data(), 72);
  }
  const Eigen::MatrixXd covariance = jacobian * (noise2 * hessian.inverse()) * jacobian.transpose();
  for (int j = 0; j < 24; ++j) {
    const double expected = covariance.block<3, 3>(3 * j, 3 * j).trace();
    EXPECT_NEAR(spread.variance_m2[j], expected, 1e-4 * expected + 1e-15) << j;
  }
}

INSTANTIATE_TEST_SUITE_P(Spaces, LatentFit,
                         testing::Values(LatentSpace::kNormal, LatentSpace::kSphere, LatentSpace::kBox));

TEST(Starts, TheBestDistinctOnesGoOn) {
  std::vector<Hypothesis> starts(4);
  std::vector<MatrixX3d> points(4, MatrixX3d::Zero(2, 3));
  const double costs[] = {3, 1, 1.5, std::numeric_limits<double>::infinity()};
  for (int i = 0; i < 4; ++i) {
    starts[i].start = i;
    starts[i].cost = costs[i];
    points[i].rowwise() += Eigen::RowVector3d(i, 0, 0);  // where the root is does not count
  }
  points[0](0, 1) += 1;
  points[1](0, 1) += 0.5;
  points[2](0, 1) += 0.5 + 1.9 * kSameStartM;  // of two points one is the root: half of it on average
  const std::vector<Hypothesis> kept = BestDistinctStarts(starts, points, 3);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].start, 1);
  EXPECT_EQ(kept[1].start, 0);
  EXPECT_EQ(BestDistinctStarts(starts, points, 1).size(), 1u);
}

TEST(Starts, SamplesAreTheSameEachTimeAndOtherPriorsPosesAreInverted) {
  const std::shared_ptr<const Prior> prior =
      std::make_shared<TinyLatentPrior>(LatentSpace::kNormal, kLatents);
  StartOptions options;
  options.modes = 0;
  options.samples = 3;
  const std::vector<StartPose> a = StartPoses(Mannequin(), prior, nullptr, options),
                               b = StartPoses(Mannequin(), prior, nullptr, options);
  ASSERT_EQ(a.size(), 3u);
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].latent, b[i].latent);
    Eigen::VectorXd pose(kKnown);
    dynamic_cast<const LatentPrior&>(*prior).MakeDecoder()->Decode(a[i].latent.data(), pose.data());
    EXPECT_EQ(a[i].body_pose.head(kKnown), pose);
  }
  const std::vector<StartPose> of_another = StartPoses(
      Mannequin(), prior, std::make_shared<TinyLatentPrior>(LatentSpace::kNormal, kLatents), options);
  ASSERT_EQ(of_another.size(), 3u);
  // The same map in another object: its poses are found again.
  for (size_t i = 0; i < a.size(); ++i)
    EXPECT_LT((of_another[i].body_pose - a[i].body_pose).norm(), 0.02) << i;
  // The middle, when nothing else is asked for.
  options.samples = 0;
  ASSERT_EQ(StartPoses(Mannequin(), prior, nullptr, options).size(), 1u);
  EXPECT_EQ(StartPoses(Mannequin(), prior, nullptr, options)[0].latent, Eigen::VectorXd::Zero(kLatents));
}

}  // namespace
}  // namespace vitruvius::latent_fit_test
