// The words of a command line: flags, which gflags holds, and all others; folders that they name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "apps/common/command.h"

namespace vitruvius {

// The command with these parts, and with the flags of all of them.
Command WithParts(Command command, std::vector<CommandPart> parts);
// The part that `words` begin with; null when they begin with none.
const CommandPart* PartOf(const Command& command, const std::vector<std::string>& words);

// Sets the flags among `words` (--name=value, --name value, --bool, --nobool) that `command` takes, or the
// part of it that they begin with, and returns the other words. Throws UsageError for a flag that is not
// taken or a value of the wrong kind.
std::vector<std::string> ParseFlags(const Command& command, const std::vector<std::string>& words);
// The line that runs a command with these words and the flags as they are now; those at their default, and
// --quiet, are left out.
std::string CommandLine(const Command& command, const std::vector<std::string>& words);
// The value of each flag the command takes, as text, by its name.
std::map<std::string, std::string> FlagValues(const Command& command);

// The words of a list like "a,b,c"; empty ones are left out.
std::vector<std::string> SplitAtCommas(const std::string& list);

// Throws InputError when it cannot be made and is not there.
void MakeFolder(const std::string& path);

}  // namespace vitruvius
