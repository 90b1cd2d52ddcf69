// The paper's optimiser for bodies of segments: Adam on a batch of people at once, to compare with least
// squares (solvers/registration/segment_fitter.h), whose objective this is, term by term.
#pragma once

#include <vector>

#include "models/body/segment_body.h"
#include "solvers/problem/recipe.h"
#include "solvers/registration/segment_view.h"

namespace vitruvius {

struct AdamOptions {
  double rate = 0.1;   // as in the paper
  int steps = 300;     // of its first round; 100 later
  void Check() const;  // throws ContractError
};

struct AdamRegistration {
  std::vector<SegmentParameters> parameters;  // in units of each view's frame
  std::vector<double> first_cost, last_cost;  // 1/2 sum of squares, as in SegmentProblem
};

// Minimises the stage's objective from `starts`, in units of each view's frame, all numbers moving. In single
// precision, as the paper's; bounds on scales are not known to Adam. The stage's terms on bones and its
// robust loss are not taken: ContractError where it has them. Source: "Learning body shape and pose from
// dense correspondences", L_regist; Kingma and Ba, Adam, ICLR 2015.
AdamRegistration RegisterWithAdam(const BodyModel& model, const std::vector<SegmentView>& views,
                                  const std::vector<SegmentParameters>& starts, const RecipeStage& stage,
                                  bool mean_data, const AdamOptions& options);

}  // namespace vitruvius
