// Every room has a page that names what is in it, and nothing that is not.
#include <cctype>
#include <set>

#include <gtest/gtest.h>

#include "tests/house/source_tree.h"

namespace vitruvius::catalogue_test {
namespace {

// Words in backticks within table rows; of the first column alone, or of all of it.
std::set<std::string> TableWords(const SourceFile& page, bool first_column) {
  std::set<std::string> words;
  const std::regex code(R"(`([^`]+)`)");
  for (const std::string& line : page.lines) {
    if (line.empty() || line[0] != '|') continue;
    const std::string cells = std::regex_replace(line, std::regex(R"(\\\|)"), "/");  // a bar within a cell
    const std::string row = first_column ? cells.substr(0, cells.find('|', 1)) : cells;
    for (std::sregex_iterator it(row.begin(), row.end(), code), end; it != end; ++it) words.insert((*it)[1]);
  }
  return words;
}

// Names of C++ files anywhere on the page.
std::set<std::string> CodeFiles(const SourceFile& page) {
  std::set<std::string> names;
  const std::regex name(R"(`([A-Za-z0-9_./-]+\.(?:h|cc))`)");
  const std::string text = page.Text();
  for (std::sregex_iterator it(text.begin(), text.end(), name), end; it != end; ++it) names.insert((*it)[1]);
  return names;
}

bool Exists(const std::string& folder, const std::string& name) {
  return std::filesystem::exists(SourceRoot() / folder / name) ||
         std::filesystem::exists(SourceRoot() / name);
}

// What the page of a folder leaves out of `contents` or makes up. A table's first column holds names of
// files: those with an ending must be there.
std::vector<std::string> Complaints(const std::string& folder, const std::vector<std::string>& contents) {
  const std::string path = folder + "/README.md";
  if (!std::filesystem::is_regular_file(SourceRoot() / path)) return {path + " is missing"};
  const SourceFile page = ReadSource(SourceRoot() / path);
  std::vector<std::string> complaints;
  const std::set<std::string> named = TableWords(page, false);
  for (const std::string& name : contents) {
    if (named.count(name) == 0) complaints.push_back(path + ": no row names `" + name + "`");
  }
  std::set<std::string> files = CodeFiles(page);
  const std::regex with_ending(R"([A-Za-z0-9_./-]+\.(h|cc|json|npz|py|sh))");
  for (const std::string& word : TableWords(page, true)) {
    if (std::regex_match(word, with_ending)) files.insert(word);
  }
  for (const std::string& name : files) {
    if (!Exists(folder, name)) complaints.push_back(path + ": there is no " + name);
  }
  return complaints;
}

std::vector<std::string> NamesIn(const std::string& folder, const std::string& pattern) {
  std::vector<std::string> names;
  for (const SourceFile& file : FilesBelow(folder, std::regex(pattern))) {
    if (Folder(file.path) == folder) names.push_back(std::filesystem::path(file.path).filename().string());
  }
  return names;
}

TEST(Catalogue, EveryHeaderIsNamed) {
  std::set<std::string> folders;
  for (const SourceFile& file : LayerSources()) {
    if (file.path.rfind("apps/", 0) != 0 && file.path.back() == 'h') folders.insert(Folder(file.path));
  }
  ASSERT_GT(folders.size(), 10u);
  std::vector<std::string> complaints;
  for (const std::string& folder : folders) {
    for (const std::string& complaint : Complaints(folder, NamesIn(folder, R"(.*\.h)")))
      complaints.push_back(complaint);
  }
  EXPECT_TRUE(complaints.empty()) << Lines(complaints);
}

TEST(Catalogue, EveryShippedRecipeAndPriorIsNamed) {
  std::vector<std::string> complaints = Complaints("data/recipes", NamesIn("data/recipes", R"(.*\.json)"));
  const std::vector<std::string> priors = NamesIn("data/priors", R"(.*\.npz)");
  if (!priors.empty()) {
    for (const std::string& complaint : Complaints("data/priors", priors)) complaints.push_back(complaint);
  }
  EXPECT_TRUE(complaints.empty()) << Lines(complaints);
}

// command.h declares one function a command: `Command FitCommand();` is `vitruvius fit`.
TEST(Catalogue, EveryCommandIsNamed) {
  const std::string text = ReadSource(SourceRoot() / "apps/vitruvius/command.h").Text();
  const std::regex declaration(R"(Command ([A-Z][a-z]+)Command\(\);)");
  const SourceFile page = ReadSource(SourceRoot() / "apps/vitruvius/README.md");
  std::set<std::string> named;  // first words of the first column: `prior info` names prior
  for (const std::string& words : TableWords(page, true)) named.insert(words.substr(0, words.find(' ')));
  std::vector<std::string> complaints = Complaints("apps/vitruvius", {});
  int num_commands = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), declaration), end; it != end; ++it, ++num_commands) {
    std::string name = (*it)[1];
    name[0] = static_cast<char>(std::tolower(name[0]));
    if (named.count(name) == 0) complaints.push_back("apps/vitruvius/README.md: no row names `" + name + "`");
  }
  EXPECT_GT(num_commands, 3);
  EXPECT_TRUE(complaints.empty()) << Lines(complaints);
}

// The checks themselves.
TEST(Catalogue, TablesAreRead) {
  const SourceFile page = {"x/README.md", {"`no.h`", "| file | what |", "| `a.h`, `b\\|c` | does `c.h` |"}};
  EXPECT_EQ(TableWords(page, true), (std::set<std::string>{"a.h", "b/c"}));
  EXPECT_EQ(TableWords(page, false), (std::set<std::string>{"a.h", "b/c", "c.h"}));
  EXPECT_EQ(CodeFiles(page), (std::set<std::string>{"a.h", "c.h", "no.h"}));
  EXPECT_EQ(Complaints("models/nowhere", {}).size(), 1u);
}

}  // namespace
}  // namespace vitruvius::catalogue_test
