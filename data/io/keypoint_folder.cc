#include "data/io/keypoint_folder.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "data/io/shard_folders.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

// What `fit` leaves in its --out, which may be the folder of the keypoints: results.npz has keypoints of the
// bodies, run.json is JSON.
bool IsOfRun(const std::string& name) { return name == "results.npz" || name == "run.json"; }
bool IsFolderOfRun(const fs::path& path) {
  const std::string name = path.filename().string();
  ShardFolder shard;
  return name == "overlays" || name == "meshes" || name == "rerun" || IsShardFolder(path.string(), &shard);
}

// "a.csv" or "a.csv, b.csv and 3 more".
std::string Some(std::vector<std::string> names) {
  constexpr size_t kMost = 2;
  std::sort(names.begin(), names.end());
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kMost); ++i) text += StrCat(i > 0 ? ", " : "", names[i]);
  return text + (names.size() > kMost ? StrCat(" and ", names.size() - kMost, " more") : "");
}

}  // namespace

std::string ExtensionOf(const std::string& path) {
  std::string extension = fs::path(path).extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

KeypointFolder ListKeypointFolder(const std::string& folder) {
  KeypointFolder found;
  std::vector<std::string> bare, bare_names, of_run, subfolders;
  std::error_code error, gone;
  const bool has_run = fs::exists(folder + "/manifest.jsonl", gone);
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string path = it->path().string(), name = it->path().filename().string();
    if (name[0] == '.') continue;
    if (it->is_directory(gone)) {
      if (!IsFolderOfRun(it->path())) subfolders.push_back(name);
      continue;
    }
    const std::string extension = ExtensionOf(name);
    if (extension == ".json" || extension == ".npz") {
      if (has_run && IsOfRun(name)) {
        of_run.push_back(name);
      } else {
        found.paths.push_back(path);
      }
    } else if (extension == ".npy" || extension == ".csv") {
      bare.push_back(path);
      bare_names.push_back(name);
    }
  }
  if (error) throw InputError(folder, "", "cannot be listed: " + error.message());
  const std::string below =
      subfolders.empty() ? "" : StrCat("subfolders are not looked into: ", Some(subfolders));
  if (found.paths.empty()) {
    found.paths = std::move(bare);
  } else if (!bare.empty()) {
    found.notes.push_back(StrCat(folder, ": ", bare.size(),
                                 " of .csv and .npy are left out beside .json and .npz (", Some(bare_names),
                                 "); name them to have them read"));
  }
  if (found.paths.empty()) {
    throw InputError(folder, "",
                     StrCat("holds no keypoint files (*.json, *.npz, *.npy, *.csv)",
                            below.empty() ? "" : "; its " + below));
  }
  if (!of_run.empty())
    found.notes.push_back(
        StrCat(folder, ": holds what a run left here (", Some(of_run), "), which is not read"));
  if (!below.empty()) found.notes.push_back(StrCat(folder, ": ", below));
  std::sort(found.paths.begin(), found.paths.end());
  return found;
}

}  // namespace vitruvius
