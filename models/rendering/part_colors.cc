#include "models/rendering/part_colors.h"

#include <algorithm>
#include <array>

#include "models/body/surface_chart.h"

namespace vitruvius {

Eigen::Vector3d ColorOfPart(int part) {
  static const std::array<Eigen::Vector3d, kNumChartParts> colors = {Eigen::Vector3d(0.36, 0.55, 0.80),
                                                                     {0.62, 0.79, 0.93},
                                                                     {0.93, 0.55, 0.45},
                                                                     {0.97, 0.67, 0.56},
                                                                     {0.97, 0.67, 0.56},
                                                                     {0.93, 0.55, 0.45},
                                                                     {0.53, 0.44, 0.74},
                                                                     {0.60, 0.52, 0.80},
                                                                     {0.78, 0.70, 0.90},
                                                                     {0.84, 0.77, 0.94},
                                                                     {0.24, 0.58, 0.55},
                                                                     {0.32, 0.65, 0.62},
                                                                     {0.56, 0.80, 0.74},
                                                                     {0.64, 0.86, 0.80},
                                                                     {0.90, 0.72, 0.32},
                                                                     {0.84, 0.64, 0.24},
                                                                     {0.98, 0.87, 0.56},
                                                                     {0.95, 0.81, 0.48},
                                                                     {0.50, 0.68, 0.34},
                                                                     {0.43, 0.61, 0.28},
                                                                     {0.75, 0.86, 0.56},
                                                                     {0.69, 0.81, 0.49},
                                                                     {0.88, 0.56, 0.67},
                                                                     {0.94, 0.69, 0.77}};
  return colors[std::clamp(part, 1, kNumChartParts) - 1];
}

}  // namespace vitruvius
