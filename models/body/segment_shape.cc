#include "models/body/segment_shape.h"

#include "models/body/skeleton.h"
#include "models/math/decompositions.h"
#include "models/math/products.h"
#include "models/util/check.h"

namespace vitruvius {

void SegmentShapeOptions::Check() const { VT_CHECK_GT(bone_noise_m, 0); }

MatrixX3d ScaledRestJoints(const BodyModel& model, const Eigen::VectorXd& scales) {
  VT_CHECK_EQ(scales.size(), model.num_joints());
  const MatrixX3d& rest = model.joint_template();
  MatrixX3d joints = rest;
  for (int i = 1; i < model.num_joints(); ++i) {
    const int parent = model.parents()[static_cast<size_t>(i)];
    joints.row(i) = joints.row(parent) + scales[parent] * (rest.row(i) - rest.row(parent));
  }
  return joints;
}

Eigen::VectorXd BetasOfScales(const BodyModel& model, const Eigen::VectorXd& scales,
                              const SegmentShapeOptions& options) {
  options.Check();
  const MatrixX3d grown = ScaledRestJoints(model, scales) - model.joint_template();
  const RowMatrixXd& shape = model.joint_shapedirs();
  RowMatrixXd directions(3 * model.num_body_joints(), model.num_betas());
  Eigen::VectorXd differences(directions.rows());
  for (int i = 1; i < model.num_joints(); ++i) {
    const int parent = model.parents()[static_cast<size_t>(i)];
    directions.middleRows<3>(3 * (i - 1)) = shape.middleRows<3>(3 * i) - shape.middleRows<3>(3 * parent);
    differences.segment<3>(3 * (i - 1)) = grown.row(i) - grown.row(parent);
  }
  Eigen::MatrixXd normal = TransposedProduct(directions, directions);
  normal.diagonal().array() += options.bone_noise_m * options.bone_noise_m;
  return SolveLdlt<Eigen::Dynamic>(normal, directions.transpose() * differences);
}

SegmentsAsBody AsParametricBody(const BodyModel& model, const BodyParameters& segments,
                                const Eigen::VectorXd& scales, const SegmentShapeOptions& options) {
  VT_CHECK_EQ(segments.body_pose.size(), 3 * model.num_body_joints());
  SegmentsAsBody body;
  body.parameters = segments;
  body.parameters.betas = BetasOfScales(model, scales, options);
  const MatrixX3d rest = RestJoints(model, body.parameters.betas);
  // A body turns about its pelvis, which betas move.
  body.parameters.transl += (model.joint_template().row(0) - rest.row(0)).transpose();
  body.joints = PoseSkeleton(model, rest, body.parameters).positions;
  const MatrixX3d before = PoseSkeleton(model, ScaledRestJoints(model, scales), segments).positions;
  body.moved_m = (body.joints - before).rowwise().norm();
  return body;
}

}  // namespace vitruvius
