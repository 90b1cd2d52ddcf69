#include "apps/common/help_text.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include <gflags/gflags.h>

#include "apps/common/command_line.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// Characters of UTF-8 text.
int WidthOf(const std::string& text) {
  return static_cast<int>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// "0.1" and not "0.10000000000000001".
std::string DefaultText(const gflags::CommandLineFlagInfo& info) {
  if (info.type != "double") return info.default_value;
  char text[32];
  std::snprintf(text, sizeof(text), "%g", std::atof(info.default_value.c_str()));
  return text;
}

HelpRow RowOf(const std::string& flag, const gflags::CommandLineFlagInfo& info) {
  const std::string name = "--" + flag;
  if (info.type == "bool") {
    const bool on = info.default_value == "true";
    return {name, info.description + (on ? StrCat(" (as it is without; --no", flag, " turns it off)") : "")};
  }
  const char* kind = info.type == "string" ? " VALUE" : info.type == "double" ? " X" : " N";
  const std::string standard = DefaultText(info);
  return {name + kind, info.description + (standard.empty() ? "" : " (default " + standard + ")")};
}

std::string FlagTable(const std::vector<std::string>& flags) {
  std::vector<HelpRow> rows;
  for (const std::string& flag : flags) {
    gflags::CommandLineFlagInfo info;
    if (gflags::GetCommandLineFlagInfo(flag.c_str(), &info)) rows.push_back(RowOf(flag, info));
  }
  return rows.empty() ? "" : "flags:\n" + HelpTable(rows);
}

std::string Usage(const std::string& words, const std::string& arguments) {
  const std::string start = StrCat("usage: ", words, " ");
  return start + Wrapped(arguments, WidthOf(start), 7) + "\n\n";
}

}  // namespace

std::string Wrapped(const std::string& text, int column, int indent, int width) {
  std::istringstream words(text);
  std::string lines;
  bool begun = false;  // a word stands in this line
  for (std::string word; words >> word;) {
    const int length = WidthOf(word);
    if (begun && column + 1 + length > width) {
      lines += "\n" + std::string(static_cast<size_t>(indent), ' ');
      column = indent;
      begun = false;
    }
    lines += (begun ? " " : "") + word;
    column += length + (begun ? 1 : 0);
    begun = true;
  }
  return lines;
}

std::string Refilled(const std::string& text) {
  std::istringstream lines(text);
  std::string filled, paragraph;
  const auto end_paragraph = [&] {
    if (!paragraph.empty()) filled += Wrapped(paragraph, 0, 0) + "\n";
    paragraph.clear();
  };
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != ' ') {
      paragraph += (paragraph.empty() ? "" : " ") + line;
      continue;
    }
    end_paragraph();
    filled += line + "\n";
  }
  end_paragraph();
  return filled;
}

std::string HelpTable(const std::vector<HelpRow>& rows) {
  constexpr int kWidestName = 24, kGap = 2;
  int names = 0;
  for (const HelpRow& row : rows) {
    if (WidthOf(row.name) <= kWidestName) names = std::max(names, WidthOf(row.name));
  }
  const int indent = kGap + names + kGap;
  std::string table;
  for (const HelpRow& row : rows) {
    table += std::string(kGap, ' ') + row.name;
    const int width = kGap + WidthOf(row.name);
    table += width + kGap > indent ? "\n" + std::string(static_cast<size_t>(indent), ' ')
                                   : std::string(static_cast<size_t>(indent - width), ' ');
    table += Wrapped(row.meaning, indent, indent) + "\n";
  }
  return table;
}

std::string HelpText(const Command& command, const std::string& part) {
  const std::string words = StrCat(command.program, " ", command.name);
  for (const CommandPart& p : command.parts) {
    if (p.name != part) continue;
    return StrCat(Usage(words + " " + p.name, p.arguments), Wrapped(p.summary, 0, 0), "\n\n",
                  p.details.empty() ? "" : Refilled(p.details) + "\n", FlagTable(p.flags));
  }
  std::string text = Usage(words, command.arguments) + Wrapped(command.summary, 0, 0) + "\n\n";
  if (!command.parts.empty()) {
    std::vector<HelpRow> rows;
    for (const CommandPart& p : command.parts) rows.push_back({p.name, p.summary});
    text +=
        "commands:\n" + HelpTable(rows) +
        StrCat("one of them: ", command.program, " help ", command.name, " ", command.parts[0].name, "\n\n");
  }
  if (!command.details.empty()) text += Refilled(command.details) + (command.parts.empty() ? "\n" : "");
  return text + (command.parts.empty() ? FlagTable(command.flags) : "");
}

}  // namespace vitruvius
