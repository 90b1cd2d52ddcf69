#include "data/datasets/synthetic_keypoints.h"

#include <algorithm>
#include <cmath>

#include "models/body/skeleton.h"
#include "models/body/surface_sampling.h"
#include "models/camera/camera.h"
#include "models/math/angles.h"
#include "models/math/so3.h"
#include "models/metrics/posture.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius {

void SyntheticOptions::Check() const {
  VT_CHECK_GE(noise_px, 0.0);
  VT_CHECK_GE(noise_m, 0.0);
  VT_CHECK_GE(shape_std, 0.0);
  VT_CHECK_GT(focal_px, 0.0);
  VT_CHECK_GT(nearest_m, 0.5);
  VT_CHECK_GE(farthest_m, nearest_m);
  VT_CHECK_GE(stride, 1);
  VT_CHECK_GE(surface_points, 0);
}

namespace {

// The motion's pose in its world, at the origin.
BodyParameters PosedAs(const BodyModel& model, const Motion& motion, int frame,
                       const std::vector<int>& joint_of_body) {
  BodyParameters posed = BodyParameters::Zero(model);
  posed.global_orient = LogSO3(ExpSO3(motion.Rotation(frame, 0)));
  for (int j = 1; j < model.num_joints(); ++j)
    posed.body_pose.segment<3>(3 * (j - 1)) = motion.Rotation(frame, joint_of_body[j]);
  return posed;
}

// The last points of the evaluator, from `first` on.
MatrixX3d JointsOf(const BodyParameters& posed, BodyEvaluator* evaluator, int first) {
  evaluator->Evaluate(posed, false);
  return evaluator->points().bottomRows(evaluator->num_points() - first);
}

}  // namespace

std::vector<SyntheticPerson> MakeSyntheticPeople(const std::shared_ptr<const BodyModel>& model,
                                                 const Motion& motion, const SyntheticOptions& options) {
  options.Check();
  VT_CHECK_GE(model->num_joints(), 24);
  const KeypointSet* set =
      options.set != nullptr ? options.set : FindKeypointSet(options.keypoints3d ? "smpl24" : "openpose25");
  const KeypointBinding binding = BindKeypoints(*set, *model);
  PointSet wanted = binding.points;
  for (int j = 0; j < model->num_joints(); ++j) wanted.AddJoint(j);
  BodyEvaluator evaluator(model, wanted);
  const int num_points = binding.points.size();
  const PerspectiveCamera camera = {Eigen::Vector2d::Constant(options.focal_px),
                                    {options.image_width / 2.0, options.image_height / 2.0}};
  const SurfaceSampler sampler(*model);
  const Motion resampled = Resample(motion, options.fps);
  const std::vector<int> joints = MotionJointsOf(*model);
  std::vector<SyntheticPerson> people;
  int kept_frames = 0;
  const auto person_at = [&](int frame, const double* yaw_deg) {
    SyntheticPerson person;
    PersonObservation& observation = person.observation;
    observation.id = StrCat(motion.name, "_", frame);
    observation.source = motion.name;
    observation.set = set;
    Rng rng(HashString(observation.id, options.seed));
    if (yaw_deg != nullptr) observation.id += StrCat("_", *yaw_deg);

    const BodyParameters in_world = PosedAs(*model, resampled, frame, joints);
    const double heading = HeadingRad(JointsOf(in_world, &evaluator, num_points));
    const double random_yaw = rng.Uniform(0, 2 * EIGEN_PI);
    const double yaw = yaw_deg != nullptr ? kRadPerDeg * *yaw_deg - heading : random_yaw;
    person.yaw_deg = kDegPerRad * std::remainder(yaw + heading, 2 * kPi);
    const double distance = rng.Uniform(options.nearest_m, options.farthest_m);
    const Matrix3d cam_from_world = ExpSO3({EIGEN_PI, 0, 0}) * ExpSO3({0, yaw, 0});
    person.truth = in_world;
    person.truth.global_orient = LogSO3(cam_from_world * ExpSO3(resampled.Rotation(frame, 0)));
    if (options.shape_std > 0) {
      constexpr double kMostBeta = 3;                                             // what a body is made for
      Rng shapes(HashString(StrCat(motion.name, "_", frame), options.seed + 1));  // at every yaw
      for (double& beta : person.truth.betas)
        beta = std::clamp(options.shape_std * shapes.Normal(), -kMostBeta, kMostBeta);
    }
    person.truth.transl =
        Eigen::Vector3d(0, 0, distance) - RestJoints(*model, person.truth.betas).row(0).transpose();
    evaluator.Evaluate(person.truth, false);
    person.joints3d = evaluator.points().bottomRows(model->num_joints());
    if (options.keypoints3d) {
      observation.keypoints3d.setZero(set->size(), 4);
      for (int i = 0; i < num_points; ++i) {
        auto row = observation.keypoints3d.row(binding.keypoint_of_point[i]);
        for (int axis = 0; axis < 3; ++axis)
          row[axis] = evaluator.points()(i, axis) + options.noise_m * rng.Normal();
        row[3] = 1;
      }
    } else {
      const auto see = [&](const Eigen::Vector3d& point) {
        Eigen::Vector2d seen = options.weak_perspective ? camera.WeakImgFromCam<double>(point, distance)
                                                        : camera.ImgFromCam<double>(point);
        for (int axis = 0; axis < 2; ++axis) seen[axis] += options.noise_px * rng.Normal();
        return seen;
      };
      observation.keypoints2d.setZero(set->size(), 3);
      for (int i = 0; i < num_points; ++i) {
        auto row = observation.keypoints2d.row(binding.keypoint_of_point[i]);
        row.head<2>() = see(evaluator.points().row(i));
        row[2] = 1;
      }
      const MatrixX3d vertices =
          options.surface_points > 0 ? PoseMesh(*model, person.truth).vertices : MatrixX3d();
      for (int i = 0; i < options.surface_points; ++i) {
        const SurfacePlace place = sampler.Draw(&rng);
        DensePoint point;
        point.face = place.face;
        point.bary = place.bary;
        point.image_px = see(PositionOf(place, *model, vertices));
        observation.dense.push_back(point);
      }
      observation.image_width = options.image_width;
      observation.image_height = options.image_height;
      observation.focal_px = camera.focal_px;
      observation.center_px = camera.center_px;
    }
    return person;
  };
  for (int frame = 0; frame < resampled.num_frames(); ++frame) {
    if (!resampled.valid[frame]) continue;
    if (options.keep &&
        !options.keep(JointsOf(PosedAs(*model, resampled, frame, joints), &evaluator, num_points)))
      continue;
    if (kept_frames++ % options.stride != 0) continue;
    if (options.yaws_deg.empty()) people.push_back(person_at(frame, nullptr));
    for (const double yaw : options.yaws_deg) people.push_back(person_at(frame, &yaw));
  }
  return people;
}

}  // namespace vitruvius
