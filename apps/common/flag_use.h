// Flags that were given where they mean nothing: refused, so that nobody waits for an effect.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

// Whether the command line names the flag, whatever its value.
bool IsGiven(const std::string& flag);
// Throws UsageError for the first of the flags that was given: "--flag: why".
void RefuseGiven(const std::vector<std::string>& flags, const std::string& why);

}  // namespace vitruvius
