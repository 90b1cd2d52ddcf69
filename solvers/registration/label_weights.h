// How much a registration counts as a label: what came out badly by its own account teaches less, or nothing.
// Own rule; the paper keeps all.
#pragma once

#include <vector>

#include "models/scene/fit_result.h"

namespace vitruvius {

struct LabelWeightOptions {
  // Times the median of all usable registrations, of two measures: the mean residual over the body's size in
  // the picture (px a metre: of the weak camera, or of the pinhole camera at the pelvis; residuals of 3D
  // keypoints are metres as they are), and the mean deviation of the joints, where any is known. The worse
  // one counts, q: weight 1 up to `full`, then (full / q)^2, and 0 from `out` on.
  double full = 1.5, out = 4;
  void Check() const;  // throws ContractError
};

struct LabelWeights {
  std::vector<double> weights;  // (N) 0 to 1
  // How many there are of each kind; they sum to N.
  long full = 0, lowered = 0, left_out = 0, unusable = 0;
};
LabelWeights WeighLabels(const std::vector<FitResult>& registered, const LabelWeightOptions& options = {});

}  // namespace vitruvius
