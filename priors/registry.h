// Priors by name or file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "priors/prior.h"

namespace vitruvius {

// `name`: a shipped prior (a file of data/priors without its ending) or a path to .npz. The family is read
// off the arrays it holds. Throws InputError.
std::shared_ptr<const Prior> LoadPrior(const std::string& name);
std::vector<std::string> ShippedPriorNames();

}  // namespace vitruvius
