// How sure a fit is, and what the keypoints had no say in: the Gaussian (Laplace) approximation of the
// posterior at each minimum, and its mixture over the minima.
//
// The last stage's objective is 1/2 w_d^2 |data|^2 + 1/2 w_p^2 (NLL of the prior) + ..., so it is s^2 times a
// negative log posterior with s^2 = w_p^2 / 2, the noise level at which this weight of the prior is Bayes'
// own. With H = J^T J of the robustified objective at a solution and J_j the Jacobian of joint j over the
// same parameters,
//   Cov(parameters) = s^2 H^-1,   Cov(joint j) = J_j Cov J_j^T,   variance_j = trace Cov(joint j),
// and the mass of the minimum is proportional to exp(-cost / s^2) det(H)^-1/2. That is what the objective
// believes; measured against truth it is too sure of its best minimum, so masses are raised to the power
// 1 / kTemperature before they are normalised to weights. Over minima of weights w_k,
// with x_k the joint's place in each and x_0 that of the best, where the joint is reported,
//   variance = sum_k w_k (variance_k + |x_k - x_0|^2).
// About the mean over the minima, m, it is less by |x_0 - m|^2. Own derivation; MacKay 2003, chapter 27.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "models/body/anatomy.h"
#include "models/body/body_evaluator.h"
#include "models/scene/fit_result.h"
#include "solvers/problem/fit_problem.h"
#include "solvers/problem/recipe.h"

namespace vitruvius {

// Chosen on CMU subjects 88, 135 and 140 (451 people, prior trained on the mannequin), where the mean body
// over the minima is off by 54.1 mm MPJPE at 1, 53.2 at 2, 52.8 at 3 and 4, 52.9 at 6 and 53.2 at 8 (means;
// the best minimum: 57.1).
inline constexpr double kTemperature = 3;

// s^2; 0 where nothing is known because the stage does not weigh a prior.
double NoiseLevel2(const RecipeStage& stage, const FitProblem& problem);

// Around one minimum.
struct Spread {
  bool known = false;
  double log_volume = 0;                              // -1/2 log det H
  Eigen::VectorXd variance_m2, relative_variance_m2;  // (J) in space; with respect to the root joint
};
// At the problem's current parameters, a solution of `stage`. Not known where there is no prior, the stage
// does not weigh it, or the objective has no finite curvature. What nothing determines gets kilometres.
Spread SpreadAt(const RecipeStage& stage, FitProblem* problem, BodyEvaluator* joints);

// The share of a direction is 1 - v' / v, where v is its variance under the prior (all that the stage weighs
// but keypoints) and v' what the keypoints make of it when the prior of each joint stands alone. So what the
// prior infers from one joint about another does not count as seen: an arm without keypoints has share 0,
// however sure the prior is of it. 1: the keypoints alone decide. Below the constant, more of what is said
// comes from the prior than from keypoints, and the direction counts as undetermined.
inline constexpr double kDeterminedShare = 0.5;

// Fills rotation_std_rad, data_share, betas_std, betas_data_share and transl_std_m of the result, at the
// problem's current parameters; NaN where not known. Held parameters have deviation 0 and share 1.
void Observe(const RecipeStage& stage, const std::vector<JointAxes>& axes, FitProblem* problem,
             FitResult* result);

}  // namespace vitruvius
