// vitruvius evaluate regressor: predicted bodies against true ones.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

// One result, its truth in --truth. Returns the exit code.
int EvaluateRegressor(const std::vector<std::string>& inputs);

}  // namespace vitruvius
