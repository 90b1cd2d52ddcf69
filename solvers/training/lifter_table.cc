#include "solvers/training/lifter_table.h"

#include <cmath>

#include "models/math/angles.h"
#include "models/networks/parameters.h"
#include "models/util/check.h"

namespace vitruvius {

void LifterTable::Check(std::int64_t joints) const {
  VT_CHECK_EQ(keypoints.dim(), 3);
  VT_CHECK_GT(size(), 0);
  VT_CHECK_EQ(keypoints.size(1), joints);
  VT_CHECK_EQ(keypoints.size(2), 2);
  VT_CHECK(keypoints.isfinite().all().item<bool>());
  VT_CHECK_EQ(rows.size(), size());
  if (registered.defined()) VT_CHECK(registered.sizes() == at::IntArrayRef({size(), joints, 3}));
  if (depths.defined()) VT_CHECK(depths.sizes() == at::IntArrayRef({size(), joints}));
}

LifterTable LifterTable::Take(const at::Tensor& chosen) const {
  const at::Tensor here = chosen.to(keypoints.device());
  LifterTable taken(keypoints.index_select(0, here));
  if (registered.defined()) taken.registered = registered.index_select(0, here);
  if (depths.defined()) taken.depths = depths.index_select(0, here);
  return taken;
}

LifterTable LifterTable::To(at::Device device) const {
  LifterTable moved = *this;
  for (at::Tensor* tensor : {&moved.keypoints, &moved.registered, &moved.depths}) {
    if (tensor->defined()) *tensor = tensor->to(device);
  }
  return moved;
}

at::Tensor BodyKeypoints(std::shared_ptr<const BodyModel> body, const KeypointSet& set,
                         const RowMatrixXd& poses) {
  const KeypointBinding binding = BindKeypoints(set, *body);
  const int count = set.size();
  if (static_cast<int>(binding.keypoint_of_point.size()) != count) {
    std::vector<bool> has(count, false);
    for (const int keypoint : binding.keypoint_of_point) has[keypoint] = true;
    for (int k = 0; k < count; ++k) {
      if (!has[k]) throw InputError(StrCat("the body has no ", set.points[k].name, " of ", set.name));
    }
  }
  BodyParameters parameters = BodyParameters::Zero(*body);
  const Eigen::Index used = std::min(poses.cols(), parameters.body_pose.size());
  BodyEvaluator evaluator(std::move(body), binding.points);
  at::Tensor points = at::empty({poses.rows(), count, 3}, at::kFloat);
  for (Eigen::Index row = 0; row < poses.rows(); ++row) {
    parameters.body_pose.head(used) = poses.row(row).head(used);
    evaluator.Evaluate(parameters, false);
    float* out = points.data_ptr<float>() + 3 * count * row;
    for (int i = 0; i < count; ++i) {
      for (int axis = 0; axis < 3; ++axis) {
        out[3 * binding.keypoint_of_point[i] + axis] = static_cast<float>(evaluator.points()(i, axis));
      }
    }
  }
  return points;
}

LifterSkeleton SkeletonOf(const std::shared_ptr<const BodyModel>& body, const KeypointSet& set) {
  const RowMatrixXd rest = RowMatrixXd::Zero(1, 3 * (body->num_joints() - 1));
  const at::Tensor points = BodyKeypoints(body, set, rest).to(at::kDouble).contiguous();
  std::vector<std::string> names;
  for (const KeypointSet::Point& point : set.points) names.push_back(point.name);
  const Eigen::Map<const MatrixX3d> average(points.data_ptr<double>(), set.size(), 3);
  return MakeLifterSkeleton(names, average);
}

void ProjectionOptions::Check() const {
  VT_CHECK_GT(samples, 0);
  VT_CHECK(pitch_deg >= 0 && roll_deg >= 0);
  VT_CHECK(low_px > 0 && high_px >= low_px);
  VT_CHECK_GE(image_px, 0);
}

LifterTable Project(const at::Tensor& points, const WeightedRows& rows, const ProjectionOptions& options) {
  options.Check();
  VT_CHECK_EQ(points.dim(), 3);
  VT_CHECK_EQ(points.size(0), rows.size());
  at::Generator random = SeededGenerator(options.seed, 0);
  const std::int64_t n = options.samples;
  const at::TensorOptions floats(at::kFloat);
  const at::Tensor chosen = points.index_select(0, rows.Draw(n, random));
  const at::Tensor yaw = at::rand({n, 1}, random, floats) * (2 * kPi);
  const at::Tensor pitch = at::randn({n, 1}, random, floats) * (options.pitch_deg * kRadPerDeg);
  const at::Tensor roll = at::randn({n, 1}, random, floats) * (options.roll_deg * kRadPerDeg);
  const at::Tensor size = (at::rand({n, 1}, random, floats) * std::log(options.high_px / options.low_px) +
                           std::log(options.low_px))
                              .exp();
  const at::Tensor place = at::rand({n, 1, 2}, random, floats) * options.image_px;
  // The body's y is up and its z forward; seen from the front, the camera's y is down and its z the other
  // way. Turned about the vertical first, then tilted towards the camera and in the image.
  const at::Tensor x = chosen.select(2, 0), y = -chosen.select(2, 1), z = -chosen.select(2, 2);
  const at::Tensor x1 = x * yaw.cos() + z * yaw.sin(), z1 = z * yaw.cos() - x * yaw.sin();
  const at::Tensor y2 = y * pitch.cos() - z1 * pitch.sin(), z2 = z1 * pitch.cos() + y * pitch.sin();
  const at::Tensor x3 = x1 * roll.cos() - y2 * roll.sin(), y3 = y2 * roll.cos() + x1 * roll.sin();
  LifterTable table((at::stack({x3, y3}, 2) * size.unsqueeze(2) + place).contiguous());
  table.depths = z2 * size;
  return table;
}

}  // namespace vitruvius
