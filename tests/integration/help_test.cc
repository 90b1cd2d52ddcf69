// Help texts as a terminal of a hundred columns shows them.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/util/run_program.h"

namespace vitruvius::help_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The names under "commands:", which stand two blanks from the left.
std::vector<std::string> CommandsIn(const std::string& text) {
  std::vector<std::string> names;
  std::istringstream lines(text);
  bool listed = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "commands:") {
      listed = true;
    } else if (listed && line.rfind("  ", 0) == 0 && line.size() > 2 && line[2] != ' ') {
      names.push_back(line.substr(2, line.find(' ', 2) - 2));
    } else if (listed && line.rfind("  ", 0) != 0) {
      break;
    }
  }
  return names;
}

void CheckText(const std::string& words, const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto columns = std::count_if(line.begin(), line.end(),
                                       [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
    EXPECT_LE(columns, 100) << words << ": " << line;
    EXPECT_TRUE(line.empty() || line.back() != ' ') << words << ": " << line;
  }
  EXPECT_THAT(text, Not(HasSubstr("default empty"))) << words;
  EXPECT_THAT(text, Not(HasSubstr("0000000"))) << words;  // 0.10000000000000001
}

TEST(Help, EveryTextFitsIntoAHundredColumns) {
  const std::string overview = RunProgram("help").output;
  CheckText("help", overview);
  std::vector<std::string> asked = CommandsIn(overview);
  ASSERT_GT(asked.size(), 10u);
  int parts = 0;
  for (size_t i = 0; i < asked.size(); ++i) {
    if (asked[i] == "help" || asked[i] == "--version") continue;
    const ProgramRun run = RunProgram("help " + asked[i]);
    EXPECT_EQ(run.status, 0) << asked[i] << run.output;
    CheckText(asked[i], run.output);
    if (asked[i].find(' ') != std::string::npos) continue;
    for (const std::string& part : CommandsIn(run.output)) {
      if (part == "help" || part == "--version") continue;
      asked.push_back(asked[i] + " " + part);
      ++parts;
    }
  }
  EXPECT_GE(parts, 15);
}

TEST(Help, ACommandOfACommandHasItsOwn) {
  const ProgramRun build = RunProgram("help model build");
  EXPECT_EQ(build.status, 0);
  EXPECT_THAT(build.output, HasSubstr("usage: vitruvius model build --from FOLDER"));
  EXPECT_THAT(build.output, HasSubstr("--from VALUE"));
  EXPECT_THAT(build.output, Not(HasSubstr("--regressors")));
  EXPECT_EQ(RunProgram("model build --help").output, build.output);
  const ProgramRun sample = RunProgram("help prior sample");
  EXPECT_THAT(sample.output, HasSubstr("--seed N"));
  EXPECT_EQ(RunProgram("help model frobnicate").status, 2);
  // Flags of another part are refused, and not left unread.
  const ProgramRun refused = RunProgram("model info mannequin --from x");
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.output,
              HasSubstr("`model info` takes no flag --from; see `vitruvius help model info`"));
}

TEST(Help, VersionsAreTold) {
  const ProgramRun run = RunProgram("--version");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.output, ::testing::MatchesRegex("vitruvius [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  const std::string learner = std::filesystem::path(ProgramPath()).parent_path() / "vitruvius_learn";
  if (std::filesystem::exists(learner)) {
    EXPECT_THAT(RunProgram("learn --version").output,
                ::testing::MatchesRegex("vitruvius learn [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  }
}

TEST(Help, LearningIsToldOfWhereItIsNotBuilt) {
  const TestFolder folder;
  std::filesystem::copy_file(ProgramPath(), folder / "vitruvius");
  const auto run = [&](const std::string& words) {
    ProgramRun result;
    std::FILE* pipe = popen(((folder / "vitruvius ") + words + " 2>&1").c_str(), "r");
    char buffer[4096];
    while (const size_t n = std::fread(buffer, 1, sizeof(buffer), pipe)) result.output.append(buffer, n);
    result.status = WEXITSTATUS(pclose(pipe));
    return result;
  };
  for (const char* words : {"learn --help", "help learn", "learn help", "learn train-prior --help"}) {
    const ProgramRun help = run(words);
    EXPECT_EQ(help.status, 0) << words;
    EXPECT_THAT(help.output, HasSubstr("train-prior")) << words;
    EXPECT_THAT(help.output, HasSubstr("./run setup learn")) << words;
    CheckText(words, help.output);
  }
  const ProgramRun refused = run("learn train-prior mocap/ --out x");
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.output, HasSubstr("./run setup learn"));
  EXPECT_EQ(run("learn").status, 2);
}

}  // namespace
}  // namespace vitruvius::help_test
