// vitruvius convert: results and motion capture to other formats.
#include <filesystem>
#include <vector>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/convert.h"
#include "data/io/npz.h"

namespace vitruvius {
namespace {

// A results.npz or its folder; other .npz files and folders hold motion.
bool IsResult(const std::string& path) {
  if (std::filesystem::is_directory(path)) return std::filesystem::exists(path + "/results.npz");
  return std::filesystem::path(path).extension() == ".npz" && NpzReader(path).Has("status");
}

int Convert(const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw UsageError("convert: expected motion files or folders, or one result");
  if (!IsResult(arguments[0])) return ConvertMotion(arguments);
  if (arguments.size() > 1) throw UsageError("convert: expected one result at a time");
  return ConvertResult(arguments[0]);
}

}  // namespace

Command ConvertCommand() {
  return {
      "convert",
      "MOTION... --out FILE.npz|DIR, or RESULT --to obj --out DIR",
      "motion capture to SMPL poses; fitted bodies to meshes",
      "MOTION: .bvh, .amc (its .asf beside it), .json (DeepMimic), .csv or .txt (exponential maps), .npz "
      "(AMASS), or\n"
      "folders of them. The .npz has AMASS's keys (poses, trans, mocap_frame_rate), `valid`, 0 for frames "
      "no body\n"
      "makes, and `up_axis`. Folders give a file a trial, at 30 frames per second, and a table of frames "
      "by subject.\n\n"
      "  vitruvius convert 03_01.amc --out 03_01.npz\n"
      "  vitruvius convert mocap/ --out poses/\n"
      "  vitruvius convert out/ --to obj --out meshes/\n",
      {"to", "out", "model", "gender", "id", "hypothesis", "fps", "up_axis", "quiet"},
      Convert};
}

}  // namespace vitruvius
