#include "solvers/registration/hypotheses.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::hypotheses_test {
namespace {

Hypothesis At(int start, double cost, double knee, double depth = 4) {
  Hypothesis hypothesis{start, 0, BodyParameters::Zero(*Mannequin()), {}, cost};
  hypothesis.parameters.body_pose[3 * 3] = knee;
  hypothesis.parameters.transl.z() = depth;
  return hypothesis;
}

class Hypotheses : public testing::Test {
 protected:
  // A person whose curvature every minimum shares well enough for hand-made costs.
  Hypotheses()
      : problem_(Mannequin(), *person_.observation.set, Recipe::Camera::kPerspective, LoadPrior("gmm8")),
        stage_(LoadRecipe("default").stages.back()) {
    std::vector<Keypoint2dTarget> targets;
    for (const int k : problem_.binding().keypoint_of_point)
      targets.push_back({person_.observation.keypoints2d.row(k).head<2>(), 1});
    problem_.SetTargets2d({{1000, 1000}, {500, 500}}, targets, 1);
  }
  std::vector<Minimum> Weighed(const std::vector<Hypothesis>& ends) {
    std::vector<Minimum> minima = DistinctMinima(ends, &joints_);
    WeighMinima(stage_, &problem_, &joints_, &minima);
    return minima;
  }
  BodyEvaluator joints_ = BodyEvaluator(Mannequin(), PointSet::AllJoints(*Mannequin()));
  const KnownPerson person_ = MakeKnownPerson(1);
  FitProblem problem_;
  RecipeStage stage_;
};

TEST_F(Hypotheses, EndsOfOneBasinAreOneMinimumOfTheLowestCost) {
  const auto minima =
      DistinctMinima({At(3, 12, 1.001, 4.2), At(1, 10, 1.0), At(2, 11, -0.5), At(0, 11, -0.5)}, &joints_);
  ASSERT_EQ(minima.size(), 2u);
  EXPECT_EQ(minima[0].hypothesis.start, 1);
  EXPECT_EQ(minima[1].hypothesis.start, 0);  // equal costs: the earlier start
}

TEST_F(Hypotheses, WeightsAreTemperedLaplaceMasses) {
  const auto minima = Weighed({At(0, 10, 1.0), At(1, 20, 0.2), At(2, 1e6, -1)});
  ASSERT_EQ(minima.size(), 3u);
  const double noise2 = NoiseLevel2(stage_, problem_);
  EXPECT_DOUBLE_EQ(noise2, 4.78 * 4.78 / 2);
  const double expected =
      std::exp((-10 / noise2 + minima[1].spread.log_volume - minima[0].spread.log_volume) / kTemperature);
  EXPECT_NEAR(minima[1].weight / minima[0].weight, expected, 1e-12);
  EXPECT_NEAR(minima[0].weight + minima[1].weight, 1, 1e-15);
  EXPECT_EQ(minima[2].weight, 0);  // too costly to matter
  EXPECT_FALSE(minima[2].spread.known);
}

TEST_F(Hypotheses, ExpectedJointsAreTheWeightedMeanAtTheBestPelvis) {
  auto minima = DistinctMinima({At(0, 5, 1.0, 4), At(1, 6, -1.0, 7)}, &joints_);
  ASSERT_EQ(minima.size(), 2u);
  minima[0].weight = 0.75;
  minima[1].weight = 0.25;
  const MatrixX3d mean = ExpectedJoints(minima);
  EXPECT_LT((mean.row(0) - minima[0].joints3d.row(0)).norm(), 1e-12);
  const int ankle = 7;
  const Eigen::RowVector3d expected = minima[0].joints3d.row(0) +
                                      0.75 * (minima[0].joints3d.row(ankle) - minima[0].joints3d.row(0)) +
                                      0.25 * (minima[1].joints3d.row(ankle) - minima[1].joints3d.row(0));
  EXPECT_LT((mean.row(ankle) - expected).norm(), 1e-12);
}

TEST_F(Hypotheses, TheSpreadIsThatWithinAndThatBetween) {
  auto minima = DistinctMinima({At(0, 5, 1.0, 4), At(1, 6, -1.0, 5)}, &joints_);
  minima[0].weight = 0.75;
  minima[1].weight = 0.25;
  for (Minimum& minimum : minima) {
    minimum.spread.known = true;
    minimum.spread.variance_m2 = Eigen::VectorXd::Constant(24, 0.04);
    minimum.spread.relative_variance_m2 = Eigen::VectorXd::Constant(24, 0.01);
  }
  FitResult result;
  CombineSpreads(minima, &result);
  // The head is where it was but a metre farther away.
  EXPECT_NEAR(result.joints_std_m[15], std::sqrt(0.04 + 0.25 * 1), 1e-9);
  EXPECT_NEAR(result.joints_relative_std_m[15], 0.1, 1e-9);
  const double moved = ((minima[1].joints3d.row(7) - minima[1].joints3d.row(0)) -
                        (minima[0].joints3d.row(7) - minima[0].joints3d.row(0)))
                           .norm();
  EXPECT_GT(moved, 0.1);
  EXPECT_NEAR(result.joints_relative_std_m[7], std::sqrt(0.01 + 0.25 * moved * moved), 1e-9);
}

TEST_F(Hypotheses, WithoutANoiseLevelTheBestHasAllWeight) {
  stage_.weights.pose_prior = 0;
  const auto minima = Weighed({At(0, 6, 1.0), At(1, 5, -1.0)});
  EXPECT_EQ(minima[0].weight, 1);
  EXPECT_EQ(minima[1].weight, 0);
  FitResult result;
  CombineSpreads(minima, &result);
  EXPECT_TRUE(result.joints_std_m.array().isNaN().all());
}

TEST_F(Hypotheses, EndsThatFailedAreLeftOut) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(DistinctMinima({At(0, infinity, 1.0)}, &joints_).empty());
  EXPECT_EQ(ExpectedJoints({}).rows(), 0);
}

}  // namespace
}  // namespace vitruvius::hypotheses_test
