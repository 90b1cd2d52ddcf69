// The frame every subcommand stands in. A command is a name, a help text, the flags it takes and a function.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace vitruvius {

// Exit codes: 0 the work was done (people that could not be fitted are reported, not fatal), 1 bad input, 2
// bad usage, 3 nobody was usable, 75 a signal stopped the work, which --resume goes on with (EX_TEMPFAIL of
// sysexits.h: try again).
inline constexpr int kExitOk = 0, kExitBadInput = 1, kExitBadUsage = 2, kExitNobodyUsable = 3,
                     kExitStopped = 75;

// Thrown for wrong words on the command line; exits with 2.
class UsageError : public std::runtime_error {
 public:
  explicit UsageError(const std::string& message) : std::runtime_error(message) {}
};

// A command of a command, as `model build` is one of `model`.
struct CommandPart {
  std::string name;       // "build"
  std::string arguments;  // "--from FOLDER [--out FILE.npz]"
  std::string summary;    // one line
  std::string details;    // as Command's
  std::vector<std::string> flags;
};

struct Command {
  std::string name;       // "fit"
  std::string arguments;  // "INPUT... --out DIR"
  std::string summary;    // one line
  // Paragraphs, which are filled to the width of help texts, and indented lines (examples, tables), which
  // stay as they are.
  std::string details;
  std::vector<std::string> flags;
  std::function<int(const std::vector<std::string>& arguments)> run;
  std::string program = "vitruvius";  // what is typed before the name
  // The words are another program's, flags and --help with them: they reach `run` as they are.
  bool passes_on = false;
  // Where there are any, the first of the words names one, and `flags` are those of all (WithParts).
  std::vector<CommandPart> parts = {};
};

}  // namespace vitruvius
