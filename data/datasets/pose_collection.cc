#include "data/datasets/pose_collection.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>

#include "data/datasets/motion_file.h"
#include "models/util/check.h"

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

// "NN_TT", or the file's own name when it names no trial.
std::string TrialName(const std::string& path) {
  const std::string stem = fs::path(path).stem().string();
  const auto known = KnownTrials().find(stem);
  return known == KnownTrials().end() ? stem : known->second;
}

bool IsTrialName(const std::string& name) {
  const std::size_t subject = LeadingDigits(name);
  return subject > 0 && subject + 1 < name.size() && name[subject] == '_' &&
         subject + 1 + LeadingDigits(name, subject + 1) == name.size();
}

int FormatRank(const std::string& path) {
  const std::string extension = fs::path(path).extension().string();
  return extension == ".amc" ? 0 : extension == ".json" ? 2 : 1;
}

std::vector<std::string> FindMotionFiles(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    for (fs::recursive_directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      if (it->is_regular_file() && IsMotionFile(it->path().string())) files.push_back(it->path().string());
    }
    if (error) throw InputError(path, "", "the folder cannot be read: " + error.message());
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  if (files.empty())
    throw InputError("found no motion file, expected .bvh, .amc, .json, .csv, .txt or .npz files");
  return files;
}

}  // namespace

void PoseCollectionOptions::Check() const {
  VT_CHECK_GT(fps, 0);
  VT_CHECK_GT(max_frames_per_subject, 0);
  retarget.Check();
}

std::string SubjectOfMotion(const std::string& path) {
  const std::string trial = TrialName(path);
  if (IsTrialName(trial)) return trial.substr(0, LeadingDigits(trial));
  std::string folder = fs::path(path).parent_path().filename().string();
  if (folder.rfind("cmu_", 0) == 0) folder = folder.substr(4);
  const std::size_t digits = LeadingDigits(folder);
  if (digits > 0 && (digits == folder.size() || folder[digits] == '.')) return folder.substr(0, digits);
  std::string name = trial;
  for (const char* split : {"train_", "test_"}) {
    if (name.rfind(split, 0) == 0) name = name.substr(std::string(split).size());
  }
  while (!name.empty() && std::isdigit(static_cast<unsigned char>(name.back()))) name.pop_back();
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name.empty() ? trial : name;
}

PoseCollection CollectPoses(const std::vector<std::string>& paths, const PoseCollectionOptions& options) {
  options.Check();
  PoseCollection result;
  std::map<std::string, std::string> best_of_trial;
  const std::vector<std::string> found = FindMotionFiles(paths);
  for (const std::string& path : found) {
    const std::string trial = TrialName(path);
    if (!IsTrialName(trial)) {
      result.files.push_back(path);
      continue;
    }
    auto [it, first] = best_of_trial.emplace(trial, path);
    if (first) continue;
    const bool better = FormatRank(path) < FormatRank(it->second);
    result.doubles.push_back(better ? it->second : path);
    if (better) it->second = path;
  }
  for (const auto& [trial, path] : best_of_trial) result.files.push_back(path);
  std::sort(result.files.begin(), result.files.end());

  for (const std::string& path : result.files) result.subjects.push_back(SubjectOfMotion(path));
  std::sort(result.subjects.begin(), result.subjects.end());
  result.subjects.erase(std::unique(result.subjects.begin(), result.subjects.end()), result.subjects.end());

  constexpr int kColumns = 3 * (kMotionJoints - 1);
  std::vector<double> values;
  std::vector<double> frames_of_subject(result.subjects.size(), 0.0);
  for (std::size_t i = 0; i < result.files.size(); ++i) {
    const std::string& path = result.files[i];
    if (options.progress) options.progress(static_cast<int>(i), static_cast<int>(result.files.size()), path);
    Motion motion = Resample(OpenMotion(path, options.retarget), options.fps);
    MarkImplausible(options.retarget.limits, &motion);
    const auto subject =
        std::lower_bound(result.subjects.begin(), result.subjects.end(), SubjectOfMotion(path)) -
        result.subjects.begin();
    result.frames_read += motion.num_frames();
    for (int frame = 0; frame < motion.num_frames(); ++frame) {
      if (!motion.valid[frame]) {
        ++result.frames_dropped;
        continue;
      }
      const double* pose = motion.poses.data() + static_cast<std::ptrdiff_t>(frame) * motion.poses.cols() + 3;
      values.insert(values.end(), pose, pose + kColumns);
      result.subject.push_back(static_cast<int>(subject));
      frames_of_subject[subject] += 1;
    }
  }
  if (values.empty()) throw InputError(found[0], "", "found no plausible frame in this and the other files");
  for (const int subject : result.subject) {
    result.weights.push_back(std::min(1.0, options.max_frames_per_subject / frames_of_subject[subject]));
  }
  const auto n = static_cast<Eigen::Index>(result.subject.size());
  result.poses.resize(options.add_mirrored ? 2 * n : n, kColumns);
  result.poses.topRows(n) = Eigen::Map<const RowMatrixXd>(values.data(), n, kColumns);
  if (options.add_mirrored) {
    result.poses.bottomRows(n) = MirrorPoses(result.poses.topRows(n));
    const std::vector<double> weights = result.weights;
    const std::vector<int> subject = result.subject;
    result.weights.insert(result.weights.end(), weights.begin(), weights.end());
    result.subject.insert(result.subject.end(), subject.begin(), subject.end());
  }
  return result;
}

}  // namespace vitruvius
