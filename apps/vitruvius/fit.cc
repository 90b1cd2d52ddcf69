// vitruvius fit: keypoints to bodies.
#include <vector>

#include "apps/common/flag_use.h"
#include "apps/common/stop_signal.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/export.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/input_check.h"
#include "apps/vitruvius/motion_inputs.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/run_fits.h"
#include "data/io/keypoint_files.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

int Fit(const std::vector<std::string>& inputs) {
  if (inputs.empty())
    throw UsageError("fit: name keypoint files or folders (OpenPose or COCO JSON, .npz, .bvh, .amc)");
  CheckUp();
  const StopSignal stop_signal;  // from here on one may come
  const FitSetup setup = FitSetupFromFlags();
  if (setup.recipe2d.body == Recipe::Body::kSegments)
    throw UsageError("--recipe: a body of segments is registered, not fitted: vitruvius register");
  if (!FLAGS_overlay) RefuseGiven({"overlay_limit"}, "nothing is drawn without --overlay");
  const bool is_motion = AreMotionInputs(inputs);
  if (!FLAGS_glb && !is_motion) RefuseGiven({"up"}, "says how --glb stands, and none is asked for");
  RefuseFlagsOfOtherInputs(is_motion);
  const BatchOptions batch = BatchOfThisProcess();
  std::unique_ptr<ObservationSource> source = TellNotes(OpenInputs(inputs, *setup.model));
  source = RefuseIdleFlags(std::move(source), setup);
  // The axes and units of motion capture are known to its readers.
  if (!is_motion) source = CheckConventions(std::move(source), setup);
  return RunFits("fitting", FitCommand(), inputs, setup, batch, source.get());
}

}  // namespace

Command FitCommand() {
  return {"fit",
          "INPUT... --out DIR [--flag=value]",
          "2D or 3D keypoints to bodies",
          "INPUT: keypoints, as JSON of OpenPose, COCO, MMPose, AlphaPose or EasyMocap, .npz, .npy or .csv, "
          "files or folders of them (docs/keypoint-files.md), or motion capture (.bvh, .amc, or folders of "
          "them: its joints are fitted in 3D; --up, --unit and --rest_frame say how it is read where the "
          "file does not). DIR gets results.npz (one row a person, numpy opens it) and manifest.jsonl (one "
          "line a person: status, reason, cost by term). A person that cannot be fitted gets a reason and "
          "never stops the others.\n"
          "\n"
          "  vitruvius fit keypoints/ --out out/ --overlay --images photos/\n"
          "  vitruvius fit person_keypoints.json --model SMPL_NEUTRAL.npz --out out/\n"
          "  vitruvius fit walk.bvh --out out/\n",
          {"out",           "model",      "gender",       "prior",   "recipe",      "focal",     "fov",
           "focal_mm",      "image_size", "keypoint_set", "read_as", "conventions", "starts",    "hypotheses",
           "solver",        "threads",    "seed",         "shard",   "resume",      "overwrite", "overlay",
           "overlay_limit", "images",     "obj",          "glb",     "up",          "unit",      "rest_frame",
           "report",        "quiet",      "regressors"},
          Fit};
}

}  // namespace vitruvius
