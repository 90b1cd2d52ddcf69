// How evenly a body moves along a path between two bodies (Davydov et al., Adversarial Parametric Pose Prior,
// CVPR 2022, sec. 4.3 and eq. 6).
#pragma once

#include <vector>

namespace vitruvius {

struct Smoothness {
  // (T) steps as multiples of the even share of the way, delta_t T / delta(first, last): all 1 where the body
  // goes straight at constant speed, at least 1 on average by the triangle inequality.
  std::vector<double> normalized;
  double ratio = 0;  // R: the largest step over the smallest; infinite where the body stands still
};

// steps_m (T >= 1): distances between consecutive bodies; ends_m > 0: between the first and the last.
Smoothness MeasureSmoothness(const std::vector<double>& steps_m, double ends_m);

}  // namespace vitruvius
