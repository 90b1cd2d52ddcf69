// vitruvius synthesize: pictures of dressed bodies in poses of motion capture, with their labels and truth.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "apps/common/observation_flags.h"
#include "apps/common/pose_inputs.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/session.h"
#include "data/datasets/synthetic_set.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

void RequireBetween(const char* flag, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw UsageError(StrCat("--", flag, ": found ", value, ", expected ", low, " to ", high));
}

int Synthesize(const std::vector<std::string>& inputs) {
  if (inputs.empty()) throw UsageError("synthesize: name motion files or folders (.amc, .bvh, .npz, ...)");
  if (FLAGS_out.empty()) throw UsageError("--out is missing: name a folder for the pictures");
  constexpr double kMostPictures = 1e8, kMostPoints = 336;
  RequireBetween("count", static_cast<double>(FLAGS_count), 1, kMostPictures);
  RequireBetween("side", FLAGS_side, 32, 4096);
  RequireBetween("points", FLAGS_points, 0, kMostPoints);
  RequireBetween("occluded", FLAGS_occluded, 0, 1);
  RequireBetween("betas_sd", FLAGS_betas_sd, 0, 5);
  RequireBetween("cap", FLAGS_cap, 1, 1e9);
  RequireBetween("threads", FLAGS_threads, 0, 4096);
  SyntheticImageOptions options;
  options.size_px = FLAGS_side;
  options.backgrounds = FLAGS_backgrounds;
  options.betas_sd = FLAGS_betas_sd;
  options.occluded_share = FLAGS_occluded;
  options.most_points = FLAGS_points;
  options.seed = FLAGS_seed;

  const std::shared_ptr<const BodyModel> model = ModelFromFlags();
  std::shared_ptr<const SurfaceChart> chart = ChartFromFlags(*model);
  if (chart == nullptr) {
    throw InputError(model->name(), "chart_part",
                     "found none, expected a body with a chart of its surface (vitruvius model chart), or "
                     "--chart UV_Processed.mat for SMPL");
  }
  if (chart->data().faces != model->faces())
    chart = SurfaceChart::Create(ChartOverFaces(chart->data(), *model, FLAGS_chart), FLAGS_chart);
  const PoseCollection poses = PosesFromFlags(inputs, *model, FLAGS_mirror);
  const SyntheticImages images(model, chart, poses, options);
  const std::string folder = OutputFolder();
  SyntheticSetOptions set;
  set.count = FLAGS_count;
  set.threads = FLAGS_threads;
  double seconds = 0;
  {
    Progress progress("drawing", static_cast<long>(set.count));
    set.progress = [&](std::int64_t) { progress.Add(true); };
    WriteSyntheticSet(images, folder, set);
    seconds = progress.seconds();
  }
  if (!FLAGS_quiet) {
    std::printf("%lld pictures of %s, %.0f a second -> %s\n", static_cast<long long>(set.count),
                model->name().c_str(), static_cast<double>(set.count) / std::max(seconds, 1e-3),
                folder.c_str());
  }
  return kExitOk;
}

}  // namespace

Command SynthesizeCommand() {
  return {"synthesize",
          "MOTION... --out DIR [--count N]",
          "pictures of dressed bodies in poses of motion capture, with labels and truth",
          "Each picture shows one person: a pose of the motions (subjects evenly), a random shape, skin, "
          "hair and clothes, light, camera and background, at times with something in front. Picture i "
          "depends on --seed and i alone, whatever --count and --threads are. The body needs a chart of its "
          "surface: the mannequin, the free body and files that hold one have it, and SMPL has --chart "
          "UV_Processed.mat. DIR gets\n"
          "  images/000000.jpg ...  masks/000000.png ... (255: the person is seen)\n"
          "  annotations.json       COCO: 17 keypoints (2 seen, 1 hidden, 0 outside), box, area, and\n"
          "                         DensePose's dp_x ... dp_V of points that are seen and dp_masks of its\n"
          "                         14 parts; coordinates are those of the body's chart\n"
          "  truth/                 the bodies, as `fit` leaves its results; ids as of annotations.json\n"
          "  samples.jpg            the first 24 with keypoints and points\n"
          "\n"
          "  vitruvius synthesize mocap/train --out set/ --count 20000\n"
          "  vitruvius synthesize walk.bvh --model free --backgrounds photos/ --side 224 --out set/\n"
          "  vitruvius register set/annotations.json --images set/images --overlay --out fits/\n",
          {"out", "count", "side", "backgrounds", "points", "occluded", "betas_sd", "model", "gender",
           "chart", "cap", "mirror", "everyday", "seed", "threads", "quiet"},
          Synthesize};
}

}  // namespace vitruvius
