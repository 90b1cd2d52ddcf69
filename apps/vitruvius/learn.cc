// vitruvius learn ...: starts the program that learns, which lies beside this one and needs LibTorch
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/common/help_text.h"
#include "apps/common/learn_commands.h"
#include "apps/common/math_environment.h"
#include "apps/vitruvius/command.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr char kHowToGetIt[] =
    "the program that learns is not built here; it needs LibTorch: `./run setup learn`, then `./run build`";

// What is there to be learned, for those who have not got the program yet.
void PrintOverview(std::FILE* stream) {
  std::vector<HelpRow> rows;
  for (const LearnEntry* entry : kLearnEntries) rows.push_back({entry->name, entry->summary});
  std::fprintf(stream,
               "%s\n\nusage: vitruvius learn <command> [inputs] [--flag=value]\n\ncommands:\n%s\n%s\n",
               kLearnSummary, HelpTable(rows).c_str(), Wrapped(kHowToGetIt, 0, 0).c_str());
}

// Does not return when it works: this process becomes the other program.
int Learn(const std::vector<std::string>& words) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string program = (self.parent_path() / "vitruvius_learn").string();
  if (error || !std::filesystem::exists(program, error)) {
    const bool asks_help = std::any_of(words.begin(), words.end(), [](const std::string& word) {
      return word == "--help" || word == "-h" || word == "help";
    });
    if (!asks_help && !words.empty()) throw InputError(program, "", StrCat("is not there: ", kHowToGetIt));
    PrintOverview(asks_help ? stdout : stderr);
    return asks_help ? kExitOk : kExitBadUsage;
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
