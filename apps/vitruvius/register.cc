// vitruvius register: dense correspondences to bodies.
#include <vector>

#include "apps/common/flag_use.h"
#include "apps/common/observation_flags.h"
#include "apps/common/stop_signal.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/input_check.h"
#include "apps/vitruvius/motion_inputs.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/run_fits.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

int Register(const std::vector<std::string>& inputs) {
  if (inputs.empty())
    throw UsageError("register: name DensePose annotations or results (JSON), or .npz with points2d");
  if (AreMotionInputs(inputs))
    throw UsageError("register: motion has no points of a surface; vitruvius fit takes it");
  const StopSignal stop_signal;  // from here on one may come
  FitSetup setup = FitSetupFromFlags("dense");
  setup.options.surface.chart = ChartFromFlags(*setup.model);
  if (FLAGS_lookup != "place" && FLAGS_lookup != "vertex")
    throw UsageError(StrCat("--lookup: found \"", FLAGS_lookup, "\", expected place or vertex"));
  setup.options.surface.kind =
      FLAGS_lookup == "vertex" ? SurfaceLookup::Kind::kVertex : SurfaceLookup::Kind::kPlace;
  if (setup.recipe2d.body == Recipe::Body::kSegments)
    RefuseGiven({"prior", "hypotheses"}, "a body of segments has none; it is of parametric bodies");
  if (!FLAGS_overlay) RefuseGiven({"overlay_limit"}, "nothing is drawn without --overlay");
  if (!FLAGS_glb) RefuseGiven({"up"}, "says how --glb stands, and none is asked for");
  const BatchOptions batch = BatchOfThisProcess();
  const std::unique_ptr<ObservationSource> source =
      RefuseIdleFlags(TellNotes(OpenInputs(inputs, *setup.model, /*dense=*/true)), setup);
  return RunFits("registering", RegisterCommand(), inputs, setup, batch, source.get());
}

}  // namespace

Command RegisterCommand() {
  return {"register",
          "INPUT... --out DIR [--chart FILE]",
          "dense correspondences to bodies",
          "INPUT: DensePose annotations (COCO JSON with dp_x ... dp_V), DensePose results (JSON with "
          "uv_data, or the .pkl that detectron2 dumps), or .npz (points2d and person, with face and bary or "
          "part and uv); keypoints beside them count too, and their depths in keypoint_depths of .npz "
          "(vitruvius learn lift) with recipes of segments. Annotations' masks (dp_masks) are not needed: it "
          "is told how many people lack them, or have points off them. What parts and coordinates mean is "
          "told by the body's chart, or by DensePose's own UV_Processed.mat with SMPL. DIR gets what `fit` "
          "writes. Recipes: dense (the default), or for a body of segments, as deform-and-learn registers "
          "it, dense-first and dense-later: results.npz has segment_scales and weak_camera then.\n"
          "\n"
          "  vitruvius register densepose_coco.json --model SMPL_NEUTRAL.pkl --chart UV_Processed.mat \\\n"
          "      --out out/\n"
          "  vitruvius register points.npz --recipe=dense-later --out out/ --overlay\n",
          {"out",       "model",      "gender",        "chart",    "lookup",     "dense_points", "prior",
           "recipe",    "focal",      "fov",           "focal_mm", "image_size", "keypoint_set", "read_as",
           "starts",    "hypotheses", "solver",        "threads",  "seed",       "shard",        "resume",
           "overwrite", "overlay",    "overlay_limit", "images",   "obj",        "glb",          "up",
           "report",    "quiet",      "regressors"},
          Register};
}

}  // namespace vitruvius
