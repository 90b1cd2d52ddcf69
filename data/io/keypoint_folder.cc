#include "data/io/keypoint_folder.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "data/io/shard_folders.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

bool IsFolderOfRun(const fs::path& path) {
  const std::string name = path.filename().string();
  ShardFolder shard;
  return name == "overlays" || name == "meshes" || name == "rerun" || IsShardFolder(path.string(), &shard);
}

// Somebody may have put keypoints there.
bool HoldsSuchFiles(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string extension = ExtensionOf(it->path().string());
    if (extension == ".json" || extension == ".npz" || extension == ".npy" || extension == ".csv")
      return true;
  }
  return false;
}

}  // namespace

std::string ExtensionOf(const std::string& path) {
  std::string extension = fs::path(path).extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

bool IsBareArray(const std::string& path) {
  const std::string extension = ExtensionOf(path);
  return extension == ".csv" || extension == ".npy" || extension == ".pkl";
}

std::string SomeOf(std::vector<std::string> names) {
  constexpr size_t kMost = 2;
  std::sort(names.begin(), names.end());
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kMost); ++i) text += StrCat(i > 0 ? ", " : "", names[i]);
  return text + (names.size() > kMost ? StrCat(" and ", names.size() - kMost, " more") : "");
}

bool IsFileOfRun(const std::string& path) {
  const fs::path file = path;
  std::error_code error;
  return (file.filename() == "results.npz" || file.filename() == "run.json") &&
         fs::exists(file.parent_path() / "manifest.jsonl", error);
}

KeypointFolder ListKeypointFolder(const std::string& folder,
                                  const std::function<bool(const std::string& path)>& is_named) {
  KeypointFolder found;
  std::vector<std::string> bare, left_out, of_run, subfolders;
  std::error_code error, gone;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string path = it->path().string(), name = it->path().filename().string();
    if (name[0] == '.') continue;
    if (it->is_directory(gone)) {
      if (!IsFolderOfRun(it->path()) && HoldsSuchFiles(it->path())) subfolders.push_back(name);
      continue;
    }
    const std::string extension = ExtensionOf(name);
    if (extension == ".json" || extension == ".npz") {
      if (IsFileOfRun(path)) {
        of_run.push_back(name);
      } else {
        found.paths.push_back(path);
      }
    } else if (IsBareArray(path)) {
      bare.push_back(path);
      if (!is_named || !is_named(path)) left_out.push_back(name);
    }
  }
  if (error) throw InputError(folder, "", "cannot be listed: " + error.message());
  const std::string below =
      subfolders.empty() ? "" : StrCat("subfolders are not looked into: ", SomeOf(subfolders));
  if (found.paths.empty()) {
    found.paths = std::move(bare);
  } else if (!left_out.empty()) {
    found.notes.push_back(StrCat(folder, ": ", left_out.size(),
                                 " of .csv, .npy and .pkl are left out beside .json and .npz (",
                                 SomeOf(left_out), "); name them to have them read"));
  }
  if (found.paths.empty()) {
    throw InputError(folder, "",
                     StrCat("holds no keypoint files (*.json, *.npz, *.npy, *.csv, *.pkl)",
                            of_run.empty() ? "" : ", but what a run left here (" + SomeOf(of_run) + ")",
                            below.empty() ? "" : "; its " + below));
  }
  if (!of_run.empty())
    found.notes.push_back(
        StrCat(folder, ": holds what a run left here (", SomeOf(of_run), "), which is not read"));
  if (!below.empty()) found.notes.push_back(StrCat(folder, ": ", below));
  std::sort(found.paths.begin(), found.paths.end());
  return found;
}

}  // namespace vitruvius
