// How sure a fit is of its joints: the Gaussian approximation of the posterior at the solution.
//
// The last stage's objective is 1/2 w_d^2 |data|^2 + 1/2 w_p^2 (NLL of the prior) + ..., so it is s^2 times a
// negative log posterior with s^2 = w_p^2 / 2, the noise level at which this weight of the prior is Bayes'
// own. With H = J^T J of the robustified objective at the solution and J_j the Jacobian of joint j over the
// same parameters,
//   Cov(parameters) = s^2 H^-1,   Cov(joint j) = J_j Cov J_j^T,   std_j = sqrt(trace Cov(joint j)).
// It knows nothing of other minima: a limb that might as well be mirrored in depth is as sure as any. Own
// derivation.
#pragma once

#include <Eigen/Core>

#include "models/body/body_evaluator.h"
#include "solvers/problem/fit_problem.h"
#include "solvers/problem/recipe.h"

namespace vitruvius {

// (J) metres, one standard deviation of each joint's distance from where it was found, in camera axes; the
// problem's current parameters are the solution, and `stage` its last stage. NaN everywhere where there is no
// prior, the stage does not weigh it, or the objective has no finite curvature. What nothing determines gets
// kilometres.
Eigen::VectorXd JointStandardDeviations(const RecipeStage& stage, FitProblem* problem, BodyEvaluator* joints);

}  // namespace vitruvius
