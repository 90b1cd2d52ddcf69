#include "solvers/registration/hypotheses.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace vitruvius {

std::vector<Minimum> DistinctMinima(std::vector<Hypothesis> ends, BodyEvaluator* joints) {
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
  return minima;
}

void WeighMinima(const RecipeStage& stage, FitProblem* problem, BodyEvaluator* joints,
                 std::vector<Minimum>* minima) {
  const double noise2 = NoiseLevel2(stage, *problem);
  // Less than a thousandth of the best: beyond what a larger volume makes up for.
  constexpr double kNegligible = 7 * kTemperature;
  double sum = 0;
  for (Minimum& minimum : *minima) {
    const double above = minimum.hypothesis.cost - minima->front().hypothesis.cost;
    minimum.weight = above == 0 ? 1 : 0;
    if (noise2 > 0 && above <= kNegligible * noise2) {
      minimum.hypothesis.Restore(problem);
      minimum.spread = SpreadAt(stage, problem, joints);
      const Spread& best = minima->front().spread;
      if (minimum.spread.known && best.known)
        minimum.weight =
            std::exp((-above / noise2 + minimum.spread.log_volume - best.log_volume) / kTemperature);
    }
    sum += minimum.weight;
  }
  for (Minimum& minimum : *minima) minimum.weight /= sum;
}

void SortByEvidence(const RecipeStage& stage, FitProblem* problem, BodyEvaluator* joints,
                    std::vector<Hypothesis>* ends) {
  const double noise2 = NoiseLevel2(stage, *problem);
  if (!(noise2 > 0)) return;
  std::vector<double> energy;
  for (const Hypothesis& end : *ends) {
    end.Restore(problem);
    const Spread spread = SpreadAt(stage, problem, joints);
    energy.push_back(spread.known ? end.cost / noise2 - spread.log_volume
                                  : std::numeric_limits<double>::infinity());
  }
  std::vector<size_t> order(ends->size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return energy[a] != energy[b] ? energy[a] < energy[b] : (*ends)[a].cost < (*ends)[b].cost;
  });
  std::vector<Hypothesis> sorted;
  for (const size_t i : order) sorted.push_back(std::move((*ends)[i]));
  *ends = std::move(sorted);
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

void CombineSpreads(const std::vector<Minimum>& minima, FitResult* result) {
  if (minima.empty()) return;
  const MatrixX3d& best = minima.front().joints3d;
  result->joints_std_m = result->joints_relative_std_m =
      Eigen::VectorXd::Constant(best.rows(), std::numeric_limits<double>::quiet_NaN());
  if (!minima.front().spread.known) return;
  Eigen::VectorXd variance = Eigen::VectorXd::Zero(best.rows()), relative = variance;
  for (const Minimum& minimum : minima) {
    if (!minimum.spread.known) continue;
    const MatrixX3d offset = minimum.joints3d - best;
    variance += minimum.weight * (minimum.spread.variance_m2 + offset.rowwise().squaredNorm());
    relative += minimum.weight * (minimum.spread.relative_variance_m2 +
                                  (offset.rowwise() - offset.row(0)).rowwise().squaredNorm());
  }
  result->joints_std_m = variance.cwiseSqrt();
  result->joints_relative_std_m = relative.cwiseSqrt();
}

}  // namespace vitruvius
