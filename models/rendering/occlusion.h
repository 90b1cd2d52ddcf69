// Ambient occlusion from a depth picture: where neighbouring surfaces rise above a pixel's own plane, less of the
// sky reaches it. After McGuire, Mara and Luebke, "Scalable ambient obscurance", HPG 2012.
#pragma once

#include <array>
#include <vector>

#include "models/rendering/rasterizer.h"

namespace vitruvius {

class AmbientOcclusion {
 public:
  // Looks for occluders within radius_m, metres.
  AmbientOcclusion(const RenderView& view, double radius_m);

  // Share of ambient light that is left at pixel (x, y), in (0, 1]; `depth_m` is a Rendering's, with a surface at
  // that pixel, and `normal` its unit normal in camera axes, towards the viewer.
  float At(const std::vector<float>& depth_m, int x, int y, const Eigen::Vector3f& normal) const;

 private:
  static constexpr int kNumSamples = 20;
  Eigen::Vector3f PointAt(int x, int y, float depth_m) const;

  RenderView view_;
  float radius_m_;
  std::array<Eigen::Vector2f, kNumSamples> offsets_;  // within the unit disc
};

}  // namespace vitruvius
