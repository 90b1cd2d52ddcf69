// What every fitting problem has: a choice of minimiser, and costs by term.
#pragma once

#include <utility>
#include <vector>

#include <ceres/problem.h>

#include "models/scene/fit_result.h"
#include "solvers/problem/dense_lm.h"

namespace vitruvius {

enum class SolverKind { kDenseLm, kCeres, kLbfgs };

// A problem whose points come from `callback` and whose manifolds are others' property.
ceres::Problem::Options ProblemOptionsFor(ceres::EvaluationCallback* callback);

// Minimises over the blocks that are not constant, from where they are. `dense_lm` is of the same problem.
SolveSummary Minimise(const SolveOptions& options, SolverKind solver, ceres::Problem* problem,
                      DenseLm* dense_lm);

// Residual blocks in the order in which the problem lists them, with the names of their terms; those of one
// term stand together.
using TermOfBlock = std::vector<std::pair<ceres::ResidualBlockId, const char*>>;
// Throws ContractError unless that is their order.
void CheckOrder(const ceres::Problem& problem, const TermOfBlock& term_of_block);
// At the current point; terms that cost nothing are left out. Not finite where one cannot be evaluated.
std::vector<TermCost> CostsByTerm(const TermOfBlock& term_of_block, DenseLm* dense_lm);

}  // namespace vitruvius
