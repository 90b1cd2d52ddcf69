// What a build in batches relies on: a type has one definition in the whole program, and headers are light.
#include <map>
#include <regex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/house/source_tree.h"

namespace vitruvius::names_test {
namespace {

// Types that a file defines outside of functions, classes and anonymous namespaces, with their namespaces:
// "vitruvius::BodyModel". Files are formatted, so that such a definition begins a line.
std::vector<std::string> TypesOf(const SourceFile& file) {
  static const std::regex open(R"(namespace ([\w:]*) ?\{)"), close(R"(\}  // namespace.*)"),
      type(R"((?:struct|class|enum|enum class) (\w+)(?: final)?(?: :[^;{]*)?\s*\{.*)");
  std::vector<std::string> types, namespaces;
  for (const std::string& line : file.lines) {
    std::smatch match;
    if (std::regex_match(line, match, open)) {
      namespaces.push_back(match[1]);
    } else if (std::regex_match(line, close) && !namespaces.empty()) {
      namespaces.pop_back();
    } else if (std::regex_match(line, match, type)) {
      std::string name;
      bool anonymous = false;
      for (const std::string& part : namespaces) {
        anonymous = anonymous || part.empty();
        name += part + "::";
      }
      if (!anonymous) types.push_back(name + match[1].str());
    }
  }
  return types;
}

// Two inline functions or classes of one name are no error to any compiler: the linker keeps one of each
// function, and a map of the one is destroyed as a map of the other.
TEST(Names, NoTypeIsDefinedTwice) {
  std::map<std::string, std::string> path_of;
  std::vector<SourceFile> files = LayerSources();
  for (SourceFile& file : FilesBelow("tests", std::regex(R"(.*\.h)"))) files.push_back(std::move(file));
  for (const SourceFile& file : files) {
    for (const std::string& type : TypesOf(file)) {
      const auto [known, is_new] = path_of.emplace(type, file.path);
      EXPECT_TRUE(is_new) << type << " in " << file.path << " and in " << known->second;
    }
  }
  EXPECT_GT(path_of.size(), 200u);
  EXPECT_EQ(path_of.count("vitruvius::BodyModel"), 1u);
}

TEST(Names, DefinitionsAreFound) {
  SourceFile file;
  file.lines = {"namespace vitruvius {",
                "struct A {",
                "class B;",
                "class C : public A {",
                "namespace {",
                "struct D {",
                "}  // namespace",
                "enum E { kOne, kTwo };",
                "namespace part {",
                "struct F {",
                "}  // namespace part",
                "  struct G {",
                "enum class H : int {"};
  EXPECT_EQ(TypesOf(file), (std::vector<std::string>{"vitruvius::A", "vitruvius::C", "vitruvius::E",
                                                     "vitruvius::part::F", "vitruvius::H"}));
}

// Each of these takes every file that includes it a second or more.
TEST(Names, HeadersAreLight) {
  const std::regex heavy(
      R"(#include <(nlohmann/json\.hpp|Eigen/(Dense|Cholesky|LU|QR|SVD|Eigenvalues|Sparse|SparseLU|SparseCholesky)|)"
      R"(boost/.*|torch/torch\.h|ceres/ceres\.h|gmock/.*|regex)>.*)");
  for (const SourceFile& file : LayerSources()) {
    if (!std::regex_match(file.path, std::regex(R"(.*\.h)"))) continue;
    for (const std::string& line : file.lines)
      EXPECT_FALSE(std::regex_match(line, heavy)) << file.path << ": " << line;
  }
}

// Decompositions are compiled once: models/math/decompositions.h.
TEST(Names, DecompositionsAreInOnePlace) {
  const std::regex heavy(R"(#include <Eigen/(Dense|Cholesky|QR|SVD|Eigenvalues)>.*)");
  for (const SourceFile& file : LayerSources()) {
    if (file.path == "models/math/decompositions.cc") continue;
    for (const std::string& line : file.lines)
      EXPECT_FALSE(std::regex_match(line, heavy)) << file.path << ": " << line;
  }
}

}  // namespace
}  // namespace vitruvius::names_test
