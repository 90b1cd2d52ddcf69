// Ambient occlusion from a depth picture: where neighbouring surfaces rise above a pixel's own plane, less of
// the sky reaches it. After McGuire, Mara and Luebke, "Scalable ambient obscurance", HPG 2012: a few samples
// on a spiral that turns from pixel to pixel through 16 angles, then a mean over 4 x 4 pixels of the same
// surface, which sees each angle once.
#pragma once

#include <vector>

#include "models/rendering/render_view.h"

namespace vitruvius {

// Owns its buffers; a second picture of the same size allocates nothing.
class AmbientOcclusion {
 public:
  // depth_m (H * W): z, infinity where nothing is. normals (H * W): of any length, in camera axes, towards
  // the viewer; read only where something is. Occluders are looked for within radius_m. Returns the share of
  // light that is left at each pixel (H * W), in (0, 1]; 1 where nothing is.
  const std::vector<float>& Compute(const RenderView& view, const std::vector<float>& depth_m,
                                    const std::vector<Eigen::Vector3f>& normals, double radius_m);

 private:
  std::vector<float> raw_, smooth_;  // before and after the mean
};

}  // namespace vitruvius
