#include "models/body/body_evaluator.h"

#include <gtest/gtest.h>

#include "models/math/so3.h"
#include "models/util/check.h"
#include "tests/util/test_body.h"

namespace vitruvius::body_evaluator_test {
namespace {

// Double rounding over a 24-joint chain.
constexpr double kExact = 1e-12;
// Central differences with a 1e-6 step: truncation 1e-12, rounding 1e-10, times lever arms of a few metres.
constexpr double kNumeric = 1e-7;

PointSet MixedPoints(const BodyModel& model) {
  PointSet set = PointSet::AllJoints(model);
  set.AddVertex(3).AddVertex(17).AddBarycentric({5, 6, 7}, {0.2, 0.3, 0.5});
  set.AddRegressorRow(model.joint_regressor(), 4).AddVertex(3);
  return set;
}

// Plain textbook evaluation with dense matrices, written apart from the evaluator.
MatrixX3d TextbookVertices(const BodyModel& model, const BodyParameters& p, MatrixX3d* joints_out) {
  const int num_joints = model.num_joints(), num_vertices = model.num_vertices();
  const Eigen::VectorXd flat = model.shapedirs() * p.betas;
  MatrixX3d shaped = model.v_template();
  for (int v = 0; v < num_vertices; ++v) shaped.row(v) += flat.segment<3>(3 * v).transpose();
  const MatrixX3d rest = model.joint_regressor() * shaped;
  Eigen::VectorXd feature(9 * (num_joints - 1));
  std::vector<Eigen::Matrix4d> world(num_joints);
  for (int j = 0; j < num_joints; ++j) {
    const Vector3d w = j == 0 ? p.global_orient : Vector3d(p.body_pose.segment<3>(3 * (j - 1)));
    const double angle = w.norm();
    const Matrix3d r =
        angle > 0 ? Eigen::AngleAxisd(angle, w / angle).toRotationMatrix() : Matrix3d(Matrix3d::Identity());
    if (j > 0) {
      for (int row = 0; row < 3; ++row) {
        for (int col = 0; col < 3; ++col) feature[9 * (j - 1) + 3 * row + col] = r(row, col) - (row == col);
      }
    }
    Eigen::Matrix4d local = Eigen::Matrix4d::Identity();
    local.topLeftCorner<3, 3>() = r;
    const int parent = model.parents()[j];
    local.topRightCorner<3, 1>() = rest.row(j).transpose();
    if (parent >= 0) local.topRightCorner<3, 1>() -= rest.row(parent).transpose();
    world[j] = parent < 0 ? local : Eigen::Matrix4d(world[parent] * local);
  }
  joints_out->resize(num_joints, 3);
  for (int j = 0; j < num_joints; ++j) {
    joints_out->row(j) = world[j].topRightCorner<3, 1>().transpose() + p.transl.transpose();
  }
  const Eigen::VectorXd blend = model.posedirs().cast<double>() * feature;
  MatrixX3d result(num_vertices, 3);
  for (int v = 0; v < num_vertices; ++v) {
    Vector3d sum = Vector3d::Zero();
    for (SparseRowMatrixd::InnerIterator it(model.weights(), v); it; ++it) {
      const Eigen::Matrix4d& g = world[it.col()];
      const Vector3d local =
          shaped.row(v).transpose() + blend.segment<3>(3 * v) - rest.row(it.col()).transpose();
      sum += it.value() * (g.topLeftCorner<3, 3>() * local + g.topRightCorner<3, 1>());
    }
    result.row(v) = sum + p.transl;
  }
  return result;
}

TEST(BodyEvaluator, MatchesTextbookFormula) {
  const auto model = MakeTestBody();
  Rng rng(7);
  for (int trial = 0; trial < 5; ++trial) {
    const BodyParameters p = RandomParameters(*model, &rng);
    MatrixX3d joints;
    const MatrixX3d vertices = TextbookVertices(*model, p, &joints);
    const BodyMesh mesh = PoseMesh(*model, p);
    EXPECT_LT((mesh.vertices - vertices).cwiseAbs().maxCoeff(), kExact * 100);
    EXPECT_LT((mesh.joints - joints).cwiseAbs().maxCoeff(), kExact * 100);
  }
}

TEST(BodyEvaluator, RestPoseIsTheTemplateAndItsRegressedJoints) {
  const auto model = MakeTestBody();
  const BodyMesh mesh = PoseMesh(*model, BodyParameters::Zero(*model));
  EXPECT_LT((mesh.vertices - model->v_template()).cwiseAbs().maxCoeff(), kExact);
  EXPECT_LT((mesh.joints - model->joint_regressor() * model->v_template()).cwiseAbs().maxCoeff(), kExact);
}

TEST(BodyEvaluator, BetasAloneMoveVerticesByTheShapeDirections) {
  const auto model = MakeTestBody();
  BodyParameters p = BodyParameters::Zero(*model);
  p.betas[3] = 2;
  const BodyMesh mesh = PoseMesh(*model, p);
  for (int v = 0; v < model->num_vertices(); ++v) {
    for (int axis = 0; axis < 3; ++axis) {
      EXPECT_NEAR(mesh.vertices(v, axis),
                  model->v_template()(v, axis) + 2 * model->shapedirs()(3 * v + axis, 3), kExact);
    }
  }
}

TEST(BodyEvaluator, RootRotationIsRigidAboutThePelvis) {
  const auto model = MakeTestBody();
  BodyParameters p = BodyParameters::Zero(*model);
  p.global_orient << 0.3, -1.1, 0.4;
  const BodyMesh mesh = PoseMesh(*model, p);
  const Vector3d pelvis = model->joint_template().row(0);
  const Matrix3d r = ExpSO3(p.global_orient);
  for (int v = 0; v < model->num_vertices(); ++v) {
    const Vector3d expected = r * (model->v_template().row(v).transpose() - pelvis) + pelvis;
    EXPECT_LT((mesh.vertices.row(v).transpose() - expected).norm(), kExact * 10);
  }
}

TEST(BodyEvaluator, AFullTurnMoreIsTheSameMesh) {
  const auto model = MakeTestBody();
  Rng rng(3);
  BodyParameters p = RandomParameters(*model, &rng);
  BodyParameters q = p;
  for (int k = 0; k < model->num_body_joints(); ++k) {
    const Vector3d w = p.body_pose.segment<3>(3 * k);
    q.body_pose.segment<3>(3 * k) = w * (1 - 2 * EIGEN_PI / w.norm());
  }
  EXPECT_LT((PoseMesh(*model, p).vertices - PoseMesh(*model, q).vertices).cwiseAbs().maxCoeff(), 1e-11);
}

void CheckJacobian(const std::shared_ptr<const BodyModel>& model, const BodyParameters& p) {
  BodyEvaluator evaluator(model, MixedPoints(*model));
  evaluator.Evaluate(p, true);
  const RowMatrixXd analytic = evaluator.jacobian();
  ASSERT_EQ(analytic.cols(), model->num_parameters());
  constexpr double kStep = 1e-6;
  for (int column = 0; column < analytic.cols(); ++column) {
    MatrixX3d side[2];
    for (int s = 0; s < 2; ++s) {
      BodyParameters moved = p;
      const double step = s == 0 ? -kStep : kStep;
      const int pose_end = 3 * model->num_joints(), shape_end = pose_end + model->num_betas();
      if (column < 3) {
        moved.global_orient[column] += step;
      } else if (column < pose_end) {
        moved.body_pose[column - 3] += step;
      } else if (column < shape_end) {
        moved.betas[column - pose_end] += step;
      } else {
        moved.transl[column - shape_end] += step;
      }
      evaluator.Evaluate(moved, false);
      side[s] = evaluator.points();
    }
    const MatrixX3d numeric = (side[1] - side[0]) / (2 * kStep);
    for (int i = 0; i < evaluator.num_points(); ++i) {
      for (int axis = 0; axis < 3; ++axis) {
        ASSERT_NEAR(analytic(3 * i + axis, column), numeric(i, axis), kNumeric)
            << "point " << i << " axis " << axis << " column " << column;
      }
    }
  }
}

TEST(BodyEvaluator, JacobianAtRandomPoses) {
  const auto model = MakeTestBody();
  Rng rng(11);
  for (int trial = 0; trial < 3; ++trial) CheckJacobian(model, RandomParameters(*model, &rng));
}

TEST(BodyEvaluator, JacobianAtIdentityBesideItAndNearPi) {
  const auto model = MakeTestBody();
  CheckJacobian(model, BodyParameters::Zero(*model));
  Rng rng(5);
  CheckJacobian(model, RandomParameters(*model, &rng, 1e-8));
  BodyParameters near_pi = RandomParameters(*model, &rng);
  for (int k = 0; k < model->num_body_joints(); ++k) {
    near_pi.body_pose.segment<3>(3 * k) *= (EIGEN_PI - 1e-5) / near_pi.body_pose.segment<3>(3 * k).norm();
  }
  CheckJacobian(model, near_pi);
}

TEST(BodyEvaluator, AnyNumberOfJointsAndBetas) {
  std::vector<int> chain(55);
  for (int j = 0; j < 55; ++j) chain[j] = j == 0 ? -1 : (j - 1) / 2;
  Rng rng(2);
  const auto large = MakeTestBody(4, 80, chain, 20);
  CheckJacobian(large, RandomParameters(*large, &rng, 0.2));
  const auto shapeless = MakeTestBody(4, 20, {-1, 0, 1, 0, 2}, 0);
  CheckJacobian(shapeless, RandomParameters(*shapeless, &rng));
}

TEST(BodyEvaluator, RefusesPointsTheBodyDoesNotHave) {
  const auto model = MakeTestBody();
  EXPECT_THROW(BodyEvaluator(model, PointSet().AddJoint(24)), ContractError);
  EXPECT_THROW(BodyEvaluator(model, PointSet().AddVertex(60)), ContractError);
}

}  // namespace
}  // namespace vitruvius::body_evaluator_test
