// vitruvius evaluate prior: pose priors compared by one protocol.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

// names: priors as LoadPrior takes them, and `real`, the train poses themselves. Returns the exit code.
int EvaluatePriors(const std::vector<std::string>& names);

}  // namespace vitruvius
