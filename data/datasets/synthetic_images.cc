#include "data/datasets/synthetic_images.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/datasets/backdrops.h"
#include "data/datasets/dressed_body.h"
#include "data/datasets/random_shapes.h"
#include "data/datasets/visible_surface.h"
#include "models/body/body_evaluator.h"
#include "models/camera/camera.h"
#include "models/math/so3.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius {
namespace {

// Nothing of a body comes nearer to the camera, m.
constexpr double kNearestM = 0.3;
// Of a person's pixels that must be left for occluders to stay.
constexpr double kLeastSeen = 0.4;
constexpr int kSmallestPicture = 16, kLargestPicture = 4096;

// Photographs have grain: up to kMostGrain levels, one sd.
constexpr double kMostGrain = 6;

StudioLight DrawLight(Rng* rng) {
  StudioLight light;
  const double tilt = rng->Uniform(-0.4, 0.4), turn = rng->Uniform(0, 2 * EIGEN_PI);
  light.studio_from_cam = (ExpSO3({tilt, 0, 0}) * ExpSO3({0, turn, 0})).cast<float>();
  const double hue = rng->Uniform(), saturation = rng->Uniform(0, 0.25);
  const auto strength = static_cast<float>(std::exp(rng->Uniform(-0.7, 0.4)));
  light.tint = strength * ColorOfHue(hue, saturation, 1);
  return light;
}

// Grain of the sum of four bytes, which is nearly normal: sd 147.8.
void AddGrain(double sd, Rng* rng, Image* image) {
  constexpr int kMean = 2 * 255;
  const int scale = static_cast<int>(65536 * sd / 147.8);
  for (Rgba& pixel : image->pixels) {
    std::uint64_t bits = rng->NextUint64();
    const auto level = [&](std::uint8_t value) {
      int sum = -kMean;
      const std::uint64_t own = bits;
      for (int shift = 0; shift < 32; shift += 8) sum += static_cast<int>(own >> shift & 255);
      bits = bits >> 16;
      return static_cast<std::uint8_t>(std::clamp(value + (sum * scale + 32768) / 65536, 0, 255));
    };
    pixel.r = level(pixel.r), pixel.g = level(pixel.g), pixel.b = level(pixel.b);
  }
}

}  // namespace

void SyntheticImageOptions::Check() const {
  VT_CHECK_GE(size_px, kSmallestPicture);
  VT_CHECK_LE(size_px, kLargestPicture);
  VT_CHECK(betas_sd >= 0 && std::isfinite(betas_sd));
  VT_CHECK(least_share > 0 && least_share <= most_share && most_share <= 2);
  VT_CHECK(most_cut_share >= 0 && most_cut_share < 0.5);
  VT_CHECK(least_focal > 0.1 && least_focal <= most_focal && most_focal <= 100);
  VT_CHECK(most_pitch_rad >= 0 && most_pitch_rad <= EIGEN_PI);
  VT_CHECK(most_roll_rad >= 0 && most_roll_rad <= EIGEN_PI);
  VT_CHECK(occluded_share >= 0 && occluded_share <= 1);
  VT_CHECK_GE(most_points, 0);
  VT_CHECK_GE(most_points_of_part, 0);
}

struct SyntheticImages::Impl {
  std::shared_ptr<const BodyModel> model;
  std::shared_ptr<const SurfaceChart> chart;
  SyntheticImageOptions options;
  RowMatrixXd poses;
  MatrixX3d global_orient;
  std::vector<double> weight_up_to;  // of poses 0 to i
  std::vector<int> motion_joint;     // of each joint of the body
  KeypointBinding binding;
  KeypointVisibility visibility;
  BodyPainter painter;
  Backdrops backdrops;

  BodyParameters DrawBody(Rng* rng) const;
  void Place(const MatrixX3d& vertices, Rng* rng, RenderView* view, Eigen::Vector3d* transl) const;
};

struct SyntheticImages::Workspace::Impl {
  BodyEvaluator evaluator;  // vertices, joints, keypoints
  MatrixX3d points;         // the same, where they are
  MatrixX3d vertices, colors;
  Rasterizer rasterizer;
  Rendering rendering;
};

namespace {

PointSet AllPoints(const BodyModel& model, const PointSet& keypoints) {
  PointSet points = PointSet::AllVertices(model);
  for (int j = 0; j < model.num_joints(); ++j) points.AddJoint(j);
  points.items.insert(points.items.end(), keypoints.items.begin(), keypoints.items.end());
  return points;
}

const KeypointSet& Coco() { return *FindKeypointSet("coco17"); }

}  // namespace

SyntheticImages::Workspace::Workspace(const SyntheticImages& images)
    : impl_(new Impl{
          BodyEvaluator(images.impl_->model, AllPoints(*images.impl_->model, images.impl_->binding.points)),
          {},
          {},
          {},
          {},
          {}}) {}
SyntheticImages::Workspace::~Workspace() = default;
SyntheticImages::Workspace::Workspace(Workspace&&) noexcept = default;

SyntheticImages::SyntheticImages(std::shared_ptr<const BodyModel> model,
                                 std::shared_ptr<const SurfaceChart> chart, const PoseCollection& poses,
                                 SyntheticImageOptions options) {
  options.Check();
  VT_CHECK_GT(poses.poses.rows(), 0);
  VT_CHECK_EQ(poses.poses.rows(), poses.global_orient.rows());
  VT_CHECK_EQ(static_cast<size_t>(poses.poses.rows()), poses.weights.size());
  const KeypointBinding binding = BindKeypoints(Coco(), *model);
  std::vector<double> weight_up_to;
  double sum = 0;
  for (const double weight : poses.weights) weight_up_to.push_back(sum += weight);
  impl_.reset(new Impl{model, chart, options, poses.poses, poses.global_orient, weight_up_to,
                       MotionJointsOf(*model), binding, KeypointVisibility(model, binding.points),
                       BodyPainter(*model, *chart), Backdrops(options.backgrounds)});
}
SyntheticImages::~SyntheticImages() = default;

const SyntheticImageOptions& SyntheticImages::options() const { return impl_->options; }
const BodyModel& SyntheticImages::model() const { return *impl_->model; }

// A pose and a shape, turned to the camera somehow; where it stands is left open.
BodyParameters SyntheticImages::Impl::DrawBody(Rng* rng) const {
  BodyParameters body = BodyParameters::Zero(*model);
  const double at = rng->Uniform() * weight_up_to.back();
  const auto found = std::upper_bound(weight_up_to.begin(), weight_up_to.end(), at) - weight_up_to.begin();
  const Eigen::Index row = std::min<Eigen::Index>(found, poses.rows() - 1);
  for (int j = 1; j < model->num_joints(); ++j) {
    const int from = motion_joint[static_cast<size_t>(j)];
    if (from < 1 || from >= kMotionJoints) continue;
    body.body_pose.segment<3>(3 * (j - 1)) = poses.block<1, 3>(row, 3 * (from - 1)).transpose();
  }
  for (double& beta : body.betas) beta = options.betas_sd * rng->Normal();
  const double roll = rng->Uniform(-options.most_roll_rad, options.most_roll_rad);
  const double pitch = rng->Uniform(-options.most_pitch_rad, options.most_pitch_rad);
  const double yaw = rng->Uniform(0, 2 * EIGEN_PI), half_turn = EIGEN_PI;
  const Matrix3d cam_from_world =
      ExpSO3({0, 0, roll}) * ExpSO3({half_turn + pitch, 0, 0}) * ExpSO3({0, yaw, 0});
  body.global_orient = LogSO3(cam_from_world * ExpSO3(global_orient.row(row).transpose()));
  return body;
}

// A camera, and the shift that brings vertices about the origin into its picture.
void SyntheticImages::Impl::Place(const MatrixX3d& vertices, Rng* rng, RenderView* view,
                                  Eigen::Vector3d* transl) const {
  const double side = options.size_px;
  view->width = view->height = options.size_px;
  view->center_px = Eigen::Vector2d::Constant(0.5 * side);
  const double focal =
      side * options.least_focal * std::pow(options.most_focal / options.least_focal, rng->Uniform());
  view->focal_px = Eigen::Vector2d::Constant(focal);
  const Eigen::Vector3d low = vertices.colwise().minCoeff(), high = vertices.colwise().maxCoeff();
  const double wanted = rng->Uniform(options.least_share, options.most_share) * side;
  const Eigen::Vector2d along(rng->Uniform(-1, 1), rng->Uniform(-1, 1));
  const PerspectiveCamera camera = {view->focal_px, view->center_px};
  const double nearest = kNearestM - low.z();
  *transl = -0.5 * (low + high);
  transl->z() =
      std::max(focal * (high - low).head<2>().maxCoeff() / wanted - 0.5 * (low + high).z(), nearest);
  // The box above is that of the body as if seen from far away; what perspective makes of it is put right.
  constexpr int kSteps = 2;
  for (int step = 0; step < kSteps; ++step) {
    Eigen::Array2d top = Eigen::Array2d::Constant(std::numeric_limits<double>::infinity()), bottom = -top;
    for (Eigen::Index v = 0; v < vertices.rows(); ++v) {
      const Eigen::Vector3d at = vertices.row(v).transpose() + *transl;
      const Eigen::Array2d seen = camera.ImgFromCam(at).array();
      top = top.min(seen), bottom = bottom.max(seen);
    }
    const Eigen::Vector2d size = bottom - top;
    const Eigen::Vector2d free = (0.5 * side + (options.most_cut_share - 0.5) * size.array()).max(0);
    const Eigen::Vector2d to = view->center_px + along.cwiseProduct(free);
    const double depth = 0.5 * (low + high).z() + transl->z(), ratio = size.maxCoeff() / wanted;
    transl->head<2>() += (to - 0.5 * (top + bottom).matrix()) * depth / focal;
    if (step + 1 < kSteps) transl->z() = std::max(transl->z() + (ratio - 1) * depth, nearest);
  }
}

namespace {

// Where something is seen, (left, top, width, height).
Eigen::Vector4d BoxOf(const std::vector<std::uint8_t>& mask, int width) {
  int left = std::numeric_limits<int>::max(), top = left, right = -1, bottom = -1;
  for (size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] == 0) continue;
    const int x = static_cast<int>(i) % width, y = static_cast<int>(i) / width;
    left = std::min(left, x), right = std::max(right, x);
    top = std::min(top, y), bottom = std::max(bottom, y);
  }
  if (right < 0) return Eigen::Vector4d::Zero();
  return {1.0 * left, 1.0 * top, right + 1.0 - left, bottom + 1.0 - top};
}

// The body's mask less what the occluders cover; as it is where they would leave too little.
bool HideBehind(const Image& occluders, std::vector<std::uint8_t>* mask) {
  std::vector<std::uint8_t> left = *mask;
  for (size_t i = 0; i < left.size(); ++i) {
    if (occluders.pixels[i].a >= 128) left[i] = 0;
  }
  const auto count = [](const std::vector<std::uint8_t>& pixels) {
    return static_cast<double>(pixels.size() -
                               static_cast<size_t>(std::count(pixels.begin(), pixels.end(), 0)));
  };
  if (count(left) < kLeastSeen * count(*mask)) return false;
  *mask = std::move(left);
  return true;
}

}  // namespace

SyntheticImage SyntheticImages::Make(std::int64_t index, Workspace* workspace) const {
  const Impl& self = *impl_;
  const SyntheticImageOptions& options = self.options;
  Workspace::Impl& work = *workspace->impl_;
  const BodyModel& model = *self.model;
  const Eigen::Index num_vertices = model.num_vertices(), num_joints = model.num_joints();
  Rng rng(HashString(StrCat("picture ", index), options.seed));
  SyntheticImage result;

  BodyParameters body = self.DrawBody(&rng);
  work.evaluator.Evaluate(body, false);
  work.vertices = work.evaluator.points().topRows(num_vertices);
  SeenBody seen;
  self.Place(work.vertices, &rng, &seen.view, &body.transl);
  work.points = work.evaluator.points().rowwise() + body.transl.transpose();
  work.vertices = work.points.topRows(num_vertices);

  self.painter.Paint(DrawOutfit(&rng), &work.colors);
  RenderOptions render;
  render.supersampling = options.supersampling;
  render.light = DrawLight(&rng);
  work.rasterizer.Render(work.vertices, model.faces(), seen.view, render, &work.rendering, &work.colors);
  result.mask = work.rendering.mask;

  result.image = self.backdrops.Draw(options.size_px, &rng);
  BlendOver(work.rendering.image, 1, &result.image);
  const Eigen::Vector4d whole = BoxOf(result.mask, options.size_px);
  if (rng.Uniform() < options.occluded_share) {
    const Image occluders =
        DrawOccluders(options.size_px, whole.head<2>(), whole.head<2>() + whole.tail<2>(), &rng);
    if (HideBehind(occluders, &result.mask)) BlendOver(occluders, 1, &result.image);
  }
  AddGrain(rng.Uniform(0, kMostGrain), &rng, &result.image);
  result.box_px = BoxOf(result.mask, options.size_px);

  seen.model = &model;
  seen.vertices = &work.vertices;
  seen.rendering = &work.rendering;
  seen.supersampling = options.supersampling;
  seen.mask = &result.mask;
  result.part_at = PartsOfPixels(seen, *self.chart);
  const PerspectiveCamera camera = {seen.view.focal_px, seen.view.center_px};
  PersonObservation& observation = result.observation;
  observation.set = &Coco();
  observation.image_width = observation.image_height = options.size_px;
  observation.focal_px = camera.focal_px;
  observation.center_px = camera.center_px;
  observation.dense =
      SampleVisiblePoints(seen, *self.chart, options.most_points, options.most_points_of_part, &rng);
  observation.keypoints2d.setZero(Coco().size(), 3);
  result.visibility.setZero(Coco().size());
  for (int i = 0; i < self.binding.points.size(); ++i) {
    const Eigen::Vector3d position = work.points.row(num_vertices + num_joints + i);
    if (!(position.z() > 0)) continue;
    const Eigen::Vector2d at = camera.ImgFromCam(position);
    if (at.minCoeff() < 0 || at.maxCoeff() >= options.size_px) continue;
    const int k = self.binding.keypoint_of_point[static_cast<size_t>(i)];
    observation.keypoints2d.row(k) << at.x(), at.y(), 1;
    result.visibility[k] = self.visibility.IsSeen(seen, i, position) ? 2 : 1;
  }

  FitResult& truth = result.truth;
  truth.usable = true;
  truth.joints3d = work.points.middleRows(num_vertices, num_joints);
  truth.joints3d_expected = truth.joints3d;
  truth.joints2d.resize(num_joints, 2);
  for (Eigen::Index j = 0; j < num_joints; ++j) {
    const Eigen::Vector3d joint = truth.joints3d.row(j);
    truth.joints2d.row(j) = camera.ImgFromCam(joint);
  }
  truth.parameters = std::move(body);
  truth.focal_px = camera.focal_px;
  truth.center_px = camera.center_px;
  truth.focal_source = "known";
  truth.num_keypoints = static_cast<int>((result.visibility.array() > 0).count());
  return result;
}

}  // namespace vitruvius
