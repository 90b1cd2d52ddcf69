// Dependencies go one way: models <- data <- priors <- solvers <- apps, and between the rooms of one layer
// only along the edges that CMake declares.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/house/source_tree.h"

namespace vitruvius::includes_test {
namespace {

// A room is a folder, "models/body". From each room, itself and all that can be reached along the edges that
// vitruvius_room(... DEPS ...) names.
using Edges = std::map<std::string, std::set<std::string>>;

Edges ParseRooms(const std::string& cmake) {
  std::map<std::string, std::string> room_of_target;
  std::map<std::string, std::vector<std::string>> words_of_room;
  const std::regex call(R"(vitruvius_room\(([^)]*)\))");
  for (std::sregex_iterator it(cmake.begin(), cmake.end(), call), end; it != end; ++it) {
    std::istringstream words((*it)[1].str());
    std::string room, word;
    words >> room;
    std::string target = room;
    std::replace(target.begin(), target.end(), '/', '_');
    room_of_target[target] = room;
    std::vector<std::string>& deps = words_of_room[room];
    while (words >> word) {
      if (word != "DEPS") deps.push_back(word);
    }
  }
  Edges edges;
  for (const auto& [room, words] : words_of_room) {
    std::set<std::string>& reached = edges[room];
    std::vector<std::string> open = {room};
    while (!open.empty()) {
      const std::string from = open.back();
      open.pop_back();
      if (!reached.insert(from).second) continue;
      for (const std::string& target : words_of_room[from]) {
        const auto it = room_of_target.find(target);
        if (it != room_of_target.end()) open.push_back(it->second);
      }
    }
  }
  return edges;
}

int Layer(const std::string& path) {
  const std::string top = path.substr(0, path.find('/'));
  const auto it = std::find(Layers().begin(), Layers().end(), top);
  return it == Layers().end() ? -1 : static_cast<int>(it - Layers().begin());
}

std::vector<std::string> Complaints(const std::vector<SourceFile>& files, const Edges& edges) {
  std::set<std::string> known;
  for (const SourceFile& file : files) known.insert(file.path);
  std::vector<std::string> complaints;
  const std::regex include(R"re(^\s*#\s*include\s*"([^"]+)".*)re");
  for (const SourceFile& file : files) {
    for (size_t i = 0; i < file.lines.size(); ++i) {
      std::smatch match;
      if (!std::regex_match(file.lines[i], match, include)) continue;
      const std::string target = match[1];
      const std::string place = file.path + ":" + std::to_string(i + 1) + ": ";
      if (known.count(target) == 0) {
        complaints.push_back(place + "\"" + target + "\" is not a file of these layers, named from the root");
        continue;
      }
      if (Layer(target) > Layer(file.path)) {
        complaints.push_back(place + "arrow up, to " + target);
        continue;
      }
      const auto it = edges.find(Folder(file.path));
      if (it != edges.end() && it->second.count(Folder(target)) == 0) {
        complaints.push_back(place + "CMake declares no edge from " + Folder(file.path) + " to " +
                             Folder(target));
      }
    }
  }
  return complaints;
}

Edges DeclaredEdges() {
  std::string cmake;
  for (const std::string& layer : Layers()) {
    for (const SourceFile& file : FilesBelow(layer, std::regex(R"(CMakeLists\.txt)"))) cmake += file.Text();
  }
  return ParseRooms(cmake);
}

TEST(Includes, FollowTheArrows) {
  const std::vector<SourceFile> files = LayerSources();
  ASSERT_GT(files.size(), 50u) << "the tree was not found below " << SourceRoot();
  const std::vector<std::string> complaints = Complaints(files, DeclaredEdges());
  EXPECT_TRUE(complaints.empty()) << Lines(complaints);
}

TEST(Includes, EveryRoomWithSourcesIsDeclared) {
  const Edges edges = DeclaredEdges();
  std::vector<std::string> complaints;
  for (const SourceFile& file : LayerSources()) {
    if (file.path.rfind("apps/", 0) == 0) continue;
    if (edges.count(Folder(file.path)) == 0) complaints.push_back(file.path + " lies in no vitruvius_room");
  }
  EXPECT_TRUE(complaints.empty()) << Lines(complaints);
}

TEST(Includes, DeclaredEdgesDoNotGoUp) {
  std::vector<std::string> complaints;
  for (const auto& [room, reached] : DeclaredEdges()) {
    for (const std::string& other : reached) {
      if (Layer(other) > Layer(room)) complaints.push_back(room + " -> " + other);
    }
  }
  EXPECT_TRUE(complaints.empty()) << Lines(complaints);
}

// The checks themselves, on a made-up tree.
TEST(Includes, WrongArrowsAreFound) {
  const Edges edges = ParseRooms(
      "vitruvius_room(models/util)\nvitruvius_room(models/math DEPS models_util Eigen3::Eigen)\n"
      "vitruvius_room(models/body\n  DEPS models_math)\nvitruvius_room(data/io DEPS models_body)\n");
  EXPECT_EQ(edges.at("data/io").size(), 4u);
  const auto count = [&](const std::string& path, const std::string& line) {
    const std::vector<SourceFile> files = {{path, {"// x", line}},
                                           {"models/util/a.h", {}},
                                           {"models/math/b.h", {}},
                                           {"models/body/c.h", {}},
                                           {"data/io/d.h", {}}};
    return Complaints(files, edges).size();
  };
  EXPECT_EQ(count("models/body/x.cc", "#include \"models/util/a.h\""), 0u);  // through math
  EXPECT_EQ(count("models/math/x.cc", "#include \"models/body/c.h\""), 1u);  // no edge
  EXPECT_EQ(count("models/body/x.cc", "#include \"data/io/d.h\""), 1u);      // up
  EXPECT_EQ(count("data/io/x.cc", "  #  include \"models/body/c.h\"  // why"), 0u);
  EXPECT_EQ(count("data/io/x.cc", "#include \"d.h\""), 1u);  // not from the root
  EXPECT_EQ(count("data/io/x.cc", "#include <vector>"), 0u);
}

}  // namespace
}  // namespace vitruvius::includes_test
