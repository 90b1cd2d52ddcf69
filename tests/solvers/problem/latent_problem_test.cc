// Latent priors in the problem: the manifold along the decoder's graph, and both solvers on it.
#include <ceres/solver.h>
#include <gtest/gtest.h>

#include "solvers/problem/decoded_pose_manifold.h"
#include "solvers/problem/fit_problem.h"
#include "solvers/residuals/decoded_pose_cost.h"
#include "solvers/residuals/diagonal_prior.h"
#include "tests/util/check_cost.h"
#include "tests/util/synthetic_person.h"
#include "tests/util/tiny_latent_prior.h"

namespace vitruvius::latent_problem_test {
namespace {

constexpr int kLatents = 6, kPose = 69, kKnown = 63;
constexpr LatentSpace kSpaces[] = {LatentSpace::kNormal, LatentSpace::kSphere, LatentSpace::kBox};

// On the manifold: a latent of the space, its pose, and anything in the free numbers.
Eigen::VectorXd PointOn(const LatentPrior& prior, const DecodedPoseManifold& manifold, Rng* rng) {
  Eigen::VectorXd x = Eigen::VectorXd::NullaryExpr(manifold.AmbientSize(), [&] { return rng->Normal(); });
  x.tail(prior.latent_dim()) = prior.SampleLatent(rng);
  manifold.Decode(x.data());
  return x;
}

class ManifoldOf : public testing::TestWithParam<std::tuple<LatentSpace, int>> {
 protected:
  TinyLatentPrior prior_{std::get<0>(GetParam()), kLatents, kKnown};
  std::unique_ptr<PoseDecoder> decoder_ = prior_.MakeDecoder();
  int num_decoded_ = std::get<1>(GetParam());
  DecodedPoseManifold manifold_{prior_, decoder_.get(), kPose, num_decoded_};
  Rng rng_{3};

  Eigen::VectorXd Plus(const Eigen::VectorXd& x, const Eigen::VectorXd& delta) const {
    Eigen::VectorXd y(x.size());
    EXPECT_TRUE(manifold_.Plus(x.data(), delta.data(), y.data()));
    return y;
  }
  Eigen::VectorXd SmallStep() {
    return Eigen::VectorXd::NullaryExpr(manifold_.TangentSize(), [&] { return 0.1 * rng_.Normal(); });
  }
};

TEST_P(ManifoldOf, StepsStayOnTheGraph) {
  for (int i = 0; i < 20; ++i) {
    const Eigen::VectorXd x = PointOn(prior_, manifold_, &rng_);
    const Eigen::VectorXd delta = SmallStep() * (i % 2 == 0 ? 1 : 30);  // also round the sphere, past the box
    const Eigen::VectorXd y = Plus(x, delta);
    Eigen::VectorXd projected = y.tail(kLatents), decoded(kKnown);
    prior_.ProjectLatent(&projected);
    EXPECT_LT((projected - y.tail(kLatents)).norm(), 1e-14);
    decoder_->Decode(y.data() + kPose, decoded.data());
    for (int k = 0; k < num_decoded_; ++k) EXPECT_EQ(y[k], k < kKnown ? decoded[k] : 0);
    for (int k = num_decoded_; k < kPose; ++k)
      EXPECT_EQ(y[k], x[k] + delta[manifold_.latent_tangent() + k - num_decoded_]);
  }
}

TEST_P(ManifoldOf, NothingMovesWithoutAStepAndMinusUndoesPlus) {
  const Eigen::VectorXd x = PointOn(prior_, manifold_, &rng_);
  EXPECT_LT((Plus(x, Eigen::VectorXd::Zero(manifold_.TangentSize())) - x).norm(), 1e-15);
  Eigen::VectorXd inside = x;
  inside.tail(kLatents) *= std::get<0>(GetParam()) == LatentSpace::kBox ? 0.5 : 1;
  const Eigen::VectorXd delta = SmallStep();
  Eigen::VectorXd back(delta.size());
  ASSERT_TRUE(manifold_.Minus(Plus(inside, delta).data(), inside.data(), back.data()));
  EXPECT_LT((back - delta).norm(), 1e-13);
}

TEST_P(ManifoldOf, JacobiansAreThoseOfTheSteps) {
  Eigen::VectorXd x = PointOn(prior_, manifold_, &rng_);
  x.tail(kLatents) *= std::get<0>(GetParam()) == LatentSpace::kBox ? 0.5 : 1;
  manifold_.Decode(x.data());
  RowMatrixXd plus(manifold_.AmbientSize(), manifold_.TangentSize()),
      minus(manifold_.TangentSize(), manifold_.AmbientSize());
  ASSERT_TRUE(manifold_.PlusJacobian(x.data(), plus.data()));
  ASSERT_TRUE(manifold_.MinusJacobian(x.data(), minus.data()));
  constexpr double kStep = 1e-6, kTolerance = 1e-8;  // central differences: rounding 1e-16 / 1e-6
  for (int c = 0; c < manifold_.TangentSize(); ++c) {
    const Eigen::VectorXd e = Eigen::VectorXd::Unit(manifold_.TangentSize(), c) * kStep;
    const Eigen::VectorXd numeric = (Plus(x, e) - Plus(x, -e)) / (2 * kStep);
    EXPECT_LT((numeric - plus.col(c)).lpNorm<Eigen::Infinity>(), kTolerance) << c;
  }
  EXPECT_LT((minus * plus - Eigen::MatrixXd::Identity(plus.cols(), plus.cols())).norm(), 1e-13);
}

INSTANTIATE_TEST_SUITE_P(SpacesAndBodies, ManifoldOf,
                         testing::Combine(testing::ValuesIn(kSpaces), testing::Values(0, kKnown, kPose)));

TEST(DecodedPoseCost, DifferencesAndNormalEquationsAgree) {
  const TinyLatentPrior prior(LatentSpace::kNormal, kLatents, kKnown);
  const auto decoder = prior.MakeDecoder();
  double weight = 3;
  DecodedPoseCost cost(decoder.get(), kKnown, kPose, kPose, kLatents, &weight);
  Rng rng(4);
  Eigen::VectorXd x = Eigen::VectorXd::NullaryExpr(kPose + kLatents, [&] { return rng.Normal(); });
  CheckCost(cost, {x.data()});
  Eigen::VectorXd r(kPose);
  RowMatrixXd j(kPose, x.size());
  const double* block = x.data();
  double* jacobian = j.data();
  ASSERT_TRUE(cost.Evaluate(&block, r.data(), &jacobian));
  Eigen::MatrixXd hessian = Eigen::MatrixXd::Zero(x.size(), x.size());
  Eigen::VectorXd gradient = Eigen::VectorXd::Zero(x.size());
  Eigen::Ref<Eigen::MatrixXd> h = hessian;
  Eigen::Ref<Eigen::VectorXd> g = gradient;
  EXPECT_NEAR(cost.AddNormalEquations(x.data(), &h, &g), 0.5 * r.squaredNorm(), 1e-10);
  const Eigen::MatrixXd expected = j.transpose() * j;
  EXPECT_LT((Eigen::MatrixXd(hessian.selfadjointView<Eigen::Lower>()) - expected).norm(),
            1e-12 * expected.norm());
  EXPECT_LT((gradient - j.transpose() * r).norm(), 1e-12 * gradient.norm());
  weight = 0;
  EXPECT_EQ(cost.AddNormalEquations(x.data(), &h, &g), 0);
}

// A person whose pose some latent decodes to, before a camera.
class LatentProblem : public testing::TestWithParam<LatentSpace> {
 protected:
  LatentProblem()
      : prior_(std::make_shared<TinyLatentPrior>(GetParam(), kLatents, kKnown)),
        problem_(Mannequin(), *FindKeypointSet("openpose25"), Recipe::Camera::kPerspective, prior_,
                 std::make_shared<BodyCapsules>(*Mannequin())) {
    Rng rng(8);
    truth_ = BodyParameters::Zero(*Mannequin());
    truth_.global_orient = UprightWithYaw(0.4);
    truth_.transl = {0.1, -0.2, 4};
    latent_ = prior_->SampleLatent(&rng);
    if (GetParam() == LatentSpace::kBox) latent_.head<2>() << 1, -1;  // at the walls
    Hold(latent_);
    problem_.Begin(Stage());
    const MatrixX3d points = problem_.Points();
    std::vector<Keypoint2dTarget> targets;
    for (int i = 0; i < problem_.num_points(); ++i)
      targets.push_back({camera_.ImgFromCam(Eigen::Vector3d(points.row(i))), 1});
    problem_.SetTargets2d(camera_, targets, 1);
  }
  static Eigen::Vector3d UprightWithYaw(double yaw) {
    return LogSO3(ExpSO3({EIGEN_PI, 0, 0}) * ExpSO3({0, yaw, 0}));
  }
  static RecipeStage Stage() {
    RecipeStage stage;
    stage.weights.reprojection = 1;
    stage.weights.pose_prior = 1e-3;
    stage.weights.betas = 0.1;
    stage.solve.max_iterations = 200;
    stage.solve.function_tolerance = 1e-12;
    return stage;
  }
  void Hold(const Eigen::VectorXd& latent) {
    problem_.SetParameters(truth_);
    problem_.SetLatent(latent);
  }
  // A point on the way from the truth to another latent.
  void StartNearby() {
    Rng rng(9);
    Eigen::VectorXd start = latent_ + 0.5 * (prior_->SampleLatent(&rng) - latent_);
    prior_->ProjectLatent(&start);
    BodyParameters parameters = truth_;
    parameters.global_orient = UprightWithYaw(0.6);
    parameters.transl.z() = 4.5;
    problem_.SetParameters(parameters);
    problem_.SetLatent(start);
  }

  std::shared_ptr<TinyLatentPrior> prior_;
  FitProblem problem_;
  BodyParameters truth_;
  Eigen::VectorXd latent_;
  PerspectiveCamera camera_ = {{1000, 1000}, {500, 500}};
};

TEST_P(LatentProblem, BothSolversFindTheLatentAgain) {
  double costs[2];
  for (const bool dense : {true, false}) {
    StartNearby();
    const SolveSummary summary = problem_.Solve(Stage(), dense ? SolverKind::kDenseLm : SolverKind::kCeres);
    EXPECT_NE(summary.termination, SolveSummary::kFailure);
    EXPECT_GT(summary.initial_cost, 1e3);
    costs[dense] = summary.final_cost;
    EXPECT_LT((problem_.latent() - latent_).norm(), 0.02) << (dense ? "DenseLm" : "ceres");
    Eigen::VectorXd projected = problem_.latent(), pose(kKnown);
    prior_->ProjectLatent(&projected);
    EXPECT_LT((projected - problem_.latent()).norm(), 1e-12);
    prior_->MakeDecoder()->Decode(problem_.latent().data(), pose.data());
    EXPECT_EQ(problem_.parameters().body_pose.head(kKnown), pose);
    EXPECT_EQ(problem_.parameters().body_pose.tail(kPose - kKnown), Eigen::VectorXd::Zero(kPose - kKnown));
  }
  EXPECT_NEAR(costs[0], costs[1], 1e-3);  // px^2; the start's is above 1e3
}

TEST_P(LatentProblem, ProjectedLbfgsReachesTheSameMinimum) {
  RecipeStage stage = Stage();
  stage.solve.max_iterations = 3000;
  stage.solve.parameter_tolerance = 0;
  StartNearby();
  problem_.Solve(stage, SolverKind::kLbfgs);
  EXPECT_LT((problem_.latent() - latent_).norm(), 0.05);
  Eigen::VectorXd projected = problem_.latent();
  prior_->ProjectLatent(&projected);
  EXPECT_LT((projected - problem_.latent()).norm(), 1e-12);
  // Levenberg-Marquardt from there finds nothing better.
  const Eigen::VectorXd end = problem_.latent();
  const double cost = problem_.Cost();
  EXPECT_NEAR(problem_.Solve(Stage(), SolverKind::kDenseLm).final_cost, cost, 0.01);
  EXPECT_LT((problem_.latent() - end).norm(), 0.05);
}

TEST_P(LatentProblem, NormalMatrixIsThatOfTheReducedResiduals) {
  // Second differences of the cost would hold curvature that Gauss and Newton leave out; at zero residual
  // there is none, and the cost along each direction is half the form.
  RecipeStage stage = Stage();
  stage.weights.pose_prior = stage.weights.betas = 0;
  if (GetParam() == LatentSpace::kBox) return;  // at a wall there is no way across
  Hold(latent_);
  Eigen::MatrixXd hessian;
  FreeNumbers numbers;
  ASSERT_TRUE(problem_.NormalMatrix(stage, &hessian, &numbers));
  ASSERT_EQ(hessian.rows(), numbers.moves.cols());
  ASSERT_EQ(numbers.moves.rows(), static_cast<Eigen::Index>(numbers.columns.size()));
  EXPECT_EQ(numbers.first_latent, 3);
  EXPECT_EQ(numbers.num_latent, GetParam() == LatentSpace::kSphere ? kLatents - 1 : kLatents);
  const auto decoder = prior_->MakeDecoder();
  const DecodedPoseManifold manifold(*prior_, decoder.get(), kPose, kPose);
  Eigen::VectorXd x(kPose + kLatents), y(x.size());
  x << problem_.parameters().body_pose, latent_;
  for (int k = 0; k < numbers.num_latent; ++k) {
    double sum = 0;
    constexpr double kStep = 1e-4;
    for (const double sign : {-1.0, 1.0}) {
      const Eigen::VectorXd delta = Eigen::VectorXd::Unit(manifold.TangentSize(), k) * sign * kStep;
      ASSERT_TRUE(manifold.Plus(x.data(), delta.data(), y.data()));
      Hold(y.tail(kLatents));
      problem_.Begin(stage);
      sum += problem_.Cost();
    }
    EXPECT_NEAR(sum / (kStep * kStep), hessian(3 + k, 3 + k), 1e-3 * hessian(3 + k, 3 + k));
  }
}

TEST_P(LatentProblem, AFreedPoseMovesAndItsLatentFollowsOnlyWhenTied) {
  // Targets of another body: no latent decodes to this elbow.
  BodyParameters bent = truth_;
  Hold(latent_);
  problem_.Begin(Stage());
  bent.body_pose = problem_.parameters().body_pose;
  bent.body_pose[3 * 17 + 1] -= 1.2;  // left_elbow, y
  problem_.SetParameters(bent);
  std::vector<Keypoint2dTarget> targets;
  const MatrixX3d points = problem_.Points();
  for (int i = 0; i < problem_.num_points(); ++i)
    targets.push_back({camera_.ImgFromCam(Eigen::Vector3d(points.row(i))), 1});
  problem_.SetTargets2d(camera_, targets, 1);

  RecipeStage stage = Stage();
  Hold(latent_);
  const double bound = problem_.Solve(stage, SolverKind::kDenseLm).final_cost;
  const Eigen::VectorXd bound_latent = problem_.latent();
  stage.freed_pose = true;
  const double free = problem_.Solve(stage, SolverKind::kDenseLm).final_cost;
  EXPECT_LT(free, 1e-3 * bound);
  EXPECT_EQ(problem_.latent(), bound_latent);
  stage.weights.decoded_pose = 20;
  for (const SolverKind solver : {SolverKind::kDenseLm, SolverKind::kCeres}) {
    Hold(bound_latent);
    RecipeStage decoded = Stage();
    problem_.Begin(decoded);
    const double tied = problem_.Solve(stage, solver).final_cost;
    EXPECT_GT(tied, free);
    EXPECT_LT(tied, bound);
    EXPECT_GT((problem_.latent() - bound_latent).norm(), 1e-4);
    Eigen::VectorXd projected = problem_.latent();
    prior_->ProjectLatent(&projected);
    EXPECT_LT((projected - problem_.latent()).norm(), 1e-12);
  }
}

INSTANTIATE_TEST_SUITE_P(Spaces, LatentProblem, testing::ValuesIn(kSpaces));

TEST(LatentResidual, IsTheNegativeLogLikelihoodOfANormalLatentAndNothingElsewhere) {
  for (const LatentSpace space : kSpaces) {
    const auto prior = std::make_shared<TinyLatentPrior>(space, kLatents, kKnown);
    FitProblem problem(Mannequin(), *FindKeypointSet("openpose25"), Recipe::Camera::kPerspective, prior);
    RecipeStage stage;
    stage.weights.pose_prior = 3;
    problem.Begin(stage);
    Rng rng(2);
    const Eigen::VectorXd z = prior->SampleLatent(&rng);
    problem.SetLatent(z);
    const double expected = space == LatentSpace::kNormal ? 0.5 * 9 * 0.5 * z.squaredNorm() : 0;
    EXPECT_NEAR(problem.Cost(), expected, 1e-12);
  }
}

}  // namespace
}  // namespace vitruvius::latent_problem_test
