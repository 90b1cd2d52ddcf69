#include "apps/vitruvius/motion_inputs.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

#include "apps/common/flag_use.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "data/datasets/motion_file.h"
#include "data/datasets/pose_collection.h"
#include "data/datasets/source_rig.h"
#include "data/io/keypoint_folder.h"
#include "data/io/npz.h"
#include "data/io/text_scanner.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

// The .bvh and .amc files below a folder, sorted; none when it cannot be read.
std::vector<std::string> SkeletonMotionsBelow(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    const std::string path = it->path().string();
    if (IsSkeletonMotion(path) && it->is_regular_file(gone)) files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool IsFolder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

// By its ending, and a .npz by its keys: motion that was converted has none of keypoints.
bool MayHoldKeypoints(const std::string& path) {
  const std::string extension = fs::path(path).extension().string();
  if (!EqualsIgnoringCase(extension, ".npz")) return EqualsIgnoringCase(extension, ".json");
  try {
    const NpzReader file(path);
    return file.Has("keypoints2d") || file.Has("keypoints3d") || file.Has("points2d");
  } catch (const InputError&) {
    return true;  // whoever reads it says what is wrong
  }
}

// Tables beside motion files may be keypoints or motion: they are not read, and that is said.
void NoteTablesIn(const std::string& folder) {
  std::vector<std::string> tables;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (IsBareArray(it->path().string())) tables.push_back(it->path().filename().string());
  }
  if (FLAGS_quiet || tables.empty()) return;
  std::fprintf(
      stderr,
      "note: %s: %zu of .csv, .npy and .pkl are left out beside .bvh and .amc (%s); name them to have "
      "them read\n",
      folder.c_str(), tables.size(), SomeOf(tables).c_str());
}

bool IsMotionInput(const std::string& path) {
  if (!IsFolder(path)) return IsSkeletonMotion(path);
  bool motion = false, keypoints = false;  // in the folder itself; keypoints are not looked for below it
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (it->is_directory(error)) continue;
    motion |= IsSkeletonMotion(it->path().filename().string());
    keypoints = keypoints || (!IsFileOfRun(it->path().string()) && MayHoldKeypoints(it->path().string()));
  }
  if (!keypoints) return !SkeletonMotionsBelow(path).empty();
  if (!motion) return false;
  throw UsageError(
      StrCat(path, ": holds motion files (.bvh, .amc) and keypoint files (.json, .npz): name the files"));
}

}  // namespace

RetargetOptions RetargetOptionsFromFlags(const BodyModel& model) {
  RetargetOptions options;
  options.target_joints = RestJointsOf(model);
  if (FLAGS_up != "auto") {
    try {
      options.up = UpAxisFromName(FLAGS_up, "");
    } catch (const InputError& error) {
      throw UsageError(StrCat("--up: found \"", FLAGS_up, "\", expected auto, y, -y or z"));
    }
  }
  try {
    options.metres_per_unit = MetresPerUnit(FLAGS_unit);
  } catch (const InputError& error) {
    throw UsageError(StrCat("--", error.what()));
  }
  if (FLAGS_rest_frame < -1) {
    throw UsageError(StrCat("--rest_frame: found ", FLAGS_rest_frame, ", expected a frame's number, from 0"));
  }
  options.rest_frame = FLAGS_rest_frame;
  return options;
}

bool AreMotionInputs(const std::vector<std::string>& inputs) {
  const auto motions = std::count_if(inputs.begin(), inputs.end(), IsMotionInput);
  if (motions > 0 && motions < static_cast<std::ptrdiff_t>(inputs.size())) {
    throw UsageError("motion files and keypoint files cannot be fitted in one run");
  }
  return motions > 0;
}

void RefuseFlagsOfOtherInputs(bool is_motion) {
  if (is_motion) {
    RefuseGiven(
        {"keypoint_set", "read_as", "focal", "fov", "focal_mm", "image_size", "images", "conventions"},
        "motion capture says itself what its joints are, and no camera saw them");
  } else {
    RefuseGiven({"unit", "rest_frame"}, "is of motion capture, and the input is keypoints");
  }
}

std::vector<std::string> MotionFilesOf(const std::vector<std::string>& inputs) {
  std::vector<std::string> files;
  std::set<fs::path> known;
  size_t named_again = 0;
  const auto add = [&](const std::string& file) {
    if (known.insert(fs::absolute(file).lexically_normal()).second) {
      files.push_back(file);
    } else {
      ++named_again;
    }
  };
  for (const std::string& input : inputs) {
    if (!IsFolder(input)) {
      add(input);
      continue;
    }
    const MotionFiles found = FindMotions(SkeletonMotionsBelow(input));
    NoteTablesIn(input);
    std::for_each(found.files.begin(), found.files.end(), add);
    if (!FLAGS_quiet && !found.doubles.empty()) {
      std::fprintf(stderr, "%s: %zu files are trials that are there as .amc too and were left out\n",
                   input.c_str(), found.doubles.size());
    }
  }
  if (!FLAGS_quiet && named_again > 0)
    std::fprintf(stderr, "note: %zu files are named more than once; each is read once\n", named_again);
  return files;
}

std::vector<std::string> NamesOfFiles(const std::vector<std::string>& paths) {
  const auto name_at = [](const std::string& path, int level) {
    if (level == 0) return fs::path(path).stem().string();
    if (level == 1) return fs::path(path).filename().string();
    return path;
  };
  constexpr int kLevels = 3;
  std::map<std::string, int> count[kLevels];
  for (const std::string& path : paths) {
    for (int level = 0; level < kLevels; ++level) ++count[level][name_at(path, level)];
  }
  std::vector<std::string> names;
  for (const std::string& path : paths) {
    int level = 0;
    while (level + 1 < kLevels && count[level][name_at(path, level)] > 1) ++level;
    names.push_back(name_at(path, level));
  }
  return names;
}

void PrintRemarks(const std::string& path, const Motion& motion) {
  if (FLAGS_quiet) return;
  for (const std::string& remark : motion.remarks)
    std::fprintf(stderr, "%s: %s\n", path.c_str(), remark.c_str());
}

}  // namespace vitruvius
