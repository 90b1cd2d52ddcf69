// What `help` prints: nothing of it is wider than a terminal of a hundred columns.
#pragma once

#include <string>
#include <vector>

#include "apps/common/command.h"

namespace vitruvius {

inline constexpr int kHelpColumns = 100;

// Words in lines of at most `width` characters, the first begun after `column` characters that stand there
// already, the others with `indent` blanks. Without a line break at the end. A word that is longer than a
// line has one of its own.
std::string Wrapped(const std::string& text, int column, int indent, int width = kHelpColumns);
// Paragraphs as they were written, however they were broken: lines that begin with a letter are filled anew,
// indented ones (examples, tables) stay as they are.
std::string Refilled(const std::string& text);
// Names in one column, what they mean in another.
struct HelpRow {
  std::string name, meaning;
};
std::string HelpTable(const std::vector<HelpRow>& rows);

// The help of a command, with its flags and their defaults; of one that has parts with a list of these.
// `part`: the name of one of them, whose own help it is then; empty: none.
std::string HelpText(const Command& command, const std::string& part = "");

}  // namespace vitruvius
