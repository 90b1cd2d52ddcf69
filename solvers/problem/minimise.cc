#include "solvers/problem/minimise.h"

#include <algorithm>

#include <ceres/solver.h>

#include "models/util/check.h"
#include "solvers/problem/projected_lbfgs.h"

namespace vitruvius {
namespace {

SolveSummary SolveWithCeres(const SolveOptions& options, ceres::Problem* problem) {
  ceres::Solver::Options ceres_options;
  ceres_options.linear_solver_type = ceres::DENSE_NORMAL_CHOLESKY;
  ceres_options.max_num_iterations = options.max_iterations;
  ceres_options.function_tolerance = options.function_tolerance;
  ceres_options.gradient_tolerance = options.gradient_tolerance;
  ceres_options.parameter_tolerance = options.parameter_tolerance;
  ceres_options.logging_type = ceres::SILENT;
  ceres_options.num_threads = 1;
  ceres::Solver::Summary report;
  ceres::Solve(ceres_options, problem, &report);
  SolveSummary summary;
  summary.termination = report.termination_type == ceres::CONVERGENCE      ? SolveSummary::kConverged
                        : report.termination_type == ceres::NO_CONVERGENCE ? SolveSummary::kNoConvergence
                                                                           : SolveSummary::kFailure;
  summary.initial_cost = report.initial_cost;
  summary.final_cost = report.final_cost;
  summary.iterations = static_cast<int>(report.iterations.size());
  return summary;
}

}  // namespace

ceres::Problem::Options ProblemOptionsFor(ceres::EvaluationCallback* callback) {
  ceres::Problem::Options options;
  options.evaluation_callback = callback;
  options.manifold_ownership = ceres::DO_NOT_TAKE_OWNERSHIP;
  return options;
}

void CheckOrder(const ceres::Problem& problem, const TermOfBlock& term_of_block) {
  std::vector<ceres::ResidualBlockId> ids;
  problem.GetResidualBlocks(&ids);
  VT_CHECK_EQ(ids.size(), term_of_block.size());
  for (size_t i = 0; i < ids.size(); ++i) VT_CHECK(ids[i] == term_of_block[i].first);
}

SolveSummary Minimise(const SolveOptions& options, SolverKind solver, ceres::Problem* problem,
                      DenseLm* dense_lm) {
  return solver == SolverKind::kCeres   ? SolveWithCeres(options, problem)
         : solver == SolverKind::kLbfgs ? SolveWithLbfgs(options, problem)
                                        : dense_lm->Solve(options);
}

std::vector<TermCost> CostsByTerm(const TermOfBlock& term_of_block, DenseLm* dense_lm) {
  std::vector<double> costs;
  dense_lm->BlockCosts(&costs);
  std::vector<TermCost> terms;
  for (size_t i = 0; i < costs.size(); ++i) {
    const char* name = term_of_block[i].second;
    auto term = std::find_if(terms.begin(), terms.end(), [&](const TermCost& t) { return t.name == name; });
    if (term == terms.end()) term = terms.insert(term, {name, 0});
    term->cost += costs[i];
  }
  const auto is_idle = [](const TermCost& term) { return term.cost == 0; };
  terms.erase(std::remove_if(terms.begin(), terms.end(), is_idle), terms.end());
  return terms;
}

}  // namespace vitruvius
