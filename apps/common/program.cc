#include "apps/common/program.h"

#include <algorithm>
#include <cstdio>
#include <exception>

#include <glog/logging.h>

#include "apps/common/command_line.h"
#include "apps/common/help_text.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

void PrintOverview(const Program& program, std::FILE* stream) {
  std::vector<HelpRow> rows;
  for (const Command& command : program.commands) rows.push_back({command.name, command.summary});
  rows.push_back({"help", StrCat("this text, or `", program.name, " help <command>`")});
  rows.push_back({"--version", "which version this is"});
  std::fprintf(stream, "%s\n\nusage: %s <command> [inputs] [--flag=value]\n\ncommands:\n%s\n",
               program.summary.c_str(), program.name.c_str(), HelpTable(rows).c_str());
  std::fprintf(stream,
               "exit status: 0 done, 1 bad input, 2 bad usage, 3 nobody was usable, 75 stopped by a signal\n"
               "(--resume goes on)\n");
}

int Run(const Program& program, const std::vector<std::string>& words) {
  if (words.empty()) {
    PrintOverview(program, stderr);
    return kExitBadUsage;
  }
  const bool is_help = words[0] == "help" || words[0] == "--help" || words[0] == "-h";
  if (is_help && words.size() == 1) {
    PrintOverview(program, stdout);
    return kExitOk;
  }
  if (words[0] == "--version") {
    std::printf("%s %s\n", program.name.c_str(), program.version.c_str());
    return kExitOk;
  }
  const std::string& name = is_help ? words[1] : words[0];
  const auto it = std::find_if(program.commands.begin(), program.commands.end(),
                               [&](const Command& c) { return c.name == name; });
  if (it == program.commands.end()) {
    throw UsageError(StrCat("unknown command \"", name, "\"; see `", program.name, " help`"));
  }
  if (it->passes_on) {
    std::vector<std::string> rest(words.begin() + (is_help ? 2 : 1), words.end());
    if (is_help) rest.insert(rest.begin(), "help");
    return it->run(rest);
  }
  const std::vector<std::string> rest(words.begin() + (is_help ? 2 : 1), words.end());
  const auto asks_help = [](const std::string& word) { return word == "--help" || word == "-h"; };
  if (is_help || std::any_of(rest.begin(), rest.end(), asks_help)) {
    const CommandPart* const part = PartOf(*it, rest);
    if (is_help && part == nullptr && !rest.empty())
      throw UsageError(
          StrCat("`", name, "` has no command \"", rest[0], "\"; see `", program.name, " help ", name, "`"));
    std::fputs(HelpText(*it, part != nullptr ? part->name : "").c_str(), stdout);
    return kExitOk;
  }
  return it->run(ParseFlags(*it, rest));
}

}  // namespace

int RunProgram(const Program& program, int argc, char** argv) {
  google::InitGoogleLogging(argv[0]);
  FLAGS_logtostderr = true;
  FLAGS_minloglevel = google::WARNING;
  const char* name = program.name.c_str();
  try {
    return Run(program, std::vector<std::string>(argv + 1, argv + argc));
  } catch (const UsageError& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return kExitBadUsage;
  } catch (const InputError& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return kExitBadInput;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: internal error, please report: %s\n", name, error.what());
    return kExitBadInput;
  }
}

}  // namespace vitruvius
