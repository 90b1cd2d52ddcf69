#include "solvers/registration/label_weights.h"

#include <algorithm>
#include <cmath>

#include "models/metrics/pose_metrics.h"
#include "models/util/check.h"

namespace vitruvius {

void LabelWeightOptions::Check() const {
  VT_CHECK_GT(full, 0);
  VT_CHECK_GE(out, full);
}

LabelWeights WeighLabels(const std::vector<FitResult>& registered, const LabelWeightOptions& options) {
  options.Check();
  struct Measures {
    double residual = 0, deviation = 0;
  };
  std::vector<Measures> measures(registered.size());
  std::vector<double> residuals, deviations;
  for (size_t i = 0; i < registered.size(); ++i) {
    const FitResult& fit = registered[i];
    if (!fit.usable) continue;
    // px a metre: so that near and far people are judged alike.
    measures[i].residual = fit.residual_mean / fit.weak_camera_px[0];
    measures[i].deviation = fit.joints_relative_std_m.size() > 0 ? fit.joints_relative_std_m.mean() : 0;
    residuals.push_back(measures[i].residual);
    deviations.push_back(measures[i].deviation);
  }
  const double usual_residual = Median(residuals), usual_deviation = Median(deviations);
  const auto times = [](double value, double usual) { return usual > 0 ? value / usual : 0; };
  LabelWeights labels;
  labels.weights.assign(registered.size(), 0);
  for (size_t i = 0; i < registered.size(); ++i) {
    if (!registered[i].usable) {
      ++labels.unusable;
      continue;
    }
    const double worse =
        std::max(times(measures[i].residual, usual_residual), times(measures[i].deviation, usual_deviation));
    if (!(worse < options.out)) {
      ++labels.left_out;
    } else if (worse <= options.full) {
      labels.weights[i] = 1;
      ++labels.full;
    } else {
      labels.weights[i] = std::pow(options.full / worse, 2);
      ++labels.lowered;
    }
  }
  return labels;
}

}  // namespace vitruvius
