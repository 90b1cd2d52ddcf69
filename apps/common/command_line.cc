#include "apps/common/command_line.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>

#include <gflags/gflags.h>

#include "models/util/check.h"

namespace vitruvius {
namespace {

bool Holds(const std::vector<std::string>& flags, const std::string& flag) {
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

}  // namespace

Command WithParts(Command command, std::vector<CommandPart> parts) {
  command.parts = std::move(parts);
  for (const CommandPart& part : command.parts) {
    for (const std::string& flag : part.flags) {
      if (!Holds(command.flags, flag)) command.flags.push_back(flag);
    }
  }
  return command;
}

const CommandPart* PartOf(const Command& command, const std::vector<std::string>& words) {
  for (const CommandPart& part : command.parts) {
    if (!words.empty() && part.name == words[0]) return &part;
  }
  return nullptr;
}

std::vector<std::string> ParseFlags(const Command& command, const std::vector<std::string>& words) {
  const CommandPart* const part = PartOf(command, words);
  const std::vector<std::string>& taken = part != nullptr ? part->flags : command.flags;
  const std::string whole_name = command.name + (part != nullptr ? " " + part->name : "");
  std::vector<std::string> others;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      others.insert(others.end(), words.begin() + static_cast<long>(i) + 1, words.end());
      break;
    }
    if (word.size() > 1 && word[0] == '-' && word[1] != '-') {
      throw UsageError(StrCat("found \"", word, "\"; flags begin with two dashes"));
    }
    if (word.rfind("--", 0) != 0) {
      others.push_back(word);
      continue;
    }
    const size_t equals = word.find('=');
    std::string name = word.substr(2, equals == std::string::npos ? std::string::npos : equals - 2);
    std::replace(name.begin(), name.end(), '-', '_');
    std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    bool negated = false;
    if (!Holds(taken, name) && name.rfind("no", 0) == 0 && Holds(taken, name.substr(2))) {
      name = name.substr(2);
      negated = true;
    }
    gflags::CommandLineFlagInfo info;
    if (!Holds(taken, name) || !gflags::GetCommandLineFlagInfo(name.c_str(), &info)) {
      throw UsageError(StrCat("`", whole_name, "` takes no flag --", name, "; see `", command.program,
                              " help ", whole_name, "`"));
    }
    if (negated && (info.type != "bool" || equals != std::string::npos)) {
      throw UsageError(StrCat("--no", name, " is no switch"));
    }
    if (equals == std::string::npos) {
      if (info.type == "bool") {
        value = negated ? "false" : "true";
      } else if (i + 1 < words.size()) {
        value = words[++i];
      } else {
        throw UsageError(StrCat("--", name, " needs a value"));
      }
    }
    if (gflags::SetCommandLineOption(name.c_str(), value.c_str()).empty()) {
      throw UsageError(StrCat("--", name, ": found \"", value, "\", expected a value of type ", info.type));
    }
  }
  return others;
}

std::string CommandLine(const Command& command, const std::vector<std::string>& words) {
  // Quoted where a shell would take a character for its own.
  const auto quoted = [](const std::string& word) {
    const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || std::strchr("_-./,:=+@", c) != nullptr;
    });
    if (plain) return word;
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
  };
  std::string line = StrCat(command.program, " ", command.name);
  for (const std::string& word : words) line += " " + quoted(word);
  for (const std::string& flag : command.flags) {
    gflags::CommandLineFlagInfo info;
    if (flag == "quiet" || !gflags::GetCommandLineFlagInfo(flag.c_str(), &info) || info.is_default) continue;
    line +=
        StrCat(" --", flag,
               info.type == "bool" && info.current_value == "true" ? "" : "=" + quoted(info.current_value));
  }
  return line;
}

std::map<std::string, std::string> FlagValues(const Command& command) {
  std::map<std::string, std::string> values;
  for (const std::string& flag : command.flags) {
    gflags::CommandLineFlagInfo info;
    if (gflags::GetCommandLineFlagInfo(flag.c_str(), &info)) values[flag] = info.current_value;
  }
  return values;
}

std::vector<std::string> SplitAtCommas(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream stream(list);
  for (std::string word; std::getline(stream, word, ',');) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

void MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path)) {
    throw InputError(path, "", StrCat("cannot make this folder", error ? ": " + error.message() : ""));
  }
}

}  // namespace vitruvius
