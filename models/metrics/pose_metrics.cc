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

double TotalBoneLength(const Points3d& joints, const std::vector<int>& parents) {
  VT_CHECK_EQ(joints.rows(), static_cast<Eigen::Index>(parents.size()));
  double total = 0;
  for (Eigen::Index j = 0; j < joints.rows(); ++j) {
    if (parents[j] >= 0) total += (joints.row(j) - joints.row(parents[j])).norm();
  }
  return total;
}

double RescaledMpjpeMm(const Points3d& predicted, const Points3d& truth, const std::vector<int>& parents,
                       double total_bone_length) {
  const double total = TotalBoneLength(predicted, parents);
  return RootAlignedMpjpeMm(total > 0 ? Points3d(predicted * (total_bone_length / total)) : predicted, truth);
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
