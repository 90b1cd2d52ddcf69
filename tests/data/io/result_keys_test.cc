// docs/results.md names every key that results.npz can have, with its shape, and no other.
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "data/io/npz.h"
#include "data/io/result_writer.h"
#include "models/body/mannequin.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/places.h"

namespace vitruvius::result_keys_test {
namespace {

constexpr int kRows = 2, kHypotheses = 3, kLatent = 5, kTerms = 2;

// Shapes by key, as the guide's tables tell them.
std::map<std::string, std::string> Documented() {
  std::map<std::string, std::string> shapes;
  std::ifstream page(SourceFolder() + "/docs/results.md");
  const std::regex row(R"(^\| `([a-z0-9_]+)` \| \(([^|]*)\) \| ([^|]*)\| (.+) \|$)");
  std::smatch parts;
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("| `", 0) != 0) continue;
    EXPECT_TRUE(std::regex_match(line, parts, row)) << line;
    EXPECT_TRUE(shapes.emplace(parts[1], parts[2]).second) << "twice: " << line;
  }
  return shapes;
}

// "N, 3(J-1)" as numbers.
std::vector<std::int64_t> ShapeOf(const std::string& text) {
  const std::int64_t joints = Mannequin()->num_joints();
  const std::map<std::string, std::int64_t> sizes = {{"N", kRows},
                                                     {"J", joints},
                                                     {"3J", 3 * joints},
                                                     {"3(J-1)", 3 * (joints - 1)},
                                                     {"B", Mannequin()->num_betas()},
                                                     {"T", kTerms},
                                                     {"K", kHypotheses},
                                                     {"d", kLatent},
                                                     {"2", 2},
                                                     {"3", 3}};
  std::vector<std::int64_t> shape;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream >> std::ws, word, ',');) {
    EXPECT_EQ(sizes.count(word), 1u) << text;
    if (sizes.count(word) == 1) shape.push_back(sizes.at(word));
  }
  return shape;
}

TEST(ResultKeys, TheGuideNamesThoseThatAreWritten) {
  const TemporaryFolder folder;
  ResultsWriter writer(folder.path(), *Mannequin(), kHypotheses, kLatent, /*of_segments=*/true);
  for (int i = 0; i < kRows; ++i) {
    FitResult fit;
    fit.id = std::to_string(i);
    fit.terms = {{"reprojection", 1}, {"prior", 2}};
    writer.Append(fit, PersonObservation());
  }
  writer.Finish(/*frame_rate_hz=*/30);
  const NpzReader file(folder.path() + "/results.npz");
  std::map<std::string, std::string> documented = Documented();
  for (const std::string& key : file.Keys()) {
    const auto found = documented.find(key);
    if (found == documented.end()) {
      ADD_FAILURE() << "docs/results.md does not name " << key;
      continue;
    }
    EXPECT_EQ(file.Shape(key), ShapeOf(found->second)) << key;
    documented.erase(found);
  }
  for (const auto& [key, shape] : documented) ADD_FAILURE() << "nothing writes " << key;
}

}  // namespace
}  // namespace vitruvius::result_keys_test
