// vitruvius convert: results and motion capture to other formats.
#include <cstdio>
#include <filesystem>
#include <vector>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/session.h"
#include "data/datasets/motion_file.h"
#include "data/io/mesh_files.h"
#include "data/io/result_writer.h"
#include "models/body/body_evaluator.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// Motion capture to SMPL poses under AMASS's keys.
int ConvertMotion(const std::string& path) {
  if (!FLAGS_to.empty() && FLAGS_to != "npz") {
    throw UsageError(StrCat("convert: motion capture becomes npz; found --to ", FLAGS_to));
  }
  if (FLAGS_out.empty()) throw UsageError("convert: --out FILE.npz is missing");
  RetargetOptions options;
  options.target_joints = RestJointsOf(*ModelFromFlags());
  const Motion motion = OpenMotion(path, options);
  SaveMotion(FLAGS_out, motion);
  long valid = 0;
  for (const auto flag : motion.valid) valid += flag != 0;
  if (!FLAGS_quiet) {
    std::printf("%s: %d frames at %g fps, %ld plausible -> %s\n", path.c_str(), motion.num_frames(),
                motion.fps, valid, FLAGS_out.c_str());
  }
  return kExitOk;
}

int ConvertResult(const std::string& path) {
  const ResultsFile file = ReadResults(path);
  if (FLAGS_to != "obj") throw UsageError(StrCat("convert: found --to \"", FLAGS_to, "\", expected obj"));
  const std::shared_ptr<const BodyModel> model = ModelFromFlags();
  const std::string folder = OutputFolder();
  long written = 0;
  for (const ResultsFile::Row& row : file.rows) {
    if (!row.fit.usable || (!FLAGS_id.empty() && row.fit.id != FLAGS_id)) continue;
    if (row.fit.parameters.body_pose.size() != 3 * model->num_body_joints()) {
      throw InputError(
          path, "body_pose",
          StrCat("belongs to a body of another size than ", model->name(), "; name it with --model"));
    }
    WriteObj(folder + "/" + FileStem(row.fit.id) + ".obj", PoseMesh(*model, row.fit.parameters).vertices,
             model->faces());
    ++written;
  }
  if (!FLAGS_quiet) std::printf("%ld meshes -> %s\n", written, folder.c_str());
  return kExitOk;
}

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
          {"to", "out", "model", "gender", "id", "quiet"},
          Convert};
}

}  // namespace vitruvius
