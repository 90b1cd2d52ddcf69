// The data folder of MPFB2: Wavefront OBJ, targets as gzipped text, rig and weights as JSON.
#include <algorithm>
#include <charconv>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/gzip.h"
#include "data/io/json_text.h"
#include "data/io/makehuman_layouts.h"
#include "data/io/text_scanner.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxFileBytes = 64 << 20;
constexpr std::uint64_t kMaxTargetBytes = 16 << 20;
constexpr char kMesh[] = "3dobjs/base.obj";
constexpr char kRig[] = "rigs/standard/rig.default.json";
constexpr char kWeights[] = "rigs/standard/weights.default.json";

// The body's quads, and the vertices of every other group: they are where bones begin and end.
std::map<std::string, std::vector<int>> ReadMesh(const std::string& path, MakeHumanData* data) {
  const std::string text = ReadFile(path, kMaxFileBytes);
  TextScanner::Options options;
  options.comment = '#';
  TextScanner scanner(text, path, options);
  std::vector<Eigen::Vector3d> vertices;
  std::map<std::string, std::vector<int>> groups;
  std::string group;
  while (!scanner.AtEnd()) {
    const std::string_view kind = scanner.Next("a line of an OBJ");
    if (kind == "v") {
      if (static_cast<int>(vertices.size()) >= kMaxMakeHumanVertices) {
        scanner.Fail(kind, StrCat("at most ", kMaxMakeHumanVertices, " vertices"));
      }
      Eigen::Vector3d v;
      for (double& x : v) x = scanner.Number("a coordinate");
      vertices.push_back(kMetresPerDecimetre * v);
    } else if (kind == "g") {
      group = std::string(scanner.Next("a group's name"));
    } else if (kind == "f") {
      std::array<int, 4> quad;
      for (int& corner : quad) {
        const std::string_view word = scanner.MoreOnLine() ? scanner.Next("a corner") : "";
        int number = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
        const bool whole = error == std::errc() && (end == word.data() + word.size() || *end == '/');
        if (!whole || number < 1 || number > static_cast<int>(vertices.size())) {
          scanner.Fail(word, StrCat("a corner of a quad, 1 to ", vertices.size()));
        }
        corner = number - 1;
      }
      if (group == "body") {
        data->quads.push_back(quad);
      } else {
        groups[group].insert(groups[group].end(), quad.begin(), quad.end());
      }
    }
    if (scanner.MoreOnLine()) scanner.SkipLine();
  }
  data->vertices.resize(static_cast<Eigen::Index>(vertices.size()), 3);
  for (size_t v = 0; v < vertices.size(); ++v) {
    data->vertices.row(static_cast<Eigen::Index>(v)) = vertices[v].transpose();
  }
  data->num_body_vertices = CountBodyVertices(data->quads, static_cast<int>(vertices.size()), path);
  for (auto& [name, members] : groups) {
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
  }
  return groups;
}

// A bone's end is the mean of a cube, of some vertices, or one vertex.
std::vector<int> EndOfBone(const nlohmann::json& end, const std::map<std::string, std::vector<int>>& groups,
                           int num_vertices, const std::string& path, const std::string& place) {
  const nlohmann::json& strategy = ValueOf(end, "strategy");
  const auto is = [&](const char* name) { return strategy.is_string() && strategy == name; };
  std::vector<int> vertices;
  const auto add = [&](const nlohmann::json& index) {
    const std::int64_t v = index.is_number_integer() ? index.get<std::int64_t>() : -1;
    if (v < 0 || v >= num_vertices) {
      throw InputError(path, place,
                       StrCat("found vertex ", JsonText(index), ", expected 0 to ", num_vertices - 1));
    }
    vertices.push_back(static_cast<int>(v));
  };
  if (is("CUBE")) {
    const nlohmann::json& cube = ValueOf(end, "cube_name");
    const auto group = groups.find(cube.is_string() ? cube.get<std::string>() : "");
    if (group == groups.end()) {
      throw InputError(path, place, StrCat("found cube ", JsonText(cube), ", expected a group of the mesh"));
    }
    vertices = group->second;
  } else if (is("VERTEX")) {
    add(ValueOf(end, "vertex_index"));
  } else if (is("MEAN")) {
    const nlohmann::json& indices = ValueOf(end, "vertex_indices");
    if (!indices.is_array() || indices.empty()) throw InputError(path, place, "names no vertices");
    for (const nlohmann::json& index : indices) add(index);
  } else {
    throw InputError(path, place,
                     StrCat("found strategy ", JsonText(strategy), ", expected CUBE, VERTEX or MEAN"));
  }
  return vertices;
}

void ReadRig(const std::string& path, const std::map<std::string, std::vector<int>>& groups,
             MakeHumanData* data) {
  const nlohmann::json file = ParseJson(ReadFile(path, kMaxFileBytes), path);
  const nlohmann::json& nested = ValueOf(file, "bones");  // newer files wrap the bones
  const nlohmann::json& bones = nested.is_object() ? nested : file;
  if (!bones.is_object() || bones.size() > kMaxMakeHumanBones) {
    throw InputError(path, "", StrCat("expected an object of at most ", kMaxMakeHumanBones, " bones"));
  }
  const int num_vertices = static_cast<int>(data->vertices.rows());
  for (const auto& [name, bone] : bones.items()) {
    data->bone_heads[name] = EndOfBone(ValueOf(bone, "head"), groups, num_vertices, path, name + ".head");
    data->bone_tails[name] = EndOfBone(ValueOf(bone, "tail"), groups, num_vertices, path, name + ".tail");
  }
}

void ReadWeights(const std::string& path, MakeHumanData* data) {
  const nlohmann::json file = ParseJson(ReadFile(path, kMaxFileBytes), path);
  const nlohmann::json& bones = ValueOf(file, "weights");
  if (!bones.is_object() || bones.size() > kMaxMakeHumanBones) {
    throw InputError(path, "weights", StrCat("expected an object of at most ", kMaxMakeHumanBones, " bones"));
  }
  std::vector<BoneWeight> entries;
  for (const auto& [name, pairs] : bones.items()) {
    const int bone = static_cast<int>(data->bone_names.size());
    data->bone_names.push_back(name);
    if (!pairs.is_array()) throw InputError(path, "weights." + name, "is no array");
    for (const nlohmann::json& pair : pairs) {
      const bool good = pair.is_array() && pair.size() == 2 && pair[0].is_number_integer() &&
                        pair[1].is_number() && pair[1].get<double>() >= 0 && pair[1].get<double>() <= 1;
      const std::int64_t vertex = good ? pair[0].get<std::int64_t>() : -1;
      if (vertex < 0 || vertex >= data->vertices.rows()) {
        throw InputError(path, "weights." + name,
                         StrCat("found ", JsonText(pair), ", expected [vertex, weight from 0 to 1]"));
      }
      if (vertex >= data->num_body_vertices) continue;
      entries.push_back({static_cast<int>(vertex), bone, pair[1].get<double>()});
    }
  }
  data->weights =
      NormalizedWeights(entries, data->num_body_vertices, static_cast<int>(data->bone_names.size()), path);
}

// Lines of a vertex and three decimetres; vertices that are not named stay.
void ReadTarget(const std::string& path, Eigen::Index row, MakeHumanData* data) {
  const std::string text = ReadGzip(path, kMaxTargetBytes);
  TextScanner::Options options;
  options.comment = '#';
  TextScanner scanner(text, path, options);
  while (!scanner.AtEnd()) {
    const std::int64_t vertex = scanner.Integer("a vertex", 0, data->vertices.rows() - 1);
    for (int axis = 0; axis < 3; ++axis) {
      data->targets(row, 3 * vertex + axis) =
          static_cast<float>(kMetresPerDecimetre * scanner.Number("an offset"));
    }
  }
}

}  // namespace

std::optional<MakeHumanData> ReadMakeHumanMpfb(const std::string& folder,
                                               const std::vector<std::string>& targets) {
  for (const char* below : {"", "/mpfb2", "/data", "/src/mpfb/data"}) {
    MakeHumanData data;
    data.path = folder + below;
    std::error_code error;
    if (!fs::is_regular_file(data.path + "/" + kMesh, error)) continue;
    const auto groups = ReadMesh(data.path + "/" + kMesh, &data);
    ReadRig(data.path + "/" + kRig, groups, &data);
    ReadWeights(data.path + "/" + kWeights, &data);
    data.targets.setZero(static_cast<Eigen::Index>(targets.size()), data.vertices.size());
    for (size_t t = 0; t < targets.size(); ++t) {
      ReadTarget(data.path + "/targets/" + targets[t] + ".target.gz", static_cast<Eigen::Index>(t), &data);
    }
    return data;
  }
  return std::nullopt;
}

}  // namespace vitruvius
