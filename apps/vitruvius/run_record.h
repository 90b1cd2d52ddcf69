// run.json: how a folder of results was made, from the start of the run; and how it went.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "apps/common/command.h"
#include "apps/vitruvius/session.h"

namespace vitruvius {

// All that the bytes of a result depend on besides the input's content, as the text of a JSON object:
// version, command line, inputs, shard, body, recipes, priors, flags, and sizes and checksums of the files
// that flags name. Only of a run that was the same in all of these can another one go on.
std::string RunRecord(const Command& command, const std::vector<std::string>& inputs, const FitSetup& setup,
                      const BatchOptions& batch);

}  // namespace vitruvius
