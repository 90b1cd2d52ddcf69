#include "models/rendering/occlusion.h"

#include <algorithm>
#include <cmath>

namespace vitruvius {
namespace {

constexpr float kStrength = 3.4f;       // tuned by eye on bodies
constexpr float kMaxRadius_px = 64;     // a close-up must not gather from the whole picture
constexpr double kGoldenAngle = 2.399963229728653;  // a spiral that never lines up with the pixel grid

}  // namespace

AmbientOcclusion::AmbientOcclusion(const RenderView& view, double radius_m)
    : view_(view), radius_m_(static_cast<float>(radius_m)) {
  for (int i = 0; i < kNumSamples; ++i) {
    const double radius = (i + 0.5) / kNumSamples, angle = kGoldenAngle * i;
    offsets_[i] = Eigen::Vector2d(radius * std::cos(angle), radius * std::sin(angle)).cast<float>();
  }
}

Eigen::Vector3f AmbientOcclusion::PointAt(int x, int y, float depth_m) const {
  const Eigen::Vector2d pixel(x + 0.5, y + 0.5);
  const Eigen::Vector2f ray = (pixel - view_.center_px).cwiseQuotient(view_.focal_px).cast<float>();
  return {ray.x() * depth_m, ray.y() * depth_m, depth_m};
}

float AmbientOcclusion::At(const std::vector<float>& depth_m, int x, int y, const Eigen::Vector3f& normal) const {
  const auto depth_at = [&](int px, int py) { return depth_m[static_cast<std::size_t>(py) * view_.width + px]; };
  const Eigen::Vector3f point = PointAt(x, y, depth_at(x, y));
  const float pixel_m = point.z() / static_cast<float>(view_.focal_px.minCoeff());
  const float radius_px = std::min(radius_m_ / pixel_m, kMaxRadius_px);
  if (!(radius_px > 1)) return 1;  // the surroundings are smaller than a pixel
  const float radius = radius_px * pixel_m;
  // A pixel's depth is its nearest sample's: up to a pixel's width off the plane through its centre.
  const float bias = 0.02f * radius + 1.5f * pixel_m;
  float sum = 0;
  for (const Eigen::Vector2f& offset : offsets_) {
    const int px = x + static_cast<int>(std::lround(offset.x() * radius_px));
    const int py = y + static_cast<int>(std::lround(offset.y() * radius_px));
    if (px < 0 || px >= view_.width || py < 0 || py >= view_.height) continue;
    const float depth = depth_at(px, py);
    if (!(depth < 2 * point.z() + radius)) continue;  // nothing there
    const Eigen::Vector3f way = PointAt(px, py, depth) - point;
    const float rise = way.dot(normal) - bias;
    const float nearness = 1 - way.squaredNorm() / (radius * radius);
    if (rise > 0 && nearness > 0) {
      sum += nearness * nearness * nearness * rise * radius / (way.squaredNorm() + 1e-3f * radius * radius);
    }
  }
  return 1 / (1 + kStrength * sum / kNumSamples);
}

}  // namespace vitruvius
