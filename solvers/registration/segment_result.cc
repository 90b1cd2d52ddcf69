#include "solvers/registration/segment_result.h"

#include <vector>

#include "models/body/segment_shape.h"
#include "models/math/so3.h"
#include "models/metrics/pose_metrics.h"

namespace vitruvius {

FitResult BeginSegmentResult(const PersonObservation& person, const BodyModel& model) {
  FitResult result;
  result.id = person.id;
  result.parameters = BodyParameters::Zero(model);
  result.segment_scales = Eigen::VectorXd::Ones(model.num_joints());
  result.joints3d = MatrixX3d::Zero(model.num_joints(), 3);
  result.joints2d.setZero(model.num_joints(), 2);
  result.focal_source = "none";
  result.camera_source = camera_source::kNone;
  return result;
}

void SetResiduals(const SegmentView& view, const MatrixX3d& points, FitResult* result) {
  std::vector<double> residuals_px;
  for (size_t i = 0; i < view.targets.size(); ++i) {
    if (view.targets[i].weight <= 0) continue;
    const Eigen::Vector2d offset =
        points.row(static_cast<Eigen::Index>(i)).head<2>().transpose() - view.targets[i].position.head<2>();
    residuals_px.push_back(view.half_px * offset.norm());
  }
  result->residual_median = Median(residuals_px);
  result->residual_mean = Mean(residuals_px);
}

void AssembleSegments(const PersonObservation& person, const SegmentParameters& in_px,
                      const GivenFocal& focal, SegmentEvaluator* joints, FitResult* result) {
  RowMatrix3d rotation;
  if (!joints->Evaluate(in_px, false) || !OrthonormalColumns(in_px.rotation, &rotation)) {
    Refuse(*result, reason::kNoConvergence, "the rotation has no orthonormal columns");
    return;
  }
  result->usable = true;
  result->parameters.body_pose = in_px.angles;
  result->segment_scales = in_px.scales;
  result->weak_camera_px = in_px.camera;
  result->joints2d = joints->points().leftCols<2>();
  // Where a pinhole camera would see the pelvis at the same size.
  const ChosenCamera chosen = ChooseCamera(person, focal);
  const PerspectiveCamera& camera = chosen.camera;
  result->focal_source = chosen.focal_source;
  result->camera_source = chosen.camera_source;
  result->focal_px = camera.focal_px;
  result->center_px = camera.center_px;
  const double depth = camera.focal_px.mean() / in_px.camera[0];
  result->parameters.transl = camera.CamFromImg(in_px.camera.tail<2>(), depth);
  for (Eigen::Index j = 0; j < result->joints3d.rows(); ++j) {
    result->joints3d.row(j) =
        (rotation * joints->in_body().row(j).transpose() + result->parameters.transl).transpose();
  }
  // A body turns about its pelvis, which is not its origin.
  result->parameters.transl -= joints->model().joint_template().row(0).transpose();
  if (!(rotation.determinant() > 0)) {
    Refuse(*result, reason::kNoConvergence, "ended as a mirror image of a body");
    return;
  }
  result->parameters.global_orient = LogSO3(rotation);
  if (!result->joints3d.allFinite() || !(in_px.camera[0] > 0))
    Refuse(*result, reason::kNoConvergence, "the result is not finite, or turned inside out");
}

FitResult WithoutSegments(const BodyModel& model, const FitResult& result, double* moved_m) {
  if (moved_m != nullptr) *moved_m = 0;
  if (result.segment_scales.size() == 0) return result;
  const SegmentsAsBody body = AsParametricBody(model, result.parameters, result.segment_scales);
  FitResult parametric = result;
  parametric.parameters = body.parameters;
  parametric.joints3d = body.joints;
  parametric.segment_scales.resize(0);
  if (moved_m != nullptr) *moved_m = body.moved_m.mean();
  return parametric;
}

}  // namespace vitruvius
