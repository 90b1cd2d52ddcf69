// A program of commands: finds the one that is named, turns exceptions into messages and exit codes.
#pragma once

#include <string>
#include <vector>

#include "apps/common/command.h"

namespace vitruvius {

struct Program {
  std::string name;     // what is typed: "vitruvius"
  std::string version;  // "0.1.0"
  std::string summary;  // one sentence
  std::vector<Command> commands;
};

// The exit code of main(argc, argv).
int RunProgram(const Program& program, int argc, char** argv);

}  // namespace vitruvius
