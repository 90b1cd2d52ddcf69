#include "solvers/prior_evaluation/evaluation.h"

#include <cmath>

#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "models/util/check.h"
#include "solvers/prior_evaluation/pose_samples.h"
#include "tests/util/tiny_latent_prior.h"

namespace vitruvius::evaluation_test {
namespace {

RowMatrixXd RandomPoses(int n, double scale, std::uint64_t seed) {
  Rng rng(seed);
  return RowMatrixXd::NullaryExpr(n, 69, [&] { return scale * rng.Normal(); });
}

EmpiricalPrior Real(int n, double scale, std::uint64_t seed) {
  return EmpiricalPrior("real", RandomPoses(n, scale, seed), std::vector<double>(n, 1.0));
}

PriorEvaluationOptions SmallOptions() {
  PriorEvaluationOptions options;
  options.samples = 200;
  options.queries = 8;
  options.inverted = 4;
  options.path_bodies = 3;
  options.path_steps = 8;
  options.compared = 60;
  options.meshes = 4;
  options.worst = 3;
  options.threads = 1;
  return options;
}

TEST(PoseSamples, DependOnTheirNumberAlone) {
  for (const LatentSpace space : {LatentSpace::kSphere, LatentSpace::kBox}) {
    const auto prior = std::make_shared<TinyLatentPrior>(space, 5);
    const RowMatrixXd all = PoseSampler(Mannequin(), prior, 7, 1).Draw(0, 600);
    const RowMatrixXd part = PoseSampler(Mannequin(), prior, 7, 3).Draw(290, 200);
    EXPECT_EQ(part, all.middleRows(290, 200));
    EXPECT_NE(all, PoseSampler(Mannequin(), prior, 8, 1).Draw(0, 600));
    EXPECT_NE(all.row(0), all.row(1));
    EXPECT_TRUE((all.rightCols(6).array() == 0).all());  // hands are none of this prior's
  }
}

TEST(PoseSamples, JointsOfTheRestPoseAreTheTemplates) {
  const RowMatrixXd joints = JointsMm(Mannequin(), RowMatrixXd::Zero(2, 69));
  ASSERT_EQ(joints.cols(), 69);
  const MatrixX3d& rest = Mannequin()->joint_template();
  for (int j = 1; j < 24; ++j)
    EXPECT_LT((joints.row(1).segment<3>(3 * (j - 1)) - 1000 * (rest.row(j) - rest.row(0))).norm(), 1e-9);
}

TEST(PriorEvaluation, RealPosesAgainstThemselves) {
  const EmpiricalPrior train = Real(300, 0.2, 1), test = Real(200, 0.2, 2);
  const auto prior = std::make_shared<EmpiricalPrior>(train);
  PriorEvaluationOptions options = SmallOptions();
  options.samples = 3000;  // each pose is drawn ten times on average
  const PriorEvaluation found = EvaluatePrior(Mannequin(), prior, train, test, options);
  EXPECT_EQ(Summarize(found.train.recall_mm).median, 0);
  EXPECT_EQ(Summarize(found.train.precision_mm).mean, 0);
  EXPECT_GT(Summarize(found.test.recall_mm).median, 10);
  EXPECT_LT(found.train.frechet_mm, found.test.frechet_mm + 20);
  EXPECT_EQ(found.recall_work.coarse, 2 * options.queries * options.samples);
  EXPECT_TRUE(found.path_ratios.empty());
  EXPECT_TRUE(found.test.inversion_mm.empty());
  ASSERT_EQ(found.spread.size(), 23u);
  for (const double spread : found.spread) EXPECT_NEAR(spread, 1, 0.4);  // 60 samples of each
}

TEST(PriorEvaluation, ACollapsedPriorShows) {
  const EmpiricalPrior train = Real(300, 0.3, 1), test = Real(200, 0.3, 2);
  const PriorEvaluation whole = EvaluatePrior(
      Mannequin(), std::make_shared<EmpiricalPrior>(Real(300, 0.3, 3)), train, test, SmallOptions());
  const PriorEvaluation collapsed = EvaluatePrior(
      Mannequin(), std::make_shared<EmpiricalPrior>(Real(300, 0.03, 3)), train, test, SmallOptions());
  EXPECT_GT(collapsed.train.frechet_mm, 2 * whole.train.frechet_mm);
  EXPECT_LT(collapsed.train.likeness.coverage, 0.75 * whole.train.likeness.coverage);  // seen 0.57
  for (const double spread : collapsed.spread) EXPECT_LT(spread, 0.2);
  // Poses without any likeness to a body pass their ranges and themselves.
  const PriorEvaluation wild = EvaluatePrior(Mannequin(), std::make_shared<EmpiricalPrior>(Real(300, 1.5, 3)),
                                             train, test, SmallOptions());
  EXPECT_EQ(wild.beyond_limits_percent, 100);
  EXPECT_GT(wild.self_penetrating_percent, collapsed.self_penetrating_percent);
  EXPECT_EQ(collapsed.beyond_limits_percent, 0);
}

TEST(PriorEvaluation, OfALatentPriorForAnyThreads) {
  const EmpiricalPrior train = Real(100, 0.3, 1), test = Real(80, 0.3, 2);
  const auto prior = std::make_shared<TinyLatentPrior>(LatentSpace::kSphere, 6);
  PriorEvaluationOptions options = SmallOptions();
  const PriorEvaluation found = EvaluatePrior(Mannequin(), prior, train, test, options);
  EXPECT_EQ(found.train.recall_mm.size(), 8u);
  EXPECT_EQ(found.test.inversion_mm.size(), 4u);
  EXPECT_EQ(found.path_ratios.size(), 3u);  // of 3 bodies
  EXPECT_EQ(found.path_curve.size(), 8u);
  double mean = 0;
  for (const double step : found.path_curve) mean += step / 8;
  EXPECT_GE(mean, 1 - 1e-9);  // the triangle inequality
  for (const double ratio : found.path_ratios) EXPECT_GE(ratio, 1);
  ASSERT_EQ(found.worst.size(), 3u);
  EXPECT_GE(found.worst[0].distance_mm, found.worst[1].distance_mm);
  EXPECT_EQ(found.worst[0].distance_mm,
            *std::max_element(found.train.precision_mm.begin(), found.train.precision_mm.end()));

  options.threads = 3;
  const PriorEvaluation again = EvaluatePrior(Mannequin(), prior, train, test, options);
  EXPECT_EQ(again.train.recall_mm, found.train.recall_mm);
  EXPECT_EQ(again.test.precision_mm, found.test.precision_mm);
  EXPECT_EQ(again.test.inversion_mm, found.test.inversion_mm);
  EXPECT_EQ(again.path_ratios, found.path_ratios);
  EXPECT_EQ(again.train.frechet_mm, found.train.frechet_mm);
  options.queries = 0;
  EXPECT_THROW(EvaluatePrior(Mannequin(), prior, train, test, options), ContractError);
}

}  // namespace
}  // namespace vitruvius::evaluation_test
