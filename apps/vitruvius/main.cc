// vitruvius <command> [inputs] [--flag=value]
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <glog/logging.h>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

std::vector<Command> Commands() {
  return {FitCommand(),      CheckCommand(),   DemoCommand(),   ModelCommand(),  PriorCommand(),
          EvaluateCommand(), ExplainCommand(), RenderCommand(), ReportCommand(), ConvertCommand()};
}

void PrintOverview(std::FILE* stream) {
  std::fprintf(stream,
               "vitruvius fits parametric human bodies to keypoints.\n\n"
               "usage: vitruvius <command> [inputs] [--flag=value]\n\ncommands:\n");
  for (const Command& command : Commands()) {
    std::fprintf(stream, "  %-10s %s\n", command.name.c_str(), command.summary.c_str());
  }
  std::fprintf(stream, "  %-10s %s\n\n", "help", "this text, or `vitruvius help <command>`");
  std::fprintf(stream, "exit status: 0 done, 1 bad input, 2 bad usage\n");
}

int Run(const std::vector<std::string>& words) {
  if (words.empty()) {
    PrintOverview(stderr);
    return kExitBadUsage;
  }
  const bool is_help = words[0] == "help" || words[0] == "--help" || words[0] == "-h";
  if (is_help && words.size() == 1) {
    PrintOverview(stdout);
    return kExitOk;
  }
  const std::vector<Command> commands = Commands();
  const std::string& name = is_help ? words[1] : words[0];
  const auto it =
      std::find_if(commands.begin(), commands.end(), [&](const Command& c) { return c.name == name; });
  if (it == commands.end()) throw UsageError(StrCat("unknown command \"", name, "\"; see `vitruvius help`"));
  std::vector<std::string> rest(words.begin() + 1, words.end());
  const auto asks_help = [](const std::string& word) { return word == "--help" || word == "-h"; };
  if (is_help || std::any_of(rest.begin(), rest.end(), asks_help)) {
    std::fputs(HelpText(*it).c_str(), stdout);
    return kExitOk;
  }
  return it->run(ParseFlags(*it, rest));
}

}  // namespace
}  // namespace vitruvius

int main(int argc, char** argv) {
  google::InitGoogleLogging(argv[0]);
  FLAGS_logtostderr = true;
  FLAGS_minloglevel = google::WARNING;
  try {
    return vitruvius::Run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const vitruvius::UsageError& error) {
    std::fprintf(stderr, "vitruvius: %s\n", error.what());
    return vitruvius::kExitBadUsage;
  } catch (const vitruvius::InputError& error) {
    std::fprintf(stderr, "vitruvius: %s\n", error.what());
    return vitruvius::kExitBadInput;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vitruvius: internal error, please report: %s\n", error.what());
    return vitruvius::kExitBadInput;
  }
}
