// Which of n things belongs to which of m others at the least cost.
#pragma once

#include <vector>

#include <Eigen/Core>

namespace vitruvius {

// Pairs rows of `cost` (n, m) with columns, each once at most, such that the costs of the pairs plus
// `unpaired` for each row without one are least; a pair that costs `unpaired` or more is not made. Costs are
// finite and not below zero. Returns the column of each row, -1 for none. Takes n^2 m steps for n <= m.
// Source: Kuhn's method with potentials and shortest augmenting paths; Jonker and Volgenant, "A shortest
// augmenting path algorithm for dense and sparse linear assignment problems", Computing 38, 1987.
std::vector<int> OptimalAssignment(const Eigen::MatrixXd& cost, double unpaired);

}  // namespace vitruvius
