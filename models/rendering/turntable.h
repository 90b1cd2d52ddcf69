// The standard look at a body: four views side by side.
#pragma once

#include <vector>

#include "models/rendering/rasterizer.h"

namespace vitruvius {

// Front, side, three-quarter and back view of a y-up body, side by side on a plain ground. vertices (V, 3)
// metres, y up, z out of the chest. The picture is panel_height high and 4 * 3 / 5 of that wide.
Image RenderTurntable(const MatrixX3d& vertices, const MatrixX3i& faces, int panel_height = 720,
                      const RenderOptions& options = RenderOptions(), const MatrixX3d* colors = nullptr);

// The same from any directions: yaw 0 looks at the front, -pi/2 at one side.
Image RenderViews(const MatrixX3d& vertices, const MatrixX3i& faces, const std::vector<double>& yaws_rad,
                  int panel_height = 720, const RenderOptions& options = RenderOptions(),
                  const MatrixX3d* colors = nullptr);

}  // namespace vitruvius
