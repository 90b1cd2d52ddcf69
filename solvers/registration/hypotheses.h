// What several starts found, weighed: the distinct minima of the last objective, how much of the posterior
// each holds, and the mean body over them. From one picture a limb may point towards or away from the camera;
// the mean of such answers is nearer to the truth on average than the best of them, though it need not be a
// body.
//
// Weight of a minimum (own derivation): exp(-(cost - lowest cost) / s^2), normalised, with s^2 as in
// uncertainty.h.
#pragma once

#include <vector>

#include "models/body/body_evaluator.h"
#include "solvers/registration/starts.h"

namespace vitruvius {

struct Minimum {
  Hypothesis hypothesis;
  MatrixX3d joints3d;  // (J, 3) metres, camera axes
  double weight = 0;   // of all minima, sums to one
};

// `ends` are solutions of one objective. Ends whose joints differ by less than kSameMinimumM on average,
// pelvis aligned, are one minimum, that of the lower cost. Lowest cost first; ties by start. noise2 = s^2;
// not positive: the best has all weight. Ends of infinite cost are left out.
inline constexpr double kSameMinimumM = 0.01;
std::vector<Minimum> DistinctMinima(std::vector<Hypothesis> ends, double noise2, BodyEvaluator* joints);

// Weighted mean of the minima's joints about their pelvis, at the best one's pelvis; (J, 3), empty without
// minima.
MatrixX3d ExpectedJoints(const std::vector<Minimum>& minima);

}  // namespace vitruvius
