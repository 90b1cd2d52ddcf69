// `vitruvius model chart`: the chart of a body's surface as a table and as a picture.
#pragma once

#include "models/body/surface_chart.h"
#include "models/rendering/image.h"

namespace vitruvius {

// A line a part: faces, area, distortion, triangles turned over, overlaps.
void PrintChart(const BodyModel& model, const SurfaceChartData& chart);

// Four views of the body above the 24 parts in their unit squares: a colour a part, lines where u or v is a
// multiple of 0.1, darker where parts meet. `height` is that of the views in px; the picture is 12/5 of it
// wide.
Image DrawChart(const BodyModel& model, const SurfaceChartData& chart, int height);

}  // namespace vitruvius
