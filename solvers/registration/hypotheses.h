// What several starts found, weighed: the distinct minima of the last objective, how much of the posterior
// each holds, and the mean body over them. From one picture a limb may point towards or away from the camera;
// the mean of such answers is nearer to the truth on average than the best of them, though it need not be a
// body.
#pragma once

#include <vector>

#include "models/body/body_evaluator.h"
#include "solvers/registration/starts.h"
#include "solvers/registration/uncertainty.h"

namespace vitruvius {

struct Minimum {
  Hypothesis hypothesis;
  MatrixX3d joints3d;  // (J, 3) metres, camera axes
  Spread spread;
  double weight = 0;  // of all minima, sums to one
};

// `ends` are solutions of one objective. Ends whose joints differ by less than kSameMinimumM on average,
// pelvis aligned, are one minimum, that of the lower cost. Lowest cost first; ties by start. Ends of infinite
// cost are left out. Weights and spreads are not set.
inline constexpr double kSameMinimumM = 0.02;
std::vector<Minimum> DistinctMinima(std::vector<Hypothesis> ends, BodyEvaluator* joints);

// Sets spreads and weights, exp(-cost / s^2) times the volume of the spread, normalised (uncertainty.h).
// Minima too costly to matter get no spread and weight 0; without a noise level the best has all weight.
void WeighMinima(const RecipeStage& stage, FitProblem* problem, BodyEvaluator* joints,
                 std::vector<Minimum>* minima);

// Orders ends of `stage` by their evidence, cost / s^2 + 1/2 log det H, the best first; those whose curvature
// is not known come last, by cost. Without a noise level the order stays.
void SortByEvidence(const RecipeStage& stage, FitProblem* problem, BodyEvaluator* joints,
                    std::vector<Hypothesis>* ends);

// Weighted mean of the minima's joints about their pelvis, at the best one's pelvis; (J, 3), empty without
// minima.
MatrixX3d ExpectedJoints(const std::vector<Minimum>& minima);

// Sets joints_std_m and joints_relative_std_m: within and between the minima, about the best one's joints.
void CombineSpreads(const std::vector<Minimum>& minima, FitResult* result);

}  // namespace vitruvius
