// How often the truth lies within the deviations that were told.
#pragma once

#include <cmath>

namespace vitruvius {

struct Coverage {
  static constexpr int kSigmas = 3;
  long judged = 0, within[kSigmas] = {0, 0, 0};  // of one, two, three deviations

  // One error and what was said of it; a deviation that is not known does not count.
  void Add(double error, double deviation) {
    if (!std::isfinite(deviation)) return;
    ++judged;
    for (int k = 0; k < kSigmas; ++k) within[k] += error <= (k + 1) * deviation;
  }
  double Percent(int sigmas) const {
    return judged > 0 ? 100 * static_cast<double>(within[sigmas - 1]) / static_cast<double>(judged) : 0;
  }
};

}  // namespace vitruvius
