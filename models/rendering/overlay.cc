#include "models/rendering/overlay.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "models/rendering/canvas.h"
#include "models/rendering/part_colors.h"
#include "models/rendering/rasterizer.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kCaptionHeight = 46;   // px
constexpr double kFarAway_px = 1e5;  // no picture is that large: such points are not part of it
constexpr double kMinAspect = 0.62;  // width to height of a crop, so that a caption has room
constexpr double kMaxEnlargement = 4;
const Eigen::Vector2d kNowhere = Eigen::Vector2d::Constant(std::numeric_limits<double>::quiet_NaN());

bool IsSomewhere(const Eigen::Vector2d& point_px) { return (point_px.array().abs() < kFarAway_px).all(); }

// Everything that is to be drawn, in px of the source picture.
struct Sight {
  struct Keypoint {
    Eigen::Vector2d observed = kNowhere;
    double confidence = 0;
    Eigen::Vector2d fitted = kNowhere;
  };
  std::vector<Keypoint> keypoints;  // in the order of the set
  MatrixX3d vertices;               // camera axes
  RenderView view;                  // without a size; focal 0: no camera is known
};

Eigen::Vector2d Project(const RenderView& view, const Eigen::Vector3d& point) {
  if (!(point.z() > 0) || !(view.focal_px.minCoeff() > 0)) return kNowhere;
  return view.focal_px.cwiseProduct(point.head<2>() / point.z()) + view.center_px;
}

// The fitted places of the set's keypoints, metres; NaN where the body has no such point.
MatrixX3d FittedKeypoints(const KeypointSet& set, const BodyModel& model, const BodyMesh& mesh) {
  MatrixX3d fitted = MatrixX3d::Constant(set.size(), 3, std::numeric_limits<double>::quiet_NaN());
  const KeypointBinding binding = BindKeypoints(set, model);
  for (int i = 0; i < binding.points.size(); ++i) {
    const PointSet::Item& item = binding.points.items[i];
    Eigen::RowVector3d point = Eigen::RowVector3d::Zero();
    if (item.joint >= 0) {
      point = mesh.joints.row(item.joint);
    } else {
      for (const auto& [vertex, weight] : item.vertices) point += weight * mesh.vertices.row(vertex);
    }
    fitted.row(binding.keypoint_of_point[i]) = point;
  }
  return fitted;
}

// Bounds of the finite rows. False when there are none.
bool Bounds(const MatrixX3d& points, Eigen::Vector3d* low, Eigen::Vector3d* high) {
  low->setConstant(std::numeric_limits<double>::infinity());
  *high = -*low;
  for (Eigen::Index i = 0; i < points.rows(); ++i) {
    if (!points.row(i).allFinite()) continue;
    *low = low->cwiseMin(points.row(i).transpose());
    *high = high->cwiseMax(points.row(i).transpose());
  }
  return (low->array() <= high->array()).all();
}

// As a distant viewer sees it: its middle straight ahead.
void LookFromAfar(const Eigen::Matrix3d& viewer_from_result, const BodyMesh& mesh, MatrixX3d* observed,
                  MatrixX3d* fitted, Sight* sight) {
  for (MatrixX3d* points : {observed, fitted, &sight->vertices})
    *points = *points * viewer_from_result.transpose();
  Eigen::Vector3d low, high;
  if (!Bounds(mesh.vertices.rows() > 0 ? sight->vertices : *observed, &low, &high)) return;
  const double extent = std::max((high - low).maxCoeff(), 1e-3);
  constexpr double kDistance = 6;  // in extents
  for (MatrixX3d* points : {observed, fitted, &sight->vertices}) {
    *points = (points->rowwise() - 0.5 * (low + high).transpose()) / extent;
    points->col(2).array() += kDistance;
  }
  sight->view.focal_px.setConstant(kDistance * 1000);
  sight->view.center_px.setZero();
}

bool HasCamera(const FitResult& result) {
  return result.focal_px.allFinite() && result.center_px.allFinite() && result.focal_px.minCoeff() > 0;
}

// Whether it is not the result's camera that sees: 3D keypoints and their bodies know none.
bool IsFromAfar(const PersonObservation& observation, const FitResult& result, const BodyMesh& mesh,
                const OverlayOptions& options) {
  return options.angle || observation.is_3d() ||
         (mesh.vertices.rows() > 0 && !HasCamera(result) && observation.keypoints2d.rows() == 0);
}

Sight Look(const PersonObservation& observation, const FitResult& result, const BodyModel& model,
           const BodyMesh& mesh, const OverlayOptions& options) {
  Sight sight;
  sight.vertices = mesh.vertices;
  sight.view.focal_px = result.focal_px;
  sight.view.center_px = result.center_px;
  const Eigen::Index num_observed = std::max(observation.keypoints2d.rows(), observation.keypoints3d.rows());
  MatrixX3d fitted(0, 3);
  if (observation.set != nullptr && mesh.vertices.rows() > 0) {
    fitted = FittedKeypoints(*observation.set, model, mesh);
  }
  sight.keypoints.resize(observation.set == nullptr ? num_observed : observation.set->size());
  const Eigen::Index num_shared = std::min<Eigen::Index>(num_observed, sight.keypoints.size());
  if (IsFromAfar(observation, result, mesh, options)) {
    MatrixX3d observed = observation.keypoints3d.leftCols(observation.is_3d() ? 3 : 0);
    observed.conservativeResize(Eigen::NoChange, 3);
    Eigen::Matrix3d viewer = options.upright ? *options.upright : UprightViewer(result, model, mesh);
    if (options.angle) viewer = ViewerAt(*options.angle, result, viewer);
    LookFromAfar(viewer, mesh, &observed, &fitted, &sight);
    for (Eigen::Index k = 0; k < num_shared && k < observed.rows(); ++k) {
      sight.keypoints[k].observed = Project(sight.view, observed.row(k));
      sight.keypoints[k].confidence = observation.keypoints3d(k, 3);
    }
    if (!observation.is_3d()) fitted.resize(0, 3);  // beside nothing that was seen
  } else {
    for (Eigen::Index k = 0; k < num_shared; ++k) {
      sight.keypoints[k].observed = observation.keypoints2d.row(k).head<2>();
      sight.keypoints[k].confidence = observation.keypoints2d(k, 2);
    }
  }
  for (Eigen::Index k = 0; k < fitted.rows(); ++k)
    sight.keypoints[k].fitted = Project(sight.view, fitted.row(k));
  for (Sight::Keypoint& keypoint : sight.keypoints) {
    if (!IsSomewhere(keypoint.observed) || !(keypoint.confidence > 0)) keypoint.observed = kNowhere;
    if (!IsSomewhere(keypoint.fitted)) keypoint.fitted = kNowhere;
  }
  if (!sight.view.focal_px.allFinite() || !sight.view.center_px.allFinite() ||
      !(sight.view.focal_px.minCoeff() > 0)) {
    sight.vertices.resize(0, 3);
  }
  return sight;
}

struct Box {
  Eigen::Vector2d low = Eigen::Vector2d::Constant(std::numeric_limits<double>::infinity());
  Eigen::Vector2d high = -low;
  bool empty() const { return !(low.array() <= high.array()).all(); }
  Eigen::Vector2d size() const { return high - low; }
  void Add(const Eigen::Vector2d& point) {
    if (!IsSomewhere(point)) return;
    low = low.cwiseMin(point);
    high = high.cwiseMax(point);
  }
  void Intersect(const Box& other) {
    low = low.cwiseMax(other.low);
    high = high.cwiseMin(other.high);
  }
  void Grow(const Eigen::Vector2d& border) {
    low -= border;
    high += border;
  }
};

Box PersonBox(const Sight& sight, const std::vector<DensePoint>& dense, double margin) {
  Box seen, body;
  for (const Sight::Keypoint& keypoint : sight.keypoints) seen.Add(keypoint.observed);
  for (const DensePoint& point : dense) seen.Add(point.image_px);
  for (Eigen::Index v = 0; v < sight.vertices.rows(); ++v)
    body.Add(Project(sight.view, sight.vertices.row(v)));
  if (!seen.empty() && !body.empty()) {
    // A body that went astray must not shrink the person to a dot.
    Box limit = seen;
    limit.Grow(Eigen::Vector2d::Constant(std::max(2 * seen.size().maxCoeff(), 64.0)));
    body.Intersect(limit);
  }
  Box box = seen;
  if (!body.empty()) box.Add(body.low), box.Add(body.high);
  if (box.empty()) return box;
  box.Grow(Eigen::Vector2d::Constant(std::max(margin * box.size().maxCoeff(), 4.0)));
  const double missing = std::max(0.0, kMinAspect * box.size().y() - box.size().x());
  box.Grow({0.5 * missing, 0});
  return box;
}

// The part of the source picture that is shown. Never empty.
Box ShownBox(const PersonObservation& observation, const Sight& sight, bool has_picture,
             const OverlayOptions& options) {
  Box whole;
  if (observation.image_width > 0 && observation.image_height > 0) {
    whole.low.setZero();
    whole.high = Eigen::Vector2d(observation.image_width, observation.image_height);
  }
  if (!options.crop && !whole.empty()) return whole;
  Box box = PersonBox(sight, observation.dense, options.margin);
  if (has_picture && !box.empty()) {
    box.Intersect(whole);
    if (!box.empty() && box.size().minCoeff() < 2) box = whole;
  }
  if (!box.empty()) return box;
  if (!whole.empty()) return whole;
  box.low.setZero();
  box.high = Eigen::Vector2d(480, 640);
  return box;
}

Rgba SideColor(const std::string& name) {
  if (name.rfind("left_", 0) == 0) return kLeftColor;
  if (name.rfind("right_", 0) == 0) return kRightColor;
  return kCenterColor;
}

Rgba LimbColor(const std::string& a, const std::string& b) {
  const Rgba first = SideColor(a), second = SideColor(b);
  if (first == kCenterColor) return second;
  if (second == kCenterColor || first == second) return first;
  return kCenterColor;  // from side to side
}

Rgba WithOpacity(Rgba color, double opacity) {
  color.a = static_cast<std::uint8_t>(std::lround(255 * std::clamp(opacity, 0.0, 1.0)));
  return color;
}

// Confidence as opacity; even the faintest keypoint can be found.
double Opacity(double confidence) { return 0.25 + 0.75 * std::clamp(confidence, 0.0, 1.0); }

// Points of the surface, small beside keypoints; in the colour of their part where it is known.
void DrawDense(const std::vector<DensePoint>& dense, const Eigen::Vector2d& origin, double scale, double unit,
               Canvas* canvas) {
  constexpr Rgba kRim = {20, 24, 32, 255};
  for (const DensePoint& point : dense) {
    if (!IsSomewhere(point.image_px)) continue;
    const Eigen::Vector2d at = scale * (point.image_px - origin);
    canvas->DrawDisc(at.x(), at.y(), 2.4 * unit, WithOpacity(kRim, 0.45));
    const Eigen::Vector3d part = 255 * ColorOfPart(point.part);
    const Rgba color = point.part == 0
                           ? kCenterColor
                           : Rgba{static_cast<std::uint8_t>(part.x()), static_cast<std::uint8_t>(part.y()),
                                  static_cast<std::uint8_t>(part.z()), 255};
    canvas->DrawDisc(at.x(), at.y(), 1.6 * unit, WithOpacity(color, Opacity(point.weight)));
  }
}

void DrawSkeleton(const KeypointSet* set, const Sight& sight, const Eigen::Vector2d& origin, double scale,
                  double unit, Canvas* canvas) {
  constexpr Rgba kShadow = {20, 24, 32, 255}, kPale = {255, 255, 255, 255};
  const auto place = [&](const Eigen::Vector2d& point) -> Eigen::Vector2d {
    return scale * (point - origin);
  };
  const int num_keypoints = static_cast<int>(sight.keypoints.size());
  if (set != nullptr) {
    for (const auto& [first, second] : set->limbs) {
      if (std::min(first, second) < 0 || std::max(first, second) >= num_keypoints) continue;
      const Sight::Keypoint &a = sight.keypoints[first], &b = sight.keypoints[second];
      if (!IsSomewhere(a.observed) || !IsSomewhere(b.observed)) continue;
      const Eigen::Vector2d from = place(a.observed), to = place(b.observed);
      const double opacity = Opacity(std::min(a.confidence, b.confidence));
      canvas->DrawLine(from.x(), from.y(), to.x(), to.y(), 5 * unit, WithOpacity(kShadow, 0.30 * opacity));
      canvas->DrawLine(from.x(), from.y(), to.x(), to.y(), 3 * unit,
                       WithOpacity(LimbColor(set->points[first].name, set->points[second].name), opacity));
    }
  }
  for (int k = 0; k < num_keypoints; ++k) {
    const Sight::Keypoint& keypoint = sight.keypoints[k];
    const Rgba color = set == nullptr ? kCenterColor : SideColor(set->points[k].name);
    const double disc_radius = 4 * unit, ring_radius = 3.5 * unit;
    if (IsSomewhere(keypoint.observed)) {
      const Eigen::Vector2d at = place(keypoint.observed);
      canvas->DrawDisc(at.x(), at.y(), disc_radius + 1.2 * unit,
                       WithOpacity(kShadow, 0.45 * Opacity(keypoint.confidence)));
      canvas->DrawDisc(at.x(), at.y(), disc_radius, WithOpacity(color, Opacity(keypoint.confidence)));
    }
    if (!IsSomewhere(keypoint.fitted)) continue;
    const Eigen::Vector2d ring = place(keypoint.fitted);
    if (IsSomewhere(keypoint.observed)) {
      // From rim to rim, so that neither mark is crossed.
      const Eigen::Vector2d at = place(keypoint.observed), way = ring - at;
      if (way.norm() > disc_radius + ring_radius) {
        const Eigen::Vector2d from = at + disc_radius * way.normalized(),
                              to = ring - ring_radius * way.normalized();
        canvas->DrawLine(from.x(), from.y(), to.x(), to.y(), 2.6 * unit, WithOpacity(kShadow, 0.35));
        canvas->DrawLine(from.x(), from.y(), to.x(), to.y(), 1.2 * unit, kPale);
      }
    }
    canvas->DrawRing(ring.x(), ring.y(), ring_radius, 2.8 * unit, WithOpacity(kShadow, 0.45));
    canvas->DrawRing(ring.x(), ring.y(), ring_radius, 1.4 * unit, kPale);
  }
}

std::string ResidualText(const PersonObservation& observation, const FitResult& result) {
  if (!(result.num_keypoints > 0) || !std::isfinite(result.residual_median)) return "";
  char text[96];
  if (observation.is_3d() || result.focal_source == "none") {
    std::snprintf(text, sizeof(text), "median %.3g mm", 1000 * result.residual_median);
  } else {
    std::snprintf(text, sizeof(text), "median %.3g px", result.residual_median);
  }
  return StrCat(text, ", ", result.num_keypoints, " keypoints");
}

void DrawCaption(const PersonObservation& observation, const FitResult& result, double top, Canvas* canvas) {
  constexpr Rgba kGood = {34, 160, 94, 255}, kDoubtful = {226, 152, 20, 255}, kBad = {208, 52, 60, 255};
  constexpr double kIndent = 28;
  const Rgba verdict = !result.usable ? kBad : result.reason == reason::kOk ? kGood : kDoubtful;
  canvas->DrawBox(0, top, canvas->width(), kCaptionHeight, 0, {255, 255, 255, 255});
  canvas->DrawDisc(14.5, top + 16.5, 4.5, verdict);
  TextStyle style;
  style.bold = true;
  const double room = canvas->width() - kIndent - 8;
  canvas->DrawText(kIndent, top + 21, room, result.id.empty() ? observation.id : result.id, style);
  std::string line = result.reason;
  const std::string residual = ResidualText(observation, result);
  for (const std::string& part : {residual, result.detail}) {
    if (!part.empty()) line += (line.empty() ? "" : " \xc2\xb7 ") + part;
  }
  style = TextStyle{11.5, {98, 106, 120, 255}, false};
  canvas->DrawText(kIndent, top + 38, room, line, style);
}

}  // namespace

void OverlayOptions::Check() const {
  VT_CHECK_GE(margin, 0.0);
  VT_CHECK_LE(margin, 10.0);
  VT_CHECK_GE(std::min(max_width, max_height), 16);
  VT_CHECK_LE(std::max(max_width, max_height), 8192);
  VT_CHECK(mesh_opacity >= 0 && mesh_opacity <= 1);
}

namespace {

double ScaleOf(const Box& box, bool has_picture, const OverlayOptions& options) {
  return std::min({options.max_width / box.size().x(), options.max_height / box.size().y(),
                   has_picture ? kMaxEnlargement : std::numeric_limits<double>::infinity()});
}

}  // namespace

double OverlayScale(const PersonObservation& observation, const FitResult& result, const BodyModel& model,
                    const BodyMesh& mesh, const OverlayOptions& options) {
  if (IsFromAfar(observation, result, mesh, options)) return 0;
  return ScaleOf(ShownBox(observation, Look(observation, result, model, mesh, options), true, options), true,
                 options);
}

Image DrawOverlay(const PersonObservation& observation, const FitResult& result, const BodyModel& model,
                  const BodyMesh& mesh, const Image* background, const OverlayOptions& options) {
  return OverlayPainter().Draw(observation, result, model, mesh, background, options);
}

Image OverlayPainter::Draw(const PersonObservation& observation, const FitResult& result,
                           const BodyModel& model, const BodyMesh& mesh, const Image* background,
                           const OverlayOptions& options) {
  options.Check();
  if (mesh.vertices.rows() > 0) {
    VT_CHECK_EQ(mesh.vertices.rows(), model.num_vertices());
    VT_CHECK_EQ(mesh.joints.rows(), model.num_joints());
  }
  const bool from_afar = IsFromAfar(observation, result, mesh, options);
  const bool has_picture = background != nullptr && !background->empty() && !from_afar;
  PersonObservation sized = observation;
  if (has_picture && (observation.image_width <= 0 || observation.image_height <= 0)) {
    sized.image_width = background->width;
    sized.image_height = background->height;
  }
  if (from_afar) {
    sized.image_width = sized.image_height = 0;
    sized.dense.clear();
  }

  Sight sight = Look(sized, result, model, mesh, options);
  const Box box = ShownBox(sized, sight, has_picture, options);
  const double scale = ScaleOf(box, has_picture, options);
  const int width = std::max(1, static_cast<int>(std::lround(scale * box.size().x())));
  const int height = std::max(1, static_cast<int>(std::lround(scale * box.size().y())));

  Canvas canvas(width, height + (options.caption ? kCaptionHeight : 0));
  canvas.FillGradient({246, 248, 251, 255}, {214, 219, 226, 255});
  if (has_picture) {
    const double stretch = static_cast<double>(sized.image_width) / background->width;
    canvas.DrawImage(*background, -scale * box.low.x(), -scale * box.low.y(), scale * stretch);
  }
  if (sight.vertices.rows() > 0) {
    RenderView view;
    view.width = width;
    view.height = height;
    view.focal_px = scale * sight.view.focal_px;
    view.center_px = scale * (sight.view.center_px - box.low);
    RenderOptions render_options;
    render_options.supersampling = options.supersampling;
    if (from_afar) {
      Eigen::Vector3d low, high;  // the mesh was scaled to a longest side of one
      if (Bounds(mesh.vertices, &low, &high))
        render_options.occlusion_radius_m /= std::max((high - low).maxCoeff(), 1e-3);
    }
    rasterizer_.Render(sight.vertices, model.faces(), view, render_options, &rendering_);
    canvas.DrawImage(rendering_.image, 0, 0, 1, options.mesh_opacity);
  }
  DrawDense(sized.dense, box.low, scale, std::max(1.0, height / 640.0), &canvas);
  DrawSkeleton(observation.set, sight, box.low, scale, std::max(1.0, height / 640.0), &canvas);
  if (options.caption) DrawCaption(observation, result, height, &canvas);
  return canvas.ToImage();
}

}  // namespace vitruvius
