#include "models/metrics/smoothness.h"

#include <algorithm>

#include "models/util/check.h"

namespace vitruvius {

Smoothness MeasureSmoothness(const std::vector<double>& steps_m, double ends_m) {
  VT_CHECK(!steps_m.empty());
  VT_CHECK_GT(ends_m, 0.0);
  Smoothness result;
  for (const double step : steps_m)
    result.normalized.push_back(step * static_cast<double>(steps_m.size()) / ends_m);
  const auto [least, largest] = std::minmax_element(steps_m.begin(), steps_m.end());
  result.ratio = *largest / *least;
  return result;
}

}  // namespace vitruvius
