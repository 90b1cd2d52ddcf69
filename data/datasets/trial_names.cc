#include "data/datasets/trial_names.h"

#include <cctype>
#include <filesystem>
#include <map>
#include <regex>

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

// Exponential map files of eight actions name no subject; these nine were recognised by matching their poses.
const std::map<std::string, std::string>& KnownTrials() {
  static const std::map<std::string, std::string> kTrials = {
      {"train_walking_walking_1", "02_01"}, {"test_jumping_jumping_1", "49_02"},
      {"test_running_running_1", "16_35"},  {"test_soccer_soccer_1", "11_01"},
      {"train_jumping_jumping_1", "13_11"}, {"train_jumping_jumping_3", "13_19"},
      {"train_jumping_jumping_5", "13_39"}, {"train_soccer_soccer_4", "10_05"},
      {"train_soccer_soccer_5", "10_06"}};
  return kTrials;
}

std::size_t LeadingDigits(const std::string& text, std::size_t from = 0) {
  std::size_t end = from;
  while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end]))) ++end;
  return end - from;
}

// Takes AMASS's ending off; false when there is none.
bool DropAmassEnding(std::string* stem) {
  for (const std::string ending : {"_poses", "_stageii"}) {
    if (stem->size() <= ending.size() ||
        stem->compare(stem->size() - ending.size(), ending.size(), ending) != 0)
      continue;
    stem->resize(stem->size() - ending.size());
    return true;
  }
  return false;
}

}  // namespace

std::string TrialOfMotion(const std::string& path) {
  std::string stem = fs::path(path).stem().string();
  DropAmassEnding(&stem);
  const auto known = KnownTrials().find(stem);
  return known == KnownTrials().end() ? stem : known->second;
}

bool IsTrialName(const std::string& name) {
  const std::size_t subject = LeadingDigits(name);
  return subject > 0 && subject + 1 < name.size() && name[subject] == '_' &&
         subject + 1 + LeadingDigits(name, subject + 1) == name.size();
}

bool IsAistName(const std::string& name) {
  static const std::regex kName("g[A-Z]{2}_s[A-Z]{2}_c[A-Za-z0-9]+_d[0-9]+_m[A-Z]{2}[0-9]_ch[0-9]+");
  return std::regex_match(name, kName);
}

std::string SubjectOfMotion(const std::string& path) {
  const std::string trial = TrialOfMotion(path);
  if (IsTrialName(trial)) return trial.substr(0, LeadingDigits(trial));
  if (IsAistName(trial)) {
    const std::size_t dancer = trial.find("_d") + 1;
    return trial.substr(dancer, 1 + LeadingDigits(trial, dancer + 1));
  }
  constexpr std::size_t kHdmSubject = 6;  // "HDM_bd"
  if (trial.rfind("HDM_", 0) == 0 && trial.size() > kHdmSubject && trial[kHdmSubject] == '_') {
    return trial.substr(0, kHdmSubject);
  }
  std::string folder = fs::path(path).parent_path().filename().string();
  if (folder.rfind("cmu_", 0) == 0) folder = folder.substr(4);
  const std::size_t digits = LeadingDigits(folder);
  if (digits > 0 && (digits == folder.size() || folder[digits] == '.')) return folder.substr(0, digits);
  std::string name = trial, stem = fs::path(path).stem().string();
  if (DropAmassEnding(&stem) && !folder.empty()) return folder;
  for (const char* split : {"train_", "test_"}) {
    if (name.rfind(split, 0) == 0) name = name.substr(std::string(split).size());
  }
  while (!name.empty() && std::isdigit(static_cast<unsigned char>(name.back()))) name.pop_back();
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name.empty() ? trial : name;
}

}  // namespace vitruvius
