#include "data/runs/run_json.h"

#include <filesystem>
#include <set>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using RunJson = nlohmann::ordered_json;

std::string Shown(const RunJson& object, const std::string& key) {
  const auto it = object.find(key);
  return it == object.end() ? "nothing" : JsonText(*it);
}

void AddDifferences(const RunJson& found, const RunJson& wanted, const std::string& place,
                    std::string* text) {
  std::set<std::string> keys;
  for (const auto& item : wanted.items()) keys.insert(item.key());
  if (!place.empty()) {
    for (const auto& item : found.items()) keys.insert(item.key());
  }
  for (const std::string& key : keys) {
    if (place.empty() && key == "command") continue;
    const auto a = found.find(key), b = wanted.find(key);
    if (a != found.end() && b != wanted.end() && a->is_object() && b->is_object()) {
      AddDifferences(*a, *b, place + key + ".", text);
      continue;
    }
    if (Shown(found, key) == Shown(wanted, key)) continue;
    *text += StrCat(text->empty() ? "" : "; ", place, key, ": found ", Shown(found, key), ", now ",
                    Shown(wanted, key));
  }
}

}  // namespace

bool HasRunRecord(const std::string& folder) {
  std::error_code error;
  return std::filesystem::is_regular_file(folder + "/run.json", error);
}

RunJson ReadRunRecord(const std::string& folder) {
  const std::string path = folder + "/run.json";
  RunJson record = ParseOrderedJson(ReadFile(path, 16 << 20), path);
  if (!record.is_object()) throw InputError(path, "", "expected an object");
  return record;
}

std::string StateOfRun(const RunJson& record) {
  const auto it = record.find("state");
  return it != record.end() && it->is_string() ? it->get<std::string>() : kRunIsDone;
}

std::string DifferencesOfRuns(const RunJson& found, const RunJson& wanted) {
  std::string text;
  AddDifferences(found, wanted, "", &text);
  return text;
}

}  // namespace vitruvius
