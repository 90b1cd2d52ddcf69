// The two sides of `convert`: motion capture in, and results out.
#pragma once

#include <string>

namespace vitruvius {

// A motion file to SMPL poses under AMASS's keys (--out FILE.npz). Returns the exit status; throw InputError,
// UsageError.
int ConvertMotion(const std::string& path);
// Results (a results.npz or its folder) to the format of --to.
int ConvertResult(const std::string& path);

}  // namespace vitruvius
