// Rules of style that a formatter does not know.
#include <gtest/gtest.h>

#include "tests/house/source_tree.h"

namespace vitruvius::style_test {
namespace {

constexpr size_t kMostLines = 500;

std::vector<SourceFile> AllFiles() {
  std::vector<SourceFile> files = LayerSources();
  for (SourceFile& file : FilesBelow("tests", std::regex(R"(.*\.(h|cc|py|sh))")))
    files.push_back(std::move(file));
  files.push_back(ReadSource(SourceRoot() / "run"));
  return files;
}

TEST(Style, FilesAreShort) {
  const std::vector<SourceFile> files = AllFiles();
  ASSERT_GT(files.size(), 50u) << "the tree was not found below " << SourceRoot();
  for (const SourceFile& file : files) EXPECT_LE(file.lines.size(), kMostLines) << file.path;
}

TEST(Style, HeadersBeginWithAComment) {
  for (const SourceFile& file : AllFiles()) {
    if (file.path.size() < 2 || file.path.substr(file.path.size() - 2) != ".h") continue;
    ASSERT_FALSE(file.lines.empty()) << file.path;
    EXPECT_EQ(file.lines[0].rfind("// ", 0), 0u) << file.path << " begins with: " << file.lines[0];
  }
}

// Defaults live in structs; a library that reads flags cannot be used twice in one program.
TEST(Style, FlagsLiveInAppsOnly) {
  const std::regex flag(
      R"(^\s*(DEFINE|DECLARE)_(bool|int32|uint32|int64|uint64|double|string)\b.*|.*<gflags/.*)");
  for (const SourceFile& file : LayerSources()) {
    if (file.path.rfind("apps/", 0) == 0) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_match(file.lines[i], flag))
          << file.path << ":" << i + 1 << ": " << file.lines[i];
    }
  }
  EXPECT_TRUE(std::regex_match("DEFINE_int32(starts, 0, \"\");", flag));
  EXPECT_TRUE(std::regex_match("#include <gflags/gflags.h>", flag));
}

// glog's CHECK ends the program; libraries throw (models/util/check.h).
TEST(Style, LibrariesDoNotAbort) {
  const std::regex abort(R"(^\s*(CHECK(_[A-Z]+)?\(|LOG\(FATAL\)|(std::)?(abort|exit|terminate)\().*)");
  for (const SourceFile& file : LayerSources()) {
    if (file.path.rfind("apps/", 0) == 0) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_match(file.lines[i], abort))
          << file.path << ":" << i + 1 << ": " << file.lines[i];
    }
  }
  EXPECT_TRUE(std::regex_match("  CHECK_EQ(a, b);", abort));
  EXPECT_FALSE(std::regex_match("  VT_CHECK_EQ(a, b);", abort));
}

}  // namespace
}  // namespace vitruvius::style_test
