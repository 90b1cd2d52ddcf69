// Limited-memory BFGS on a ceres::Problem, put back into its space after every step: the reference path of
// the adversarial prior's paper, for comparison. Levenberg-Marquardt (dense_lm.h) reaches the same minima in
// fewer evaluations, since it knows that the objective is a sum of squares.
//
// Directions are found in the tangent of manifolds and steps are theirs, so that a latent on the sphere is
// normalised at each step; numbers at a bound wait while their gradient points outwards, and steps end at the
// bound. Directions of earlier steps are kept as they are, without transport along the manifold; what does
// not descend is dropped. Steps by backtracking until Armijo's condition holds. Source: Davydov et al.,
// Adversarial Parametric Pose Prior, CVPR 2022, sec. 4.4; Nocedal and Wright, Numerical Optimization, 2006,
// algorithm 7.4.
#pragma once

#include <ceres/problem.h>

#include "solvers/problem/dense_lm.h"

namespace vitruvius {

// Minimises over the blocks that are not constant. Of the options, iterations and tolerances as in DenseLm;
// iterations are evaluations after the first, as there. Bounds as there.
SolveSummary SolveWithLbfgs(const SolveOptions& options, ceres::Problem* problem);

}  // namespace vitruvius
