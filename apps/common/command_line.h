// The words of a command line: flags, which gflags holds, and all others; folders that they name.
#pragma once

#include <string>
#include <vector>

#include "apps/common/command.h"

namespace vitruvius {

// Sets the flags among `words` (--name=value, --name value, --bool, --nobool) that `command` takes and
// returns the other words. Throws UsageError for a flag the command does not take or a value of the wrong
// kind.
std::vector<std::string> ParseFlags(const Command& command, const std::vector<std::string>& words);
// The line that runs a command with these words and the flags as they are now; those at their default, and
// --quiet, are left out.
std::string CommandLine(const Command& command, const std::vector<std::string>& words);
// The help text of one command, with its flags and their defaults.
std::string HelpText(const Command& command);

// The words of a list like "a,b,c"; empty ones are left out.
std::vector<std::string> SplitAtCommas(const std::string& list);

// Throws InputError when it cannot be made and is not there.
void MakeFolder(const std::string& path);

}  // namespace vitruvius
