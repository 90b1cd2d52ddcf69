#include "solvers/registration/hypotheses.h"

#include <limits>

#include <gtest/gtest.h>

#include "models/body/mannequin.h"

namespace vitruvius {
namespace {

Hypothesis At(int start, double cost, double knee, double depth = 4) {
  Hypothesis hypothesis{start, BodyParameters::Zero(*Mannequin()), cost};
  hypothesis.parameters.body_pose[3 * 3] = knee;
  hypothesis.parameters.transl.z() = depth;
  return hypothesis;
}

class Hypotheses : public testing::Test {
 protected:
  BodyEvaluator joints_ = BodyEvaluator(Mannequin(), PointSet::AllJoints(*Mannequin()));
};

TEST_F(Hypotheses, EndsOfOneBasinAreOneMinimumOfTheLowestCost) {
  const auto minima =
      DistinctMinima({At(3, 12, 1.001, 4.2), At(1, 10, 1.0), At(2, 11, -0.5), At(0, 11, -0.5)}, 2, &joints_);
  ASSERT_EQ(minima.size(), 2u);
  EXPECT_EQ(minima[0].hypothesis.start, 1);
  EXPECT_EQ(minima[1].hypothesis.start, 0);  // equal costs: the earlier start
  EXPECT_NEAR(minima[0].weight, 1 / (1 + std::exp(-0.5)), 1e-12);
  EXPECT_NEAR(minima[0].weight + minima[1].weight, 1, 1e-15);
}

TEST_F(Hypotheses, ExpectedJointsAreTheWeightedMeanAtTheBestPelvis) {
  const auto minima = DistinctMinima({At(0, 5, 1.0, 4), At(1, 5 + std::log(3.0), -1.0, 7)}, 1, &joints_);
  ASSERT_EQ(minima.size(), 2u);
  EXPECT_NEAR(minima[0].weight, 0.75, 1e-12);
  const MatrixX3d mean = ExpectedJoints(minima);
  EXPECT_LT((mean.row(0) - minima[0].joints3d.row(0)).norm(), 1e-12);
  const int ankle = 7;
  const Eigen::RowVector3d expected = minima[0].joints3d.row(0) +
                                      0.75 * (minima[0].joints3d.row(ankle) - minima[0].joints3d.row(0)) +
                                      0.25 * (minima[1].joints3d.row(ankle) - minima[1].joints3d.row(0));
  EXPECT_LT((mean.row(ankle) - expected).norm(), 1e-12);
}

TEST_F(Hypotheses, WithoutANoiseLevelTheBestHasAllWeight) {
  const auto minima = DistinctMinima({At(0, 6, 1.0), At(1, 5, -1.0)}, 0, &joints_);
  EXPECT_EQ(minima[0].weight, 1);
  EXPECT_EQ(minima[1].weight, 0);
}

TEST_F(Hypotheses, EndsThatFailedAreLeftOut) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(DistinctMinima({At(0, infinity, 1.0)}, 1, &joints_).empty());
  EXPECT_EQ(ExpectedJoints({}).rows(), 0);
}

}  // namespace
}  // namespace vitruvius
