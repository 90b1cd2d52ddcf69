// The terms on bones, of either kind of body: left limbs against right ones, limbs against the trunk.
#pragma once

#include <vector>

#include <ceres/problem.h>

#include "models/body/body_model.h"
#include "solvers/problem/minimise.h"
#include "solvers/problem/recipe.h"
#include "solvers/residuals/shared_points.h"

namespace vitruvius {

// Joint j of the body is point first_joint + j of `points`, whose parameter blocks are `blocks`. Ratios are
// those of the body at rest. The weights are read when the problem is evaluated, and outlive it, as the
// points do.
void AddBoneTerms(const BodyModel& model, int first_joint, const TermWeights& weights,
                  const std::vector<double*>& blocks, SharedPoints* points, ceres::Problem* problem,
                  TermOfBlock* term_of_block);

}  // namespace vitruvius
