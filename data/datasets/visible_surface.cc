#include "data/datasets/visible_surface.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <Eigen/Geometry>

#include "models/body/surface_sampling.h"
#include "models/camera/camera.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr double kJointReachM = 0.18, kSurfaceReachM = 0.025;

PerspectiveCamera CameraOf(const RenderView& view) { return {view.focal_px, view.center_px}; }

// Whether the outside of a face is turned to the camera.
bool IsFacing(const SeenBody& body, int face) {
  Eigen::Vector3d corners[3];
  for (int i = 0; i < 3; ++i) corners[i] = body.vertices->row(body.model->faces()(face, i));
  return corners[0].dot(corners[1].cross(corners[2])) < 0;
}

// The largest number that each part may have at most so that all together have no more than `most`.
int CapOfPart(const std::array<std::vector<int>, kNumChartParts>& pixels, int most, int most_of_part) {
  for (int cap = most_of_part; cap > 0; --cap) {
    long sum = 0;
    for (const std::vector<int>& part : pixels) sum += std::min<long>(cap, static_cast<long>(part.size()));
    if (sum <= most) return cap;
  }
  return 0;
}

}  // namespace

Eigen::Vector2d SeenBody::SampleOf(int x, int y) const {
  return Eigen::Vector2d(x, y).array() + MiddleSample(supersampling);
}

std::vector<std::uint8_t> PartsOfPixels(const SeenBody& body, const SurfaceChart& chart) {
  VT_CHECK_EQ(chart.num_faces(), body.model->num_faces());
  const std::vector<int>& face_at = body.rendering->face;
  std::vector<std::uint8_t> parts(face_at.size());
  for (size_t i = 0; i < face_at.size(); ++i) {
    if ((*body.mask)[i] != 0 && face_at[i] >= 0)
      parts[i] = static_cast<std::uint8_t>(chart.data().part[face_at[i]]);
  }
  return parts;
}

std::vector<DensePoint> SampleVisiblePoints(const SeenBody& body, const SurfaceChart& chart, int most,
                                            int most_of_part, Rng* rng) {
  const int width = body.view.width;
  const std::vector<int>& face_at = body.rendering->face;
  const std::vector<std::uint8_t> part_at = PartsOfPixels(body, chart);
  std::array<std::vector<int>, kNumChartParts> pixels;
  for (size_t i = 0; i < part_at.size(); ++i) {
    if (part_at[i] > 0) pixels[part_at[i] - 1u].push_back(static_cast<int>(i));
  }
  const int cap = CapOfPart(pixels, most, most_of_part);
  const PerspectiveCamera camera = CameraOf(body.view);
  std::vector<DensePoint> points;
  for (const std::vector<int>& part : pixels) {
    const int count = std::min(cap, static_cast<int>(part.size()));
    for (int k = 0; k < count; ++k) {
      // One of each of `count` runs of pixels of the same length.
      const double run = (k + rng->Uniform()) * static_cast<double>(part.size()) / count;
      const int pixel = part[std::min(static_cast<size_t>(run), part.size() - 1)];
      const int face = face_at[static_cast<size_t>(pixel)];
      if (!IsFacing(body, face)) continue;
      const Eigen::Vector2d sample = body.SampleOf(pixel % width, pixel / width);
      const SurfacePlace place =
          PlaceOnRay(face, body.view.RayAt(sample.x(), sample.y()), *body.model, *body.vertices);
      const ChartPlace in_chart = chart.PlaceOf(face, place.bary);
      DensePoint point;
      point.face = face;
      point.bary = place.bary;
      point.part = in_chart.part;
      point.uv = in_chart.uv;
      point.image_px = camera.ImgFromCam(PositionOf(place, *body.model, *body.vertices));
      points.push_back(point);
    }
  }
  return points;
}

KeypointVisibility::KeypointVisibility(std::shared_ptr<const BodyModel> model, PointSet points)
    : model_(std::move(model)), points_(std::move(points)), share_(points_.items.size()) {
  for (size_t i = 0; i < points_.items.size(); ++i) {
    const int joint = points_.items[i].joint;
    if (joint < 0) continue;
    share_[i].assign(static_cast<size_t>(model_->num_vertices()), 0.0f);
    for (int v = 0; v < model_->num_vertices(); ++v) {
      for (SparseRowMatrixd::InnerIterator it(model_->weights(), v); it; ++it) {
        const auto other = static_cast<int>(it.col());
        const bool is_near =
            other == joint || other == model_->parents()[joint] || model_->parents()[other] == joint;
        if (is_near) share_[i][static_cast<size_t>(v)] += static_cast<float>(it.value());
      }
    }
  }
}

bool KeypointVisibility::IsSeen(const SeenBody& body, int point, const Eigen::Vector3d& position) const {
  if (!(position.z() > 0)) return false;
  const Eigen::Vector2d at = CameraOf(body.view).ImgFromCam(position);
  const auto column = static_cast<long>(std::floor(at.x())), row = static_cast<long>(std::floor(at.y()));
  const std::vector<float>& share = share_[static_cast<size_t>(point)];
  const bool is_joint = !share.empty();
  for (long y = std::max(0L, row - 1); y <= std::min<long>(body.view.height - 1, row + 1); ++y) {
    for (long x = std::max(0L, column - 1); x <= std::min<long>(body.view.width - 1, column + 1); ++x) {
      const auto pixel = static_cast<size_t>(y * body.view.width + x);
      if ((*body.mask)[pixel] == 0) continue;
      if (!is_joint) {
        const double before_m = (1 - FirstOnRay(position, *model_, *body.vertices)) * position.norm();
        return before_m <= kSurfaceReachM;
      }
      const int face = body.rendering->face[pixel];
      if (face < 0) continue;
      const Eigen::Vector2d sample = body.SampleOf(static_cast<int>(x), static_cast<int>(y));
      const SurfacePlace place =
          PlaceOnRay(face, body.view.RayAt(sample.x(), sample.y()), *model_, *body.vertices);
      const double distance = (PositionOf(place, *model_, *body.vertices) - position).norm();
      double own = 0;
      for (int i = 0; i < 3; ++i) own += place.bary[i] * share[static_cast<size_t>(model_->faces()(face, i))];
      if (own > 0.5 && distance <= kJointReachM) return true;
    }
  }
  return false;
}

}  // namespace vitruvius
