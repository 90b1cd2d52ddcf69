// vitruvius convert, motion capture in.
#include <cstdio>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/convert.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/session.h"
#include "data/datasets/motion_file.h"
#include "models/util/check.h"

namespace vitruvius {

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

}  // namespace vitruvius
