// vitruvius prior interpolate: ways through a prior's latent space, as pictures, poses or an animation.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

// Returns the exit code; throws UsageError and InputError.
int InterpolatePrior(const std::vector<std::string>& names);

}  // namespace vitruvius
