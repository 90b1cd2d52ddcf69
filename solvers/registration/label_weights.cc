#include "solvers/registration/label_weights.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "models/metrics/pose_metrics.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// The mean residual in metres at the body, so that near and far people are judged alike. Not finite where the
// pelvis is not before the camera.
double ResidualAtBody(const FitResult& fit) {
  if (fit.weak_camera_px[0] > 0) return fit.residual_mean / fit.weak_camera_px[0];
  if (!(fit.focal_px.minCoeff() > 0)) return fit.residual_mean;  // of 3D keypoints
  const double depth = fit.joints3d.rows() > 0 ? fit.joints3d(0, 2) : fit.parameters.transl.z();
  if (!(depth > 0)) return std::numeric_limits<double>::infinity();
  return fit.residual_mean * depth / fit.focal_px.mean();
}

// Of the joints whose deviation is known.
std::optional<double> MeanDeviation(const FitResult& fit) {
  std::vector<double> known;
  for (const double deviation : fit.joints_relative_std_m) {
    if (std::isfinite(deviation)) known.push_back(deviation);
  }
  if (known.empty()) return std::nullopt;
  return Mean(known);
}

}  // namespace

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
    measures[i].residual = ResidualAtBody(fit);
    residuals.push_back(measures[i].residual);
    if (const std::optional<double> deviation = MeanDeviation(fit)) {
      measures[i].deviation = *deviation;
      deviations.push_back(*deviation);
    }
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
