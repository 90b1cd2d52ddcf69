// The body that a result belongs to: the one place where commands that read results get it from.
#pragma once

#include <memory>
#include <string>

#include "models/body/body_model.h"

namespace vitruvius {

// The body that made the results.npz at `path`, or in that folder; also that of another .npz with the keys of
// data/io/result_body.h. Without --model it is the one that the file names (by model_file; of an older
// version by run.json beside it, or by name), with --model the one that the flag names. Throws InputError
// when that is not the result's own, or when the result's own is not where it was. Doubt, which only files of
// older versions leave, is said on stderr.
std::shared_ptr<const BodyModel> BodyOfResult(const std::string& path);

// For one result more, which must belong to the same body. Throws InputError.
void RequireBodyOfResult(const std::string& path, const std::shared_ptr<const BodyModel>& model);

}  // namespace vitruvius
