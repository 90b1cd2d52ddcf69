// vitruvius convert: results and motion capture to other formats.
#include <filesystem>
#include <vector>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/convert.h"

namespace vitruvius {
namespace {

int Convert(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) throw UsageError("convert: expected one motion file, or one result");
  const std::string& path = arguments[0];
  const std::string extension = std::filesystem::path(path).extension().string();
  const bool is_result = extension == ".npz" || std::filesystem::is_directory(path);
  return is_result ? ConvertResult(path) : ConvertMotion(path);
}

}  // namespace

Command ConvertCommand() {
  return {"convert",
          "MOTION --out FILE.npz, or RESULT --to obj --out DIR",
          "motion capture to SMPL poses; fitted bodies to meshes",
          "MOTION: .bvh, .amc (its .asf beside it), .json (DeepMimic), .csv or .txt (exponential maps); the "
          ".npz has\n"
          "AMASS's keys (poses, trans, mocap_frame_rate) and `valid`, 0 for frames no body makes.\n\n"
          "  vitruvius convert 03_01.amc --out 03_01.npz\n"
          "  vitruvius convert out/ --to obj --out meshes/\n",
          {"to", "out", "model", "gender", "id", "hypothesis", "quiet"},
          Convert};
}

}  // namespace vitruvius
