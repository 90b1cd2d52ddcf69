#include "solvers/registration/hypotheses.h"

#include <algorithm>
#include <cmath>

namespace vitruvius {

std::vector<Minimum> DistinctMinima(std::vector<Hypothesis> ends, double noise2, BodyEvaluator* joints) {
  std::sort(ends.begin(), ends.end(), [](const Hypothesis& a, const Hypothesis& b) {
    return a.cost != b.cost ? a.cost < b.cost : a.start < b.start;
  });
  std::vector<Minimum> minima;
  for (Hypothesis& end : ends) {
    if (!std::isfinite(end.cost)) continue;
    joints->Evaluate(end.parameters, false);
    const MatrixX3d& found = joints->points();
    const auto is_same = [&](const Minimum& other) {
      const Eigen::RowVector3d shift = other.joints3d.row(0) - found.row(0);
      return ((found.rowwise() + shift) - other.joints3d).rowwise().norm().mean() < kSameMinimumM;
    };
    if (std::any_of(minima.begin(), minima.end(), is_same)) continue;
    Minimum minimum;
    minimum.joints3d = found;
    minimum.hypothesis = std::move(end);
    minima.push_back(std::move(minimum));
  }
  double sum = 0;
  for (Minimum& minimum : minima) {
    const double above = minimum.hypothesis.cost - minima.front().hypothesis.cost;
    minimum.weight = above == 0 ? 1 : noise2 > 0 ? std::exp(-above / noise2) : 0;
    sum += minimum.weight;
  }
  for (Minimum& minimum : minima) minimum.weight /= sum;
  return minima;
}

MatrixX3d ExpectedJoints(const std::vector<Minimum>& minima) {
  if (minima.empty()) return {};
  const MatrixX3d& best = minima.front().joints3d;
  MatrixX3d mean = MatrixX3d::Zero(best.rows(), 3);
  for (const Minimum& minimum : minima) {
    mean += minimum.weight * (minimum.joints3d.rowwise() - minimum.joints3d.row(0));
  }
  return mean.rowwise() + best.row(0);
}

}  // namespace vitruvius
