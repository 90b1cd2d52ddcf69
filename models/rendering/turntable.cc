#include "models/rendering/turntable.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Geometry>

#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kDistance = 6;  // of the camera, in body heights: far, so that proportions can be judged
constexpr double kMargin = 0.07;  // of the panel's height, above and below

// A wall that fades into a floor.
Image PlainGround(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    const double v = (y + 0.5) / height;
    const double light = v < 0.84 ? 247 - 16 * v * v : 236 - 26 * (v - 0.84) / 0.16;
    const auto tone = [&](double tint) { return static_cast<std::uint8_t>(std::clamp(light * tint, 0.0, 255.0)); };
    for (int x = 0; x < width; ++x) image.at(x, y) = {tone(0.99), tone(0.995), tone(1.005), 255};
  }
  return image;
}

}  // namespace

Image RenderTurntable(const MatrixX3d& vertices, const MatrixX3i& faces, int panel_height,
                      const RenderOptions& options, const MatrixX3d* colors) {
  VT_CHECK_GT(panel_height, 0);
  const int panel_width = std::max(1, panel_height * 3 / 5);
  constexpr double kYaws[] = {0, -kPi / 2, -kPi / 4, kPi};
  Image sheet = PlainGround(4 * panel_width, panel_height);

  Eigen::Vector3d low = Eigen::Vector3d::Constant(std::numeric_limits<double>::infinity()), high = -low;
  for (Eigen::Index v = 0; v < vertices.rows(); ++v) {
    if (!vertices.row(v).allFinite()) continue;
    low = low.cwiseMin(vertices.row(v).transpose());
    high = high.cwiseMax(vertices.row(v).transpose());
  }
  if (!(low.array() <= high.array()).all()) return sheet;

  const Eigen::Vector3d middle = 0.5 * (low + high), size = high - low;
  // Tall or wide (a T-pose): whichever fills the panel first.
  const double extent = std::max({size.y(), std::max(size.x(), size.z()) * panel_height / panel_width, 1e-6});
  RenderView view;
  view.width = panel_width;
  view.height = panel_height;
  view.focal_px.setConstant((1 - 2 * kMargin) * panel_height * kDistance);
  view.center_px = 0.5 * Eigen::Vector2d(panel_width, panel_height);
  RenderOptions scaled = options;
  scaled.near_m = 0.1;  // of a body height

  Rasterizer rasterizer;
  Rendering rendering;
  MatrixX3d in_camera(vertices.rows(), 3);
  for (int i = 0; i < 4; ++i) {
    // The body turns about y, then y up and z out of the chest become y down and z away from the viewer.
    const Eigen::Matrix3d camera_from_body = Eigen::Vector3d(1, -1, -1).asDiagonal() *
                                             Eigen::AngleAxisd(kYaws[i], Eigen::Vector3d::UnitY()).matrix();
    in_camera = ((vertices.rowwise() - middle.transpose()) / extent) * camera_from_body.transpose();
    in_camera.col(2).array() += kDistance;
    rasterizer.Render(in_camera, faces, view, scaled, &rendering, colors);
    for (int y = 0; y < panel_height; ++y) {
      for (int x = 0; x < panel_width; ++x) {
        Rgba& pixel = sheet.at(i * panel_width + x, y);
        pixel = Over(rendering.image.at(x, y), 1.0f, pixel);
      }
    }
  }
  return sheet;
}

}  // namespace vitruvius
