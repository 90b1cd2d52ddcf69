#include "data/io/keypoint_set_file.h"

#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "data/io/regressor_file.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr size_t kMostPointsOfSet = 10000;
constexpr double kSumTolerance = 1e-3;  // of weights that are to sum to one: files hold a few digits

class KeypointSetReader {
 public:
  explicit KeypointSetReader(const std::string& path) : path_(path) {}

  KeypointSet Read() {
    const nlohmann::json document = ParseJson(ReadFile(path_), path_);
    if (!document.is_object()) throw InputError(path_, "", "expected an object with \"points\"");
    RefuseOtherKeys(document, {"name", "points", "limbs", "num_vertices"}, "");
    set_.file = path_;
    set_.name = std::filesystem::path(path_).stem().string();
    if (document.contains("name")) set_.name = TextOf(document, "name", "");
    if (document.contains("num_vertices"))
      set_.num_vertices = WholeNumber(document["num_vertices"], "num_vertices");
    const nlohmann::json& points = ValueOf(document, "points");
    if (!points.is_array() || points.empty() || points.size() > kMostPointsOfSet) {
      throw InputError(path_, "points", StrCat("expected an array of 1 to ", kMostPointsOfSet, " points"));
    }
    for (size_t i = 0; i < points.size(); ++i) ReadPoint(points[i], StrCat("points[", i, "]"));
    std::set<std::string> names;
    for (const KeypointSet::Point& point : set_.points) {
      if (!names.insert(point.name).second) throw InputError(path_, point.name, "is there twice");
    }
    for (const KeypointSet::Point& point : set_.points) {
      if (!point.mirror.empty()) IndexOf(point.mirror, StrCat(point.name, ": mirror"));
    }
    if (document.contains("limbs")) ReadLimbs(document["limbs"]);
    return std::move(set_);
  }

 private:
  void RefuseOtherKeys(const nlohmann::json& object, const std::set<std::string>& known,
                       const std::string& place) const {
    for (const auto& [key, value] : object.items()) {
      if (known.count(key) > 0) continue;
      std::string words;
      for (const std::string& word : known) words += (words.empty() ? "" : ", ") + word;
      throw InputError(path_, place, StrCat("found the key \"", key, "\", expected ", words));
    }
  }

  std::string TextOf(const nlohmann::json& object, const char* key, const std::string& place) const {
    const nlohmann::json& value = ValueOf(object, key);
    if (!value.is_string() || value.get<std::string>().empty())
      throw InputError(path_, place, StrCat("expected a text as \"", key, "\""));
    return value.get<std::string>();
  }

  int WholeNumber(const nlohmann::json& value, const std::string& place) const {
    constexpr std::int64_t kMost = 100000000;
    if (!value.is_number_integer() || value.get<double>() < 0 || value.get<double>() > kMost)
      throw InputError(path_, place, "expected a whole number from 0");
    return value.get<int>();
  }

  int IndexOf(const std::string& name, const std::string& place) const {
    const int index = set_.Index(name);
    if (index < 0) throw InputError(path_, place, StrCat("the set has no point \"", name, "\""));
    return index;
  }

  std::vector<double> Weights(const nlohmann::json& array, size_t count, const std::string& place) const {
    const std::vector<double> weights = NumbersOf(array, StrCat(path_, ": ", place));
    double sum = 0;
    for (const double weight : weights) sum += weight;
    if (weights.size() != count || !(std::abs(sum - 1) <= kSumTolerance)) {
      throw InputError(path_, place,
                       StrCat("found ", weights.size(), " weights with the sum ", sum, ", expected ", count,
                              " with the sum 1"));
    }
    return weights;
  }

  void ReadPoint(const nlohmann::json& entry, const std::string& place) {
    if (!entry.is_object()) throw InputError(path_, place, "expected an object with \"name\"");
    RefuseOtherKeys(entry,
                    {"name", "at", "joint", "vertex", "vertices", "weights", "face", "bary", "regressor",
                     "row", "mirror"},
                    place);
    KeypointSet::Point point;
    point.name = TextOf(entry, "name", place);
    const std::string where = StrCat(place, " (", point.name, ")");
    if (entry.contains("mirror")) point.mirror = TextOf(entry, "mirror", where);
    int ways = 0;
    for (const char* key : {"at", "joint", "vertex", "vertices", "face", "regressor"})
      ways += entry.contains(key);
    if (ways > 1) {
      throw InputError(path_, where,
                       "expected one of at, joint, vertex, vertices, face, regressor, or none of them");
    }
    for (const auto& [key, companion] :
         {std::pair{"weights", "vertices"}, {"bary", "face"}, {"row", "regressor"}}) {
      if (entry.contains(key) != entry.contains(companion))
        throw InputError(path_, where, StrCat("expected ", companion, " and ", key, " together"));
    }
    if (entry.contains("at")) point.target = TextOf(entry, "at", where);
    if (entry.contains("joint")) ReadJoint(entry["joint"], where, &point);
    if (entry.contains("vertex")) point.vertices = {{WholeNumber(entry["vertex"], where + ": vertex"), 1.0}};
    if (entry.contains("vertices")) {
      const nlohmann::json& vertices = entry["vertices"];
      if (!vertices.is_array() || vertices.empty())
        throw InputError(path_, where + ": vertices", "expected an array of whole numbers");
      const std::vector<double> weights = Weights(entry["weights"], vertices.size(), where + ": weights");
      for (size_t i = 0; i < vertices.size(); ++i)
        point.vertices.emplace_back(WholeNumber(vertices[i], where + ": vertices"), weights[i]);
    }
    if (entry.contains("face")) {
      point.face = WholeNumber(entry["face"], where + ": face");
      point.bary = Eigen::Map<const Eigen::Vector3d>(Weights(entry["bary"], 3, where + ": bary").data());
    }
    if (entry.contains("regressor")) {
      ReadRow(TextOf(entry, "regressor", where), WholeNumber(entry["row"], where + ": row"), where, &point);
    }
    set_.points.push_back(std::move(point));
  }

  void ReadJoint(const nlohmann::json& value, const std::string& where, KeypointSet::Point* point) const {
    if (value.is_string()) {
      point->target = value.get<std::string>();
    } else {
      point->joint = WholeNumber(value, where + ": joint");
    }
  }

  void ReadRow(const std::string& name, int row, const std::string& where, KeypointSet::Point* point) {
    const std::string path = (std::filesystem::path(path_).parent_path() / name).string();
    const auto [found, is_new] = regressors_.try_emplace(path);
    if (is_new) found->second = ReadRegressor(path);
    const SparseRowMatrixd& rows = found->second;
    if (row >= rows.rows())
      throw InputError(path_, where + ": row", StrCat("found ", row, ", ", path, " has ", rows.rows()));
    const int vertices = static_cast<int>(rows.cols());
    if (set_.num_vertices > 0 && vertices != set_.num_vertices) {
      throw InputError(
          path_, where + ": regressor",
          StrCat(path, " is for ", vertices, " vertices, others of this set for ", set_.num_vertices));
    }
    set_.num_vertices = vertices;
    double sum = 0;
    for (SparseRowMatrixd::InnerIterator it(rows, row); it; ++it) {
      if (!std::isfinite(it.value())) throw InputError(path_, where + ": row", "holds what is not finite");
      point->vertices.emplace_back(static_cast<int>(it.col()), it.value());
      sum += it.value();
    }
    constexpr double kRowTolerance = 0.1;  // as of regressors that bodies carry
    if (!(std::abs(sum - 1) <= kRowTolerance))
      throw InputError(path_, where + ": row", StrCat("its weights sum to ", sum, ", expected 1"));
  }

  void ReadLimbs(const nlohmann::json& limbs) {
    if (!limbs.is_array()) throw InputError(path_, "limbs", "expected an array of pairs of names");
    for (size_t i = 0; i < limbs.size(); ++i) {
      const std::string place = StrCat("limbs[", i, "]");
      if (!limbs[i].is_array() || limbs[i].size() != 2 || !limbs[i][0].is_string() ||
          !limbs[i][1].is_string())
        throw InputError(path_, place, "expected a pair of names");
      set_.limbs.emplace_back(IndexOf(limbs[i][0].get<std::string>(), place),
                              IndexOf(limbs[i][1].get<std::string>(), place));
    }
  }

  std::string path_;
  KeypointSet set_;
  std::map<std::string, SparseRowMatrixd> regressors_;
};

}  // namespace

KeypointSet ReadKeypointSet(const std::string& path) { return KeypointSetReader(path).Read(); }

const KeypointSet& KeypointSetOf(const std::string& name_or_path) {
  if (std::filesystem::path(name_or_path).extension() == ".json")
    return *AddKeypointSet(ReadKeypointSet(name_or_path));
  if (const KeypointSet* set = FindKeypointSet(name_or_path)) return *set;
  std::string known;
  for (const std::string& name : KeypointSetNames()) known += name + ", ";
  throw InputError(StrCat("keypoint_set: found '", name_or_path, "', expected one of ", known,
                          "or a file ending in .json"));
}

}  // namespace vitruvius
