// The residual of overlapping capsules: values, derivatives, what it leaves alone.
#include <vector>

#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "models/util/rng.h"
#include "solvers/residuals/self_penetration_cost.h"
#include "tests/util/check_cost.h"
#include "tests/util/test_body.h"

namespace vitruvius::self_penetration_cost_test {
namespace {

class SelfPenetrationTest : public testing::Test {
 protected:
  void Set(const BodyParameters& p) {
    body_.SetParameters(p);
    body_.PrepareForEvaluation(true, true);
  }
  // Arms against the body, turned as given about the front-back axis; betas of a real shape.
  BodyParameters ArmsAt(double left, double right) const {
    BodyParameters p = BodyParameters::Zero(*model_);
    p.body_pose[3 * (model_->JointIndex("left_shoulder") - 1) + 2] = -left;
    p.body_pose[3 * (model_->JointIndex("right_shoulder") - 1) + 2] = right;
    p.betas[1] = 0.7;
    p.transl.z() = 4;
    return p;
  }
  std::vector<double> Residuals() {
    std::vector<double> r(cost_.num_residuals());
    EXPECT_TRUE(cost_.Evaluate(nullptr, r.data(), nullptr));
    return r;
  }

  std::shared_ptr<const BodyModel> model_ = Mannequin();
  std::shared_ptr<const BodyCapsules> capsules_ = std::make_shared<BodyCapsules>(*model_);
  double weight_ = 1;
  SharedBody body_{model_, PointSet().AddJoint(0)};
  SelfPenetrationCost cost_{&body_, capsules_, &weight_};
};

TEST_F(SelfPenetrationTest, ABodyAtRestHasNone) {
  Set(ArmsAt(0, 0));
  for (const double r : Residuals()) EXPECT_EQ(r, 0);
  EXPECT_EQ(cost_.DeepestM(), 0);
}

TEST_F(SelfPenetrationTest, ResidualIsTheOverlapOfThePosedCapsules) {
  // Computed here from the model's own frames.
  const BodyParameters p = ArmsAt(1.6, 1.75);
  Set(p);
  cost_.SetShape(p.betas);
  BodyEvaluator joints(model_, PointSet::AllJoints(*model_));
  joints.Evaluate(p, false);
  const auto posed = [&](int part) {
    Capsule capsule = capsules_->Rest(part, p.betas);
    const int k = capsules_->parts()[part].joint;
    const Eigen::Vector3d rest = model_->joint_template().row(k).transpose() +
                                 model_->joint_shapedirs().middleRows<3>(3 * k) * p.betas;
    for (Eigen::Vector3d& end : capsule.ends)
      end = joints.points().row(k).transpose() + joints.joint_rotation(k) * (end - rest);
    return capsule;
  };
  const std::vector<double> residuals = Residuals();
  double deepest = 0;
  for (size_t i = 0; i < residuals.size(); ++i) {
    const BodyCapsules::Pair& pair = capsules_->pairs()[i];
    const CapsuleContact contact =
        NearestPoints(posed(pair.a).Beyond(pair.begin_a), posed(pair.b).Beyond(pair.begin_b));
    EXPECT_NEAR(residuals[i], std::max(0.0, -contact.distance), 1e-12);
    deepest = std::max(deepest, residuals[i]);
  }
  EXPECT_GT(deepest, 0.02);
  EXPECT_DOUBLE_EQ(cost_.DeepestM(), deepest);
  weight_ = 300;
  for (size_t i = 0; i < residuals.size(); ++i) EXPECT_DOUBLE_EQ(Residuals()[i], 300 * residuals[i]);
  weight_ = 0;
  for (const double r : Residuals()) EXPECT_EQ(r, 0);
}

TEST_F(SelfPenetrationTest, Jacobians) {
  CostCheckOptions options;
  options.prepare = [this] { body_.PrepareForEvaluation(true, true); };
  Rng rng(3);
  std::vector<BodyParameters> cases = {ArmsAt(1.6, 1.75)};
  for (int i = 0; i < 4; ++i) {
    cases.push_back(RandomParameters(*model_, &rng, 0.6));
    cases.back().betas *= 0.5;
  }
  for (const BodyParameters& p : cases) {
    Set(p);
    cost_.SetShape(p.betas);
    CheckCost(cost_, {body_.block(SharedBody::kPose)}, options);
  }
}

TEST_F(SelfPenetrationTest, ClosedFormIsThatOfTheRows) {
  weight_ = 30;
  Set(ArmsAt(1.6, 1.75));
  const int n = 3 * model_->num_body_joints(), rows = cost_.num_residuals();
  std::vector<double> residuals(rows);
  Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> jacobian(rows, n);
  double* pointer = jacobian.data();
  ASSERT_TRUE(cost_.Evaluate(nullptr, residuals.data(), &pointer));
  const Eigen::Map<const Eigen::VectorXd> r(residuals.data(), rows);
  Eigen::MatrixXd hessian = Eigen::MatrixXd::Zero(n, n);
  Eigen::VectorXd gradient = Eigen::VectorXd::Zero(n);
  Eigen::Ref<Eigen::MatrixXd> h = hessian;
  Eigen::Ref<Eigen::VectorXd> g = gradient;
  const double cost = cost_.AddNormalEquations(nullptr, &h, &g);
  EXPECT_GT(cost, 0);
  EXPECT_NEAR(cost, 0.5 * r.squaredNorm(), 1e-12 * cost);
  EXPECT_NEAR(cost_.AddNormalEquations(nullptr, nullptr, nullptr), cost, 1e-12 * cost);
  EXPECT_LT((gradient - jacobian.transpose() * r).norm(), 1e-12 * gradient.norm());
  const Eigen::MatrixXd expected = jacobian.transpose() * jacobian;
  EXPECT_LT((Eigen::MatrixXd(hessian.triangularView<Eigen::Lower>()) -
             Eigen::MatrixXd(expected.triangularView<Eigen::Lower>()))
                .norm(),
            1e-12 * expected.norm());
}

TEST_F(SelfPenetrationTest, PlaceOrientationAndBetasOfTheBodyDoNotMatterBetweenSetShapes) {
  BodyParameters p = ArmsAt(1.6, 1.75);
  Set(p);
  cost_.SetShape(p.betas);
  const std::vector<double> before = Residuals();
  p.transl = {1, 2, 3};
  p.global_orient = {0.3, 2, -1};
  p.betas.setConstant(1);
  Set(p);
  const std::vector<double> after = Residuals();
  for (size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(after[i], before[i], 1e-12);
  cost_.SetShape(p.betas);
  EXPECT_NE(Residuals(), after);
}

}  // namespace
}  // namespace vitruvius::self_penetration_cost_test
