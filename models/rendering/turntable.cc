#include "models/rendering/turntable.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Geometry>

#include "models/math/angles.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr double kDistance = 6;   // of the camera, in body heights: far, so that proportions can be judged
constexpr double kPitch = 0.12;   // radians that the camera looks down: just enough to see a floor
constexpr double kMargin = 0.08;  // of the panel's height, above and below
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A wall that fades into a floor.
Image PlainGround(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    const double v = (y + 0.5) / height;
    const double floor = std::clamp((v - 0.74) / 0.26, 0.0, 1.0);
    const double light = 248 - 14 * v * v - 16 * floor * floor * (3 - 2 * floor);
    const auto tone = [&](double tint) {
      return static_cast<std::uint8_t>(std::lround(std::clamp(light * tint, 0.0, 255.0)));
    };
    std::fill_n(image.pixels.begin() + static_cast<std::ptrdiff_t>(y) * width, width,
                Rgba{tone(0.985), tone(0.993), tone(1.005), 255});
  }
  return image;
}

// Running mean over 2 * radius + 1 elements, along lines of `count` elements `stride` apart; nothing lies
// outside.
void BlurLine(float* values, int count, int stride, int radius, std::vector<float>* scratch) {
  scratch->assign(count, 0);
  float sum = 0;
  for (int i = -radius; i < count; ++i) {
    if (i + radius < count) sum += values[static_cast<std::ptrdiff_t>(i + radius) * stride];
    if (i - radius - 1 >= 0) sum -= values[static_cast<std::ptrdiff_t>(i - radius - 1) * stride];
    if (i >= 0) (*scratch)[i] = sum / static_cast<float>(2 * radius + 1);
  }
  for (int i = 0; i < count; ++i) values[static_cast<std::ptrdiff_t>(i) * stride] = (*scratch)[i];
}

// Three running means come close to a Gaussian.
void Blur(int width, int height, int radius_x, int radius_y, std::vector<float>* values) {
  std::vector<float> scratch;
  for (int pass = 0; pass < 3; ++pass) {
    for (int y = 0; y < height; ++y) {
      BlurLine(values->data() + static_cast<std::ptrdiff_t>(y) * width, width, 1, radius_x, &scratch);
    }
    for (int x = 0; x < width; ++x) BlurLine(values->data() + x, height, width, radius_y, &scratch);
  }
}

// One panel: renders the body, and the body pressed flat on the floor as its shadow.
class Panel {
 public:
  Panel(int width, int height, const RenderOptions& options) : options_(options) {
    view_.width = width;
    view_.height = height;
    view_.focal_px.setConstant((1 - 2 * kMargin) * height * kDistance);
    view_.center_px = 0.5 * Eigen::Vector2d(width, height);
    shadow_options_ = options;
    shadow_options_.supersampling = 1;
    shadow_options_.occlusion_radius_m = 0;
  }

  // `body` is centred, of extent 1, y up; its lowest point is floor_y.
  void Draw(const MatrixX3d& body, const MatrixX3i& faces, const MatrixX3d* colors, double yaw,
            double floor_y, int left, Image* sheet) {
    // y up and z out of the chest become y down and z away from the viewer.
    const Eigen::Matrix3d camera_from_body =
        Eigen::Vector3d(1, -1, -1).asDiagonal() * (Eigen::AngleAxisd(kPitch, Eigen::Vector3d::UnitX()) *
                                                   Eigen::AngleAxisd(yaw, Eigen::Vector3d::UnitY()))
                                                      .toRotationMatrix();
    const auto move_to_camera = [&] {
      in_camera_ = in_camera_ * camera_from_body.transpose();
      in_camera_.col(2).array() += kDistance;
    };
    // What is near the floor casts a dark and narrow shadow, the whole body a wide and faint one.
    struct Cast {
      double max_height, softness, darkness;
    };
    for (const Cast& cast : {Cast{10, 0.022, 0.14}, Cast{0.07, 0.007, 0.55}}) {
      in_camera_ = body;
      for (Eigen::Index v = 0; v < body.rows(); ++v) {
        in_camera_(v, 1) = body(v, 1) - floor_y < cast.max_height ? floor_y : kNaN;
      }
      move_to_camera();
      rasterizer_.Render(in_camera_, faces, view_, shadow_options_, &rendering_);
      Darken(cast.softness, cast.darkness, left, sheet);
    }
    in_camera_ = body;
    move_to_camera();
    rasterizer_.Render(in_camera_, faces, view_, options_, &rendering_, colors);
    for (int y = 0; y < view_.height; ++y) {
      for (int x = 0; x < view_.width; ++x) {
        Rgba& pixel = sheet->at(left + x, y);
        pixel = Over(rendering_.image.at(x, y), 1.0f, pixel);
      }
    }
  }

 private:
  void Darken(double softness, double darkness, int left, Image* sheet) {
    shadow_.resize(rendering_.mask.size());
    for (std::size_t i = 0; i < shadow_.size(); ++i) shadow_[i] = rendering_.mask[i] ? 1.0f : 0.0f;
    const int radius = std::max(1, static_cast<int>(std::lround(softness * view_.height)));
    Blur(view_.width, view_.height, radius, std::max(1, radius / 3),
         &shadow_);  // a floor seen at a low angle
    for (int y = 0; y < view_.height; ++y) {
      for (int x = 0; x < view_.width; ++x) {
        const double share = shadow_[static_cast<std::size_t>(y) * view_.width + x];
        const Rgba shade = {44, 46, 56, 255};
        Rgba& pixel = sheet->at(left + x, y);
        pixel = Over(shade, static_cast<float>(darkness * share), pixel);
      }
    }
  }

  RenderOptions options_, shadow_options_;
  RenderView view_;
  Rasterizer rasterizer_;
  Rendering rendering_;
  MatrixX3d in_camera_;
  std::vector<float> shadow_;
};

}  // namespace

Image RenderTurntable(const MatrixX3d& vertices, const MatrixX3i& faces, int panel_height,
                      const RenderOptions& options, const MatrixX3d* colors) {
  return RenderViews(vertices, faces, {0, -kPi / 2, -kPi / 4, kPi}, panel_height, options, colors);
}

Image RenderViews(const MatrixX3d& vertices, const MatrixX3i& faces, const std::vector<double>& yaws_rad,
                  int panel_height, const RenderOptions& options, const MatrixX3d* colors) {
  VT_CHECK_GT(panel_height, 0);
  const int panel_width = std::max(1, panel_height * 3 / 5);
  const int num_views = static_cast<int>(yaws_rad.size());
  Image sheet = PlainGround(num_views * panel_width, panel_height);

  Eigen::Vector3d low = Eigen::Vector3d::Constant(std::numeric_limits<double>::infinity()), high = -low;
  for (Eigen::Index v = 0; v < vertices.rows(); ++v) {
    if (!vertices.row(v).allFinite()) continue;
    low = low.cwiseMin(vertices.row(v).transpose());
    high = high.cwiseMax(vertices.row(v).transpose());
  }
  const Eigen::Vector3d middle = 0.5 * (low + high), size = high - low;
  if (!(low.array() <= high.array()).all() || !size.allFinite()) return sheet;

  // Tall or wide (a T-pose): whichever fills the panel first.
  const double extent = std::max({size.y(), std::max(size.x(), size.z()) * panel_height / panel_width, 1e-6});
  RenderOptions scaled = options;
  scaled.near_m = 0.1;  // of a body height
  scaled.occlusion_radius_m = options.occlusion_radius_m / extent;
  const MatrixX3d body = (vertices.rowwise() - middle.transpose()) / extent;
  Panel panel(panel_width, panel_height, scaled);
  for (int i = 0; i < num_views; ++i) {
    panel.Draw(body, faces, colors, yaws_rad[i], -0.5 * size.y() / extent, i * panel_width, &sheet);
  }
  return sheet;
}

}  // namespace vitruvius
