#include <cmath>

#include <gtest/gtest.h>

#include "models/util/rng.h"
#include "solvers/residuals/bones.h"
#include "solvers/residuals/parameter_cost.h"
#include "solvers/residuals/planar_point.h"
#include "solvers/residuals/point_cost.h"
#include "solvers/residuals/segment_terms.h"
#include "solvers/residuals/shared_body.h"
#include "solvers/residuals/shared_segments.h"
#include "tests/util/check_cost.h"
#include "tests/util/test_body.h"

namespace vitruvius::segment_residuals_test {
namespace {

template <typename Shared>
std::vector<double*> Blocks(Shared* shared) {
  std::vector<double*> blocks;
  for (int b = 0; b < shared->num_blocks(); ++b) blocks.push_back(shared->block(b));
  return blocks;
}

template <typename Shared>
CostCheckOptions Prepared(Shared* shared) {
  CostCheckOptions options;
  options.prepare = [shared] { shared->PrepareForEvaluation(true, true); };
  return options;
}

PointSet Points() {
  return PointSet().AddJoint(1).AddJoint(4).AddJoint(2).AddJoint(5).AddVertex(5).AddBarycentric(
      {1, 2, 3}, {0.2, 0.3, 0.5});
}

class SegmentResiduals : public testing::Test {
 protected:
  SegmentResiduals() : shared_(MakeTestBody(), Points()) {
    Rng rng(1);
    SegmentParameters p = shared_.parameters();
    for (double& x : p.angles) x = 0.4 * rng.Normal();
    for (double& x : p.scales) x = rng.Uniform(0.7, 1.3);
    for (int i = 0; i < 9; ++i) p.rotation.data()[i] += 0.2 * rng.Normal();
    p.camera = {0.7, 0.1, -0.1};
    shared_.SetParameters(p);
    shared_.PrepareForEvaluation(true, true);
  }
  template <typename Functor>
  double Residual(const PointCost<Functor>& cost) {
    double r = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(cost.Evaluate(Blocks(&shared_).data(), &r, nullptr));
    return r;
  }
  SharedSegments shared_;
};

TEST_F(SegmentResiduals, PlanarPointIsZeroAtTheTruthAndAsComputedByHandBesideIt) {
  for (int axis = 0; axis < 3; ++axis) {
    PlanarTarget target{shared_.points().row(4), 1, 1};
    const PointCost<PlanarCoordinate> cost(&shared_, {4}, {&target, axis});
    EXPECT_NEAR(Residual(cost), 0, 1e-12);
    target.position[axis] -= 0.25;
    EXPECT_NEAR(Residual(cost), 0.25, 1e-12);
    (axis == 2 ? target.depth_weight : target.weight) = 0;
    EXPECT_EQ(Residual(cost), 0);
  }
}

TEST_F(SegmentResiduals, PlanarPointJacobians) {
  const PlanarTarget target{{3, 2, 1}, 1, 1};
  for (int axis = 0; axis < 3; ++axis) {
    for (const int point : {0, 4, 5})
      CheckCost(PointCost<PlanarCoordinate>(&shared_, {point}, {&target, axis}), Blocks(&shared_),
                Prepared(&shared_));
  }
}

TEST_F(SegmentResiduals, BonesAreMeasuredByHand) {
  const MatrixX3d& p = shared_.points();
  const double left = (p.row(1) - p.row(0)).norm(), right = (p.row(3) - p.row(2)).norm();
  EXPECT_NEAR(Residual(PointCost<BoneSymmetry>(&shared_, {0, 1, 2, 3}, {})), left - right, 1e-12);
  EXPECT_NEAR(Residual(PointCost<BoneSymmetry>(&shared_, {0, 1, 0, 1}, {})), 0, 1e-12);
  EXPECT_NEAR(Residual(PointCost<BoneRatio>(&shared_, {0, 1, 2, 3}, {0.4})), left / right - 0.4, 1e-12);
}

TEST_F(SegmentResiduals, BoneJacobiansOfBothKindsOfBody) {
  CheckCost(PointCost<BoneSymmetry>(&shared_, {0, 1, 2, 3}, {}), Blocks(&shared_), Prepared(&shared_));
  CheckCost(PointCost<BoneRatio>(&shared_, {0, 1, 2, 3}, {0.4}), Blocks(&shared_), Prepared(&shared_));
  SharedBody body(MakeTestBody(), Points());
  Rng rng(2);
  body.SetParameters(RandomParameters(*MakeTestBody(), &rng));
  CheckCost(PointCost<BoneSymmetry>(&body, {0, 1, 2, 3}, {}), Blocks(&body), Prepared(&body));
  CheckCost(PointCost<BoneRatio>(&body, {0, 1, 2, 3}, {0.4}), Blocks(&body), Prepared(&body));
}

TEST_F(SegmentResiduals, ABoneWithoutLengthFails) {
  double r = 0;
  EXPECT_FALSE(
      PointCost<BoneSymmetry>(&shared_, {0, 0, 2, 3}, {}).Evaluate(Blocks(&shared_).data(), &r, nullptr));
  EXPECT_FALSE(
      PointCost<BoneRatio>(&shared_, {0, 1, 2, 2}, {1}).Evaluate(Blocks(&shared_).data(), &r, nullptr));
}

TEST_F(SegmentResiduals, PointsThatCannotBeComputedFail) {
  SegmentParameters p = shared_.parameters();
  p.rotation.setZero();
  shared_.SetParameters(p);
  shared_.PrepareForEvaluation(true, true);
  const PlanarTarget target{{3, 2, 1}, 1, 1};
  double r = 0;
  EXPECT_FALSE(PointCost<PlanarCoordinate>(&shared_, {0}, {&target, 0})
                   .Evaluate(Blocks(&shared_).data(), &r, nullptr));
}

TEST(SegmentTerms, DeterminantTellsARotationFromAReflection) {
  double r = 0;
  const double rotation[9] = {0, -1, 0, 1, 0, 0, 0, 0, 1}, reflection[9] = {1, 0, 0, 0, 1, 0, 0, 0, -1};
  ASSERT_TRUE(RotationDeterminant()(rotation, &r));
  EXPECT_NEAR(r * r, std::exp(-1), 1e-12);
  ASSERT_TRUE(RotationDeterminant()(reflection, &r));
  EXPECT_NEAR(r * r, std::exp(1), 1e-12);
  const double far[9] = {-30, 0, 0, 0, 30, 0, 0, 0, 30};
  ASSERT_TRUE(RotationDeterminant()(far, &r));
  EXPECT_NEAR(r, std::exp(5), 1e-9);
}

TEST(SegmentTerms, Jacobians) {
  const double weight = 1.7;
  double scales[5] = {1, 1.2, 0.7, 0.9, 1.1};
  CheckCost(ParameterCost<NeighbourScale>(5, {1, 3}, &weight, {}), {scales});
  CheckCost(MeanPrior(5, 1, &weight), {scales});
  double rotation[9] = {0.3, -0.9, 0.1, 1.1, 0.2, -0.3, 0.2, 0.1, 0.8};
  CheckCost(ParameterCost<RotationDeterminant>(9, {0, 1, 2, 3, 4, 5, 6, 7, 8}, &weight, {}), {rotation});
}

TEST(SegmentTerms, MeanPriorAddsWhatItsRowsGive) {
  const double weight = 2;
  double scales[3] = {1, 1.3, 1.6};
  const MeanPrior prior(3, 1, &weight);
  double r = 0, row[3], *jacobian = row, *block = scales;
  ASSERT_TRUE(prior.Evaluate(&block, &r, &jacobian));
  EXPECT_NEAR(r, 2 * 0.3, 1e-12);
  Eigen::MatrixXd hessian = Eigen::MatrixXd::Zero(3, 3);
  Eigen::VectorXd gradient = Eigen::VectorXd::Zero(3);
  Eigen::Ref<Eigen::MatrixXd> h = hessian;
  Eigen::Ref<Eigen::VectorXd> g = gradient;
  EXPECT_NEAR(prior.AddNormalEquations(scales, &h, &g), 0.5 * r * r, 1e-12);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(gradient[i], row[i] * r, 1e-12);
    for (int j = 0; j <= i; ++j) EXPECT_NEAR(hessian(i, j), row[i] * row[j], 1e-12);
  }
}

}  // namespace
}  // namespace vitruvius::segment_residuals_test
