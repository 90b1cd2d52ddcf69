#include "models/metrics/pose_metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/util/check.h"

namespace vitruvius {

double RootAlignedMpjpeMm(const Points3d& predicted, const Points3d& truth, int root) {
  VT_CHECK_EQ(predicted.rows(), truth.rows());
  const Points3d p = predicted.rowwise() - predicted.row(root), t = truth.rowwise() - truth.row(root);
  return 1000 * (p - t).rowwise().norm().mean();
}

double ProcrustesMpjpeMm(const Points3d& predicted, const Points3d& truth) {
  return 1000 * (AlignPoints(predicted, truth).Apply(predicted) - truth).rowwise().norm().mean();
}

double Quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double position = q * static_cast<double>(values.size() - 1);
  const auto low = static_cast<size_t>(std::floor(position));
  const size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (position - static_cast<double>(low)) * (values[high] - values[low]);
}

double Median(std::vector<double> values) { return Quantile(std::move(values), 0.5); }

double Mean(const std::vector<double>& values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace vitruvius
