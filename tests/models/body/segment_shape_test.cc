#include "models/body/segment_shape.h"

#include <cmath>

#include <gtest/gtest.h>

#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "models/body/segment_body.h"
#include "models/body/skeleton.h"
#include "models/math/so3.h"
#include "models/util/check.h"
#include "tests/util/test_body.h"

namespace vitruvius::segment_shape_test {
namespace {

// A body of one beta that is the whole body's size: what equal scales say exactly.
std::shared_ptr<const BodyModel> BodyOfOneSize() {
  BodyModelData data = MakeTestBody()->data();
  data.shapedirs = 0.1 * Eigen::Map<const Eigen::VectorXd>(data.v_template.data(), data.v_template.size());
  return BodyModel::Create(data);
}

// Scales by the lengths of a shape's bones: those of a joint's children together over the template's.
Eigen::VectorXd ScalesOfBones(const BodyModel& model, const Eigen::VectorXd& betas) {
  const MatrixX3d rest = RestJoints(model, betas);
  Eigen::VectorXd longer = Eigen::VectorXd::Zero(model.num_joints()), before = longer;
  for (int i = 1; i < model.num_joints(); ++i) {
    const int parent = model.parents()[i];
    longer[parent] += (rest.row(i) - rest.row(parent)).norm();
    before[parent] += (model.joint_template().row(i) - model.joint_template().row(parent)).norm();
  }
  for (int j = 0; j < model.num_joints(); ++j) longer[j] = before[j] > 0 ? longer[j] / before[j] : 1;
  return longer;
}

TEST(SegmentShape, ScaledRestJointsAreThoseOfTheSegments) {
  const auto model = MakeTestBody();
  Rng rng(2);
  PointSet all;
  for (int j = 0; j < model->num_joints(); ++j) all.AddJoint(j);
  SegmentEvaluator evaluator(model, all);
  SegmentParameters segments = SegmentParameters::Rest(*model);
  for (double& x : segments.angles) x = 0.5 * rng.Normal();
  for (double& x : segments.scales) x = rng.Uniform(0.6, 1.4);
  ASSERT_TRUE(evaluator.Evaluate(segments, false));
  BodyParameters same = BodyParameters::Zero(*model);
  same.body_pose = segments.angles;
  const MatrixX3d joints = PoseSkeleton(*model, ScaledRestJoints(*model, segments.scales), same).positions;
  const MatrixX3d expected = evaluator.in_body().rowwise() + model->joint_template().row(0);
  EXPECT_LT((joints - expected).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(SegmentShape, OneSizeIsFoundAgain) {
  const auto model = BodyOfOneSize();
  const Eigen::VectorXd scales = Eigen::VectorXd::Constant(model->num_joints(), 1.25);
  // Without noise of bones nothing pulls to 0; with it betas shrink by |D|^2 / (|D|^2 + noise^2).
  EXPECT_NEAR(BetasOfScales(*model, scales, {1e-9})[0], 2.5, 1e-9);
  double squares = 0;
  for (int i = 1; i < model->num_joints(); ++i) {
    const MatrixX3d& rest = model->joint_template();
    squares += 0.01 * (rest.row(i) - rest.row(model->parents()[i])).squaredNorm();
  }
  EXPECT_NEAR(BetasOfScales(*model, scales, {0.5})[0], 2.5 * squares / (squares + 0.25), 1e-9);

  Rng rng(4);
  BodyParameters segments = RandomParameters(*model, &rng);
  segments.betas.setZero();
  const SegmentsAsBody body = AsParametricBody(*model, segments, scales, {1e-9});
  EXPECT_LT(body.moved_m.maxCoeff(), 1e-9);
  EXPECT_EQ(body.parameters.body_pose, segments.body_pose);
  EXPECT_EQ(body.parameters.global_orient, segments.global_orient);
  // The pelvis stays although betas move it in the body's own axes.
  const Eigen::RowVector3d pelvis = segments.transl.transpose() + model->joint_template().row(0);
  EXPECT_LT((body.joints.row(0) - pelvis).norm(), 1e-12);
  EXPECT_GT((body.parameters.transl - segments.transl).norm(), 1e-3);
  EXPECT_LT((PoseMesh(*model, body.parameters).joints - body.joints).norm(), 1e-9);
}

TEST(SegmentShape, ScalesOfOneAreTheTemplate) {
  const auto model = Mannequin();
  Rng rng(5);
  BodyParameters segments = RandomParameters(*model, &rng);
  segments.betas.setZero();
  const SegmentsAsBody body = AsParametricBody(*model, segments, Eigen::VectorXd::Ones(model->num_joints()));
  EXPECT_TRUE(body.parameters.betas.isZero(1e-12));
  EXPECT_LT((body.parameters.transl - segments.transl).norm(), 1e-12);
  EXPECT_LT(body.moved_m.maxCoeff(), 1e-12);
}

// Shapes whose proportions scales can only come close to: the body is far nearer to them than the template.
TEST(SegmentShape, KnownBetasComeBackAsFarAsBonesTell) {
  const auto model = Mannequin();
  Rng rng(6);
  double with_betas_m = 0, template_m = 0;
  for (int person = 0; person < 20; ++person) {
    BodyParameters truth = RandomParameters(*model, &rng);
    const Eigen::VectorXd scales = ScalesOfBones(*model, truth.betas);
    BodyParameters segments = truth;
    segments.betas.setZero();
    segments.transl += (RestJoints(*model, truth.betas) - model->joint_template()).row(0).transpose();
    const MatrixX3d joints = PoseMesh(*model, truth).joints;
    const SegmentsAsBody body = AsParametricBody(*model, segments, scales);
    with_betas_m += (body.joints - joints).rowwise().norm().mean() / 20;
    template_m += (PoseMesh(*model, segments).joints - joints).rowwise().norm().mean() / 20;
  }
  EXPECT_LT(with_betas_m, 0.5 * template_m) << template_m;
}

TEST(SegmentShape, ExtremeScalesStayFinite) {
  const auto model = Mannequin();
  for (const double scale : {1e-9, 1e9}) {
    for (int j = 0; j < model->num_joints(); ++j) {
      Eigen::VectorXd scales = Eigen::VectorXd::Ones(model->num_joints());
      scales[j] = scale;
      const SegmentsAsBody body = AsParametricBody(*model, BodyParameters::Zero(*model), scales);
      EXPECT_TRUE(body.parameters.betas.allFinite() && body.joints.allFinite()) << j;
      // Joints without children move no bone.
      if (model->Descendants(j).empty()) {
        EXPECT_TRUE(body.parameters.betas.isZero());
      }
    }
  }
}

TEST(SegmentShape, WrongSizesAreDefects) {
  const auto model = MakeTestBody();
  const Eigen::VectorXd one = Eigen::VectorXd::Ones(3);
  EXPECT_THROW(BetasOfScales(*model, one), ContractError);
  EXPECT_THROW(BetasOfScales(*model, Eigen::VectorXd::Ones(model->num_joints()), {0}), ContractError);
  EXPECT_THROW(AsParametricBody(*model, BodyParameters::Zero(*MakeTestBody(1, 60, {-1, 0, 1})), one),
               ContractError);
}

}  // namespace
}  // namespace vitruvius::segment_shape_test
