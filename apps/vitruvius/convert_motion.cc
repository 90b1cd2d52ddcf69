// vitruvius convert, motion capture in.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <utility>

#include "apps/common/flag_use.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/convert.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/motion_inputs.h"
#include "apps/vitruvius/session.h"
#include "data/datasets/motion_file.h"
#include "data/datasets/pose_collection.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

struct Count {
  long clips = 0, read = 0, kept = 0;
  void Add(const Count& other) {
    clips += other.clips;
    read += other.read;
    kept += other.kept;
  }
};

void PrintRow(const std::string& folder, const std::string& subject, const Count& count) {
  std::printf("%-16s %-24s %6ld %8ld %8ld %8ld\n", folder.c_str(), subject.c_str(), count.clips, count.read,
              count.read - count.kept, count.kept);
}

// A row a subject, and a sum for each folder and for all.
void PrintTable(const std::map<std::pair<std::string, std::string>, Count>& counts) {
  std::printf("%-16s %-24s %6s %8s %8s %8s\n", "folder", "subject", "clips", "frames", "dropped", "kept");
  std::map<std::string, Count> folders;
  Count all;
  for (const auto& [row, count] : counts) folders[row.first].Add(count);
  for (const auto& [folder, sum] : folders) {
    for (const auto& [row, count] : counts) {
      if (row.first == folder) PrintRow(folder, row.second, count);
    }
    PrintRow(folder, "all", sum);
    all.Add(sum);
  }
  if (folders.size() > 1) PrintRow("all", "all", all);
}

// Where a file that was found below one of the inputs goes, without extension, relative to --out.
fs::path PlaceOf(const std::string& file, const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    const fs::path relative = fs::path(file).lexically_relative(input);
    if (!relative.empty() && *relative.begin() != ".." && relative != ".")
      return relative.parent_path() / relative.stem();
  }
  return fs::path(file).stem();
}

int ConvertOne(const std::string& path, const std::string& out, const RetargetOptions& options, UpAxis up) {
  const Motion motion = FLAGS_fps > 0 ? OpenMotionAt(path, FLAGS_fps, options) : OpenMotion(path, options);
  SaveMotion(out, motion, up, options.target_joints.row(0).transpose());
  if (!FLAGS_quiet) {
    std::printf("%s: %d frames at %g fps, %ld plausible -> %s\n", path.c_str(), motion.num_frames(),
                motion.fps, static_cast<long>(std::count(motion.valid.begin(), motion.valid.end(), 1)),
                out.c_str());
    if (!motion.unit.empty()) std::printf("  unit: %s\n", motion.unit.c_str());
    if (motion.fps < FLAGS_fps)
      std::printf("  %g frames per second were asked for: motions are thinned, never filled in\n", FLAGS_fps);
  }
  PrintRemarks(path, motion);
  return kExitOk;
}

// Every trial once, a file each. One that cannot be read is told and left out.
int ConvertMany(const std::vector<std::string>& inputs, const RetargetOptions& options, UpAxis up) {
  constexpr double kCollectionFps = 30;
  const MotionFiles found = FindMotions(inputs);
  const std::string out = OutputFolder();
  std::map<std::pair<std::string, std::string>, Count> counts;
  std::map<fs::path, std::string> taken;
  long failed = 0;
  for (const std::string& file : found.files) {
    try {
      const Motion motion = OpenMotionAt(file, FLAGS_fps > 0 ? FLAGS_fps : kCollectionFps, options);
      PrintRemarks(file, motion);
      fs::path place = PlaceOf(file, inputs);
      const auto [other, is_free] = taken.emplace(place, file);
      if (!is_free) throw InputError(file, "", "would be written where " + other->second + " already is");
      const fs::path target = fs::path(out) / (place.string() + ".npz");
      std::error_code error;
      fs::create_directories(target.parent_path(), error);
      if (error) throw InputError(target.parent_path().string(), "", "cannot be made: " + error.message());
      SaveMotion(target.string(), motion, up, options.target_joints.row(0).transpose());
      const std::string folder = place.has_parent_path() ? place.begin()->string() : ".";
      counts[{folder, motion.subject}].Add(
          {1, motion.num_frames(), std::count(motion.valid.begin(), motion.valid.end(), 1)});
    } catch (const InputError& error) {
      ++failed;
      std::fprintf(stderr, "left out: %s\n", error.what());
    }
  }
  if (counts.empty()) throw InputError(inputs[0], "", "no motion could be read");
  if (!FLAGS_quiet) {
    PrintTable(counts);
    std::printf("%zu clips are here in a better format too and were left out; %ld could not be read -> %s\n",
                found.doubles.size(), failed, out.c_str());
  }
  return kExitOk;
}

}  // namespace

int ConvertMotion(const std::vector<std::string>& inputs) {
  if (!FLAGS_to.empty() && FLAGS_to != "npz") {
    throw UsageError(StrCat("convert: motion capture becomes npz; found --to ", FLAGS_to));
  }
  RefuseGiven({"id", "hypothesis", "observations", "image_size", "keypoint_set"},
              "is of fitted bodies, and the input is motion capture");
  if (FLAGS_out.empty()) throw UsageError("convert: --out FILE.npz, or a folder for many, is missing");
  if (FLAGS_up_axis != "y" && FLAGS_up_axis != "z") {
    throw UsageError(StrCat("--up_axis: found \"", FLAGS_up_axis, "\", expected y or z"));
  }
  if (!(FLAGS_fps >= 0 && FLAGS_fps <= 1e6)) throw UsageError("--fps: expected 0 to 1e6");
  const UpAxis up = UpAxisFromName(FLAGS_up_axis, "");
  const RetargetOptions options = RetargetOptionsFromFlags(*ModelFromFlags());
  const bool one = inputs.size() == 1 && !fs::is_directory(inputs[0]);
  const std::string ending = fs::path(FLAGS_out).extension().string();
  if (ending != ".npz" && one && !ending.empty())
    throw UsageError(
        StrCat("convert: --out ", FLAGS_out, ": motion capture becomes FILE.npz, or a file in a folder"));
  if (ending == ".npz" && !one)
    throw UsageError(
        StrCat("convert: --out ", FLAGS_out, ": several motions become a file each: name a folder"));
  if (!one) return ConvertMany(inputs, options, up);
  const std::string file =
      ending == ".npz" ? FLAGS_out : OutputFolder() + "/" + fs::path(inputs[0]).stem().string() + ".npz";
  return ConvertOne(inputs[0], file, options, up);
}

}  // namespace vitruvius
