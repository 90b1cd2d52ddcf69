// STAR's pose blend shapes against their formula written out, and their derivatives against differences.
#include <cmath>

#include <gtest/gtest.h>

#include "models/body/body_evaluator.h"
#include "models/math/so3.h"
#include "tests/util/test_body.h"

namespace vitruvius::star_body_test {
namespace {

std::shared_ptr<const BodyModel> MakeStar() {
  BodyModelData data = MakeTestBody()->data();
  Rng rng(7);
  const int columns = 4 * 23 + 1;
  data.posedirs = RowMatrixXf::NullaryExpr(data.v_template.rows() * 3, columns,
                                           [&] { return static_cast<float>(0.05 * rng.Normal()); });
  return BodyModel::Create(std::move(data));
}

BodyParameters Zeroed(BodyParameters p, bool pose) {
  if (pose) {
    p.global_orient.setZero();
    p.body_pose.setZero();
  } else {
    p.betas.setZero();
  }
  return p;
}

TEST(StarBody, VerticesFollowTheFormula) {
  const auto star = MakeStar();
  EXPECT_EQ(star->pose_feature(), PoseFeature::kQuaternion);
  EXPECT_EQ(MakeTestBody()->pose_feature(), PoseFeature::kRotation);
  Rng rng(3);
  const BodyParameters p = RandomParameters(*star, &rng, 1.0);
  const BodyMesh mesh = PoseMesh(*star, p);

  // The same body without blend shapes, whose template is the blended one, but with the joints left alone.
  Eigen::VectorXd feature(93);
  for (int j = 0; j < 23; ++j) {
    const Vector3d w = p.body_pose.segment<3>(3 * j);
    const double angle = w.norm();
    feature.segment<3>(4 * j) = std::sin(angle / 2) * w / angle;
    feature[4 * j + 3] = std::cos(angle / 2) - 1;
  }
  feature[92] = p.betas[1];
  BodyModelData data = star->data();
  const Eigen::VectorXd offsets = data.posedirs.cast<double>() * feature;
  const Eigen::VectorXd shape = data.shapedirs * p.betas;
  MatrixX3d v_shaped = data.v_template;
  Eigen::Map<Eigen::VectorXd>(v_shaped.data(), v_shaped.size()) += shape;
  const MatrixX3d joints = data.joint_regressor * v_shaped;
  MatrixX3d v_posed = v_shaped;
  Eigen::Map<Eigen::VectorXd>(v_posed.data(), v_posed.size()) += offsets;
  std::vector<Matrix3d> world(24);
  std::vector<Vector3d> place(24);
  for (int j = 0; j < 24; ++j) {
    const Matrix3d local = ExpSO3(j == 0 ? p.global_orient : Vector3d(p.body_pose.segment<3>(3 * (j - 1))));
    const Vector3d rest = joints.row(j);
    const int parent = data.parents[j];
    world[j] = j == 0 ? local : world[parent] * local;
    place[j] =
        j == 0 ? rest : place[parent] + world[parent] * (rest - Vector3d(joints.row(parent).transpose()));
  }
  for (int v = 0; v < star->num_vertices(); ++v) {
    Vector3d expected = p.transl;
    for (SparseRowMatrixd::InnerIterator it(data.weights, v); it; ++it) {
      const auto j = static_cast<size_t>(it.col());
      const Vector3d arm = (v_posed.row(v) - joints.row(it.col())).transpose();
      expected += it.value() * (world[j] * arm + place[j]);
    }
    // Rounding of sums of a few dozen terms of size one.
    EXPECT_LT((mesh.vertices.row(v).transpose() - expected).norm(), 1e-12) << v;
  }
}

TEST(StarBody, JacobianMatchesDifferences) {
  const auto star = MakeStar();
  PointSet points = PointSet::AllVertices(*star);
  for (int j = 0; j < 24; ++j) points.AddJoint(j);
  BodyEvaluator evaluator(star, points);
  Rng rng(5);
  // At random, at rest (where the series are used) and near it, and without betas.
  const BodyParameters random = RandomParameters(*star, &rng, 0.8);
  BodyParameters near_rest = Zeroed(random, true);
  near_rest.body_pose.setConstant(1e-8);
  for (const BodyParameters& at : {random, Zeroed(random, true), near_rest, Zeroed(random, false)}) {
    evaluator.Evaluate(at, true);
    const RowMatrixXd analytic = evaluator.jacobian();
    constexpr double kStep = 1e-6;
    for (int column = 0; column < star->num_parameters(); ++column) {
      const auto moved = [&](double step) {
        BodyParameters p = at;
        const int pose = 3 * star->num_joints();
        double& x = column < 3                          ? p.global_orient[column]
                    : column < pose                     ? p.body_pose[column - 3]
                    : column < pose + star->num_betas() ? p.betas[column - pose]
                                                        : p.transl[column - pose - star->num_betas()];
        x += step;
        evaluator.Evaluate(p, false);
        return Eigen::VectorXd(
            Eigen::Map<const Eigen::VectorXd>(evaluator.points().data(), evaluator.points().size()));
      };
      const Eigen::VectorXd numeric = (moved(kStep) - moved(-kStep)) / (2 * kStep);
      // Second-order error of central differences, and rounding of 1e-16 / 1e-6.
      EXPECT_LT((analytic.col(column) - numeric).cwiseAbs().maxCoeff(), 1e-7) << column;
    }
  }
}

TEST(StarBody, QuaternionIsExactNearZeroAndBeyondPi) {
  for (const double angle : {0.0, 1e-9, 9.9e-4, 1.1e-3, 1.0, 3.14, 4.0}) {
    const Vector3d axis = Vector3d(1, -2, 0.5).normalized();
    const Eigen::Vector4d q = QuaternionMinusIdentity(angle * axis);
    EXPECT_LT((q.head<3>() - std::sin(angle / 2) * axis).norm(), 1e-15) << angle;
    EXPECT_NEAR(q[3], std::cos(angle / 2) - 1, 1e-15) << angle;
    const Eigen::Quaterniond whole(1 + q[3], q[0], q[1], q[2]);
    EXPECT_LT((whole.toRotationMatrix() - ExpSO3(angle * axis)).norm(), 1e-14) << angle;
  }
}

}  // namespace
}  // namespace vitruvius::star_body_test
