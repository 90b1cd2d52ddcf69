// vitruvius learn ...: starts the program that learns, which lies beside this one and needs LibTorch
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "apps/common/math_environment.h"
#include "apps/vitruvius/command.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// Does not return when it works: this process becomes the other program.
int Learn(const std::vector<std::string>& words) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string program = (self.parent_path() / "vitruvius_learn").string();
  if (error || !std::filesystem::exists(program, error)) {
    throw InputError(program, "",
                     "is not there: the program that learns is built where LibTorch is installed (Debian: "
                     "libtorch-dev, libopenblas-dev)");
  }
  PrepareMathEnvironment();
  std::vector<char*> arguments = {const_cast<char*>(program.c_str())};
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(program.c_str(), arguments.data());
  throw InputError(program, "", StrCat("cannot be started: ", std::strerror(errno)));
}

}  // namespace

Command LearnCommand() {
  Command command = {"learn", "COMMAND ...", "training of networks, by a program of its own (LibTorch)", "",
                     {},      Learn};
  command.passes_on = true;
  return command;
}

}  // namespace vitruvius
