#include "models/body/segment_body.h"

#include <gtest/gtest.h>

#include "models/math/so3.h"
#include "models/util/check.h"
#include "tests/util/test_body.h"

namespace vitruvius::segment_body_test {
namespace {

constexpr double kExact = 1e-12;
// Central differences with a 1e-6 step.
constexpr double kNumeric = 1e-7;

SegmentParameters RandomSegments(const BodyModel& model, Rng* rng, double angle = 0.5) {
  SegmentParameters p = SegmentParameters::Rest(model);
  for (double& x : p.angles) x = angle * rng->Normal();
  for (double& x : p.scales) x = rng->Uniform(0.6, 1.4);
  for (int i = 0; i < 9; ++i) p.rotation.data()[i] += 0.4 * rng->Normal();
  p.camera = {0.8, 0.3, -0.2};
  return p;
}

PointSet MixedPoints() {
  PointSet set;
  for (const int joint : {0, 1, 7, 15, 22}) set.AddJoint(joint);
  return set.AddVertex(3).AddVertex(17).AddBarycentric({5, 6, 7}, {0.2, 0.3, 0.5});
}

// With scales of 1 and a rotation it is linear blend skinning: that of a body without pose blend shapes.
TEST(SegmentBody, WithoutScalesItIsThePosedTemplate) {
  BodyModelData data = MakeTestBody()->data();
  data.posedirs.resize(0, 0);
  const auto model = BodyModel::Create(data);
  Rng rng(3);
  SegmentEvaluator segments(model, MixedPoints());
  BodyEvaluator body(model, MixedPoints());
  for (int trial = 0; trial < 5; ++trial) {
    SegmentParameters p = RandomSegments(*model, &rng);
    p.scales.setOnes();
    BodyParameters same = BodyParameters::Zero(*model);
    same.body_pose = p.angles;
    same.global_orient = Vector3d(rng.Normal(), rng.Normal(), rng.Normal());
    p.rotation = ExpSO3(same.global_orient);
    ASSERT_TRUE(segments.Evaluate(p, false));
    body.Evaluate(same, false);
    for (int i = 0; i < segments.num_points(); ++i) {
      const Eigen::RowVector3d expected =
          0.8 * (body.points().row(i) - body.points().row(0)) + Eigen::RowVector3d(0.3, -0.2, 0);
      EXPECT_LT((segments.points().row(i) - expected).cwiseAbs().maxCoeff(), 10 * kExact);
    }
  }
}

// A segment of twice the size moves its child's joint to twice the distance, and grows about its own joint.
TEST(SegmentBody, AScaledSegmentGrowsAboutItsJoint) {
  const auto model = MakeTestBody();
  const int knee = model->JointIndex("left_knee"), ankle = model->JointIndex("left_ankle");
  SegmentEvaluator evaluator(model, PointSet().AddJoint(knee).AddJoint(ankle));
  SegmentParameters p = SegmentParameters::Rest(*model);
  ASSERT_TRUE(evaluator.Evaluate(p, false));
  const MatrixX3d before = evaluator.points();
  p.scales[knee] = 2;
  ASSERT_TRUE(evaluator.Evaluate(p, false));
  EXPECT_LT((evaluator.points().row(0) - before.row(0)).norm(), kExact);
  EXPECT_LT((evaluator.points().row(1) - before.row(1) - (before.row(1) - before.row(0))).norm(), kExact);
}

TEST(SegmentBody, JacobianIsThatOfDifferences) {
  const auto model = MakeTestBody();
  Rng rng(5);
  SegmentEvaluator evaluator(model, MixedPoints());
  std::vector<SegmentParameters> cases;
  for (const double angle : {0.0, 1e-8, 0.5, 1.5}) cases.push_back(RandomSegments(*model, &rng, angle));
  cases.push_back(cases[2]);
  cases.back().rotation.col(2) *= -1;  // a reflection
  for (SegmentParameters& p : cases) {
    ASSERT_TRUE(evaluator.Evaluate(p, true));
    const RowMatrixXd jacobian = evaluator.jacobian();
    std::vector<double*> numbers;
    for (double& x : p.angles) numbers.push_back(&x);
    for (double& x : p.scales) numbers.push_back(&x);
    for (int i = 0; i < 9; ++i) numbers.push_back(p.rotation.data() + i);
    for (double& x : p.camera) numbers.push_back(&x);
    ASSERT_EQ(static_cast<int>(numbers.size()), evaluator.num_parameters());
    constexpr double kStep = 1e-6;
    for (size_t c = 0; c < numbers.size(); ++c) {
      const double value = *numbers[c];
      *numbers[c] = value + kStep;
      ASSERT_TRUE(evaluator.Evaluate(p, false));
      const MatrixX3d high = evaluator.points();
      *numbers[c] = value - kStep;
      ASSERT_TRUE(evaluator.Evaluate(p, false));
      const MatrixX3d difference = (high - evaluator.points()) / (2 * kStep);
      *numbers[c] = value;
      for (Eigen::Index i = 0; i < difference.rows(); ++i) {
        for (int axis = 0; axis < 3; ++axis)
          ASSERT_NEAR(jacobian(3 * i + axis, c), difference(i, axis), kNumeric)
              << "point " << i << ", column " << c;
      }
    }
  }
}

TEST(SegmentBody, APointHasTheSameJacobianAmongOthersAndAlone) {
  const auto model = MakeTestBody();
  Rng rng(6);
  const SegmentParameters p = RandomSegments(*model, &rng);
  SegmentEvaluator many(model, MixedPoints()), one(model, PointSet().AddVertex(17));
  ASSERT_TRUE(many.Evaluate(p, true) && one.Evaluate(p, true));
  EXPECT_EQ(one.jacobian(), many.jacobian().middleRows<3>(3 * 6));
}

TEST(SegmentBody, ARotationWithoutColumnsIsRefused) {
  const auto model = MakeTestBody();
  SegmentEvaluator evaluator(model, MixedPoints());
  SegmentParameters p = SegmentParameters::Rest(*model);
  p.rotation.col(1) = 2 * p.rotation.col(0);
  EXPECT_FALSE(evaluator.Evaluate(p, true));
  p.rotation.col(1) = Vector3d::Constant(std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(evaluator.Evaluate(p, true));
}

TEST(OrthonormalColumns, RotationsStayAndReflectionsStayReflections) {
  Rng rng(7);
  for (int trial = 0; trial < 20; ++trial) {
    RowMatrix3d raw, q;
    for (int i = 0; i < 9; ++i) raw.data()[i] = rng.Normal();
    ASSERT_TRUE(OrthonormalColumns(raw, &q));
    EXPECT_LT((q.transpose() * q - RowMatrix3d::Identity()).norm(), 1e-12);
    EXPECT_GT(q.determinant() * raw.determinant(), 0);
    EXPECT_LT((q.col(0) - raw.col(0).normalized()).norm(), 1e-12);
    RowMatrix3d again;
    ASSERT_TRUE(OrthonormalColumns(q, &again));
    EXPECT_LT((again - q).norm(), 1e-12);
  }
}

}  // namespace
}  // namespace vitruvius::segment_body_test
