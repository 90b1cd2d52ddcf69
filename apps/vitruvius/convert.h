// The two sides of `convert`: motion capture in, and results out.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

// A motion file to SMPL poses under AMASS's keys (--out FILE.npz); several, or folders of them, to a file a
// trial and a table of counts (--out DIR). Returns the exit status; throw InputError, UsageError.
int ConvertMotion(const std::vector<std::string>& inputs);
// Results (a results.npz or its folder) to the format of --to.
int ConvertResult(const std::string& path);

}  // namespace vitruvius
