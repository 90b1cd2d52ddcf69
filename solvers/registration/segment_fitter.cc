#include "solvers/registration/segment_fitter.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "models/math/so3.h"
#include "models/util/check.h"
#include "solvers/registration/segment_result.h"
#include "solvers/registration/segment_uncertainty.h"
#include "solvers/registration/starts.h"

namespace vitruvius {
namespace {

// Scale and shift that bring points of scale 1 and shift 0 closest to targets.
void PlaceInImage(const std::vector<PlanarTarget>& targets, const MatrixX3d& points,
                  Eigen::Vector3d* camera) {
  double total = 0;
  Eigen::Vector2d mean = Eigen::Vector2d::Zero(), image_mean = mean;
  const auto weight2 = [&](size_t i) { return targets[i].weight * targets[i].weight; };
  for (size_t i = 0; i < targets.size(); ++i) {
    total += weight2(i);
    mean += weight2(i) * points.row(static_cast<Eigen::Index>(i)).head<2>().transpose();
    image_mean += weight2(i) * targets[i].position.head<2>();
  }
  mean /= total;
  image_mean /= total;
  double spread = 0, image_spread = 0, common = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    const Eigen::Vector2d p = points.row(static_cast<Eigen::Index>(i)).head<2>().transpose() - mean,
                          q = targets[i].position.head<2>() - image_mean;
    spread += weight2(i) * p.squaredNorm();
    image_spread += weight2(i) * q.squaredNorm();
    common += weight2(i) * p.dot(q);
  }
  if (!(spread > 0)) return;
  // Seen from the wrong side the best scale is small or even negative: the spread tells it then.
  constexpr double kLeast = 0.5;
  const double by_spread = std::sqrt(image_spread / spread);
  (*camera)[0] = std::max(common / spread, kLeast * by_spread);
  camera->tail<2>() = image_mean - (*camera)[0] * mean;
}

}  // namespace

SegmentFitter::SegmentFitter(std::shared_ptr<const BodyModel> model, Recipe recipe, const FitOptions& options)
    : model_(std::move(model)),
      recipe_(std::move(recipe)),
      options_(options),
      joints_(model_, PointSet::AllJoints(*model_)) {
  options_.Check();
  recipe_.Check();
  VT_CHECK(recipe_.body == Recipe::Body::kSegments);
  for (const std::vector<RecipeStage>* stages : {&recipe_.camera_stages, &recipe_.stages}) {
    for (const RecipeStage& stage : *stages)
      with_bones_ = with_bones_ || stage.weights.bone_symmetry > 0 || stage.weights.bone_ratio > 0;
  }
}

SegmentParameters SegmentFitter::ParametersOf(const FitResult& result) {
  SegmentParameters parameters;
  parameters.angles = result.parameters.body_pose;
  parameters.scales = result.segment_scales;
  parameters.rotation = ExpSO3(result.parameters.global_orient);
  parameters.camera = result.weak_camera_px;
  return parameters;
}

std::vector<SegmentFitter::Start> SegmentFitter::MakeStarts(const SegmentView& view,
                                                            SegmentProblem* problem) const {
  const StartOptions& options = options_.starts == 1 ? recipe_.starts : recipe_.many_starts;
  std::vector<Start> starts;
  for (int yaw = 0; yaw < options.yaws; ++yaw) {
    Start start;
    start.number = yaw;
    start.parameters = SegmentParameters::Rest(*model_);
    start.parameters.rotation = ExpSO3(UprightOrient(view.roll, 2 * EIGEN_PI * yaw / options.yaws));
    problem->SetParameters(start.parameters);
    PlaceInImage(view.targets, problem->Points(), &start.parameters.camera);
    starts.push_back(std::move(start));
  }
  return starts;
}

void SegmentFitter::RunStage(const RecipeStage& stage, SegmentProblem* problem, std::vector<Start>* starts,
                             FitResult* result) const {
  for (Start& start : *starts) {
    problem->SetParameters(start.parameters);
    const SolveSummary summary = problem->Solve(stage, options_.solver);
    result->num_iterations += summary.iterations;
    start.parameters = problem->parameters();
    start.cost = summary.termination == SolveSummary::kFailure ? std::numeric_limits<double>::infinity()
                                                               : summary.final_cost;
  }
  std::sort(starts->begin(), starts->end(), [](const Start& a, const Start& b) {
    return a.cost != b.cost ? a.cost < b.cost : a.number < b.number;
  });
  const auto failed = [](const Start& start) { return !std::isfinite(start.cost); };
  starts->erase(std::remove_if(starts->begin(), starts->end(), failed), starts->end());
  if (stage.keep > 0 && starts->size() > static_cast<size_t>(stage.keep)) starts->resize(stage.keep);
}

FitResult SegmentFitter::Fit(const PersonObservation& person, const std::vector<SegmentParameters>& given) {
  const auto begin = std::chrono::steady_clock::now();
  FitResult result = BeginSegmentResult(person, *model_);
  if (!person.reason.empty()) return Refuse(result, person.reason.c_str(), person.detail);

  const SegmentView view = ViewOf(person, *model_, recipe_, options_.surface);
  if (!view.reason.empty()) return Refuse(result, view.reason.c_str(), view.detail);
  result.num_keypoints = view.num_seen;
  SegmentProblem problem(model_, view.points, view.targets, view.torso, recipe_.mean_data, with_bones_);

  std::vector<Start> starts;
  if (given.empty()) {
    starts = MakeStarts(view, &problem);
    result.num_starts = static_cast<int>(starts.size());
    for (const RecipeStage& stage : recipe_.camera_stages) RunStage(stage, &problem, &starts, &result);
  } else {
    for (const SegmentParameters& parameters : given) {
      Start start{parameters, static_cast<int>(starts.size()), 0};
      Eigen::Vector3d& camera = start.parameters.camera;
      camera.tail<2>() -= view.center_px;
      camera /= view.half_px;
      starts.push_back(std::move(start));
    }
    result.num_starts = static_cast<int>(given.size());
  }
  for (const RecipeStage& stage : recipe_.stages) RunStage(stage, &problem, &starts, &result);
  if (starts.empty())
    return Refuse(result, reason::kNoConvergence, "the objective could not be evaluated from any start");
  result.winning_start = starts[0].number;
  result.cost = starts[0].cost;
  problem.SetParameters(starts[0].parameters);
  problem.Begin(recipe_.stages.back());
  result.terms = problem.TermCosts();
  SetResiduals(view, problem.Points(), &result);
  SegmentParameters in_px = starts[0].parameters;
  in_px.camera *= view.half_px;
  in_px.camera.tail<2>() += view.center_px;
  AssembleSegments(person, in_px, options_.focal.is_given() ? options_.focal : GivenFocal(recipe_.focal_px),
                   &joints_, &result);
  if (result.usable) result.joints_relative_std_m = JointDeviations(view.num_seen, &problem, &joints_);
  if (result.usable && result.residual_median > recipe_.max_median_residual * 2 * view.half_px) {
    Refuse(result, reason::kPoorFit,
           StrCat("median residual ", result.residual_median, " px, expected at most ",
                  recipe_.max_median_residual * 2 * view.half_px));
  }
  result.milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

namespace {

PointSet VerticesAndJoints(const BodyModel& model) {
  PointSet points = PointSet::AllVertices(model);
  for (int j = 0; j < model.num_joints(); ++j) points.AddJoint(j);
  return points;
}

}  // namespace

BodyMesh ResultMesh::Of(const FitResult& result) {
  const Eigen::Index vertices = model_->num_vertices(), joints = model_->num_joints();
  if (result.segment_scales.size() == 0) {
    if (!body_) body_.emplace(model_, VerticesAndJoints(*model_));
    body_->Evaluate(result.parameters, false);
    return {body_->points().topRows(vertices), body_->points().bottomRows(joints)};
  }
  if (!segments_) segments_.emplace(model_, VerticesAndJoints(*model_));
  VT_CHECK(segments_->Evaluate(SegmentFitter::ParametersOf(result), false));
  const Matrix3d rotation = ExpSO3(result.parameters.global_orient);
  const Eigen::RowVector3d pelvis = result.parameters.transl.transpose() + model_->joint_template().row(0);
  const MatrixX3d in_camera = (segments_->in_body() * rotation.transpose()).rowwise() + pelvis;
  return {in_camera.topRows(vertices), in_camera.bottomRows(joints)};
}

BodyMesh ResultMesh::InPicture(const FitResult& result) {
  BodyMesh mesh = Of(result);
  if (result.segment_scales.size() == 0) return mesh;
  const PerspectiveCamera camera = {result.focal_px, result.center_px};
  const Eigen::RowVector3d pelvis = mesh.joints.row(0);
  for (MatrixX3d* points : {&mesh.vertices, &mesh.joints}) {
    for (Eigen::Index i = 0; i < points->rows(); ++i) {
      const Eigen::Vector2d seen = result.weak_camera_px.tail<2>() +
                                   result.weak_camera_px[0] * (points->row(i) - pelvis).head<2>().transpose();
      points->row(i) = camera.CamFromImg(seen, (*points)(i, 2)).transpose();
    }
  }
  return mesh;
}

BodyMesh MeshOf(const std::shared_ptr<const BodyModel>& model, const FitResult& result) {
  return ResultMesh(model).Of(result);
}

BodyMesh PictureMeshOf(const std::shared_ptr<const BodyModel>& model, const FitResult& result) {
  return ResultMesh(model).InPicture(result);
}

}  // namespace vitruvius
