// vitruvius evaluate fit|prior|regressor: how well fits meet the truth; the others are in evaluate_prior.cc
// and evaluate_regressor.cc.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <utility>
#include <vector>

#include "apps/common/command_line.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/evaluate_prior.h"
#include "apps/vitruvius/evaluate_regressor.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/scores.h"
#include "apps/vitruvius/session.h"
#include "data/datasets/motion_file.h"
#include "data/datasets/synthetic_keypoints.h"
#include "data/io/keypoint_set_file.h"
#include "models/metrics/posture.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// --yaw, --posture. Throws UsageError.
void ChoosePeople(SyntheticOptions* options) {
  if (FLAGS_yaw != "random") {
    for (const std::string& word : SplitAtCommas(FLAGS_yaw)) {
      char* end = nullptr;
      options->yaws_deg.push_back(std::strtod(word.c_str(), &end));
      if (*end != '\0' || !(std::abs(options->yaws_deg.back()) <= 360))
        throw UsageError(StrCat("--yaw: found \"", word, "\", expected degrees or random"));
    }
  }
  if (FLAGS_posture.empty()) return;
  std::set<Posture> kept;
  bool straight = false;
  for (const std::string& word : SplitAtCommas(FLAGS_posture)) {
    straight = straight || word == "straight";
    bool known = word == "straight";
    for (int i = 0; i < kNumPostures; ++i) {
      if (word != PostureName(static_cast<Posture>(i))) continue;
      kept.insert(static_cast<Posture>(i));
      known = true;
    }
    if (!known)
      throw UsageError(StrCat("--posture: found \"", word, "\"; see `vitruvius help evaluate fit`"));
  }
  options->keep = [kept, straight](const MatrixX3d& joints) {
    return (kept.empty() || kept.count(PostureOf(joints)) > 0) && (!straight || HasStraightLegs(joints));
  };
}

int EvaluateFit(const std::vector<std::string>& inputs) {
  if (inputs.empty()) throw UsageError("evaluate fit: name motion files (.amc, .bvh, .npz, ...)");
  FitSetup setup = FitSetupFromFlags();
  constexpr int kJudgedHypotheses = 10;
  setup.options.hypotheses = std::max(setup.options.hypotheses, kJudgedHypotheses);
  SyntheticOptions options;
  options.keypoints3d = FLAGS_keypoints3d;
  options.noise_px = FLAGS_noise_px;
  options.noise_m = FLAGS_noise_m;
  options.shape_std = FLAGS_shape_std;
  options.surface_points = FLAGS_surface_points;
  options.weak_perspective = FLAGS_weak;
  options.stride = FLAGS_stride;
  options.seed = FLAGS_seed;
  if (!FLAGS_keypoint_set.empty()) options.set = &KeypointSetOf(FLAGS_keypoint_set);
  const auto is_noise = [](double x) { return x >= 0 && x <= 1e6; };
  constexpr int kMostSurfacePoints = 100000;
  if (options.surface_points < 0 || options.surface_points > kMostSurfacePoints)
    throw UsageError(
        StrCat("--surface_points: found ", options.surface_points, ", expected 0 to ", kMostSurfacePoints));
  if (options.stride < 1 || !is_noise(options.noise_px) || !is_noise(options.noise_m) ||
      !is_noise(options.shape_std) || FLAGS_limit < 0) {
    throw UsageError("--stride must be at least 1, --limit at least 0, noise and --shape_std 0 to 1e6");
  }
  ChoosePeople(&options);
  RetargetOptions retarget;
  retarget.target_joints = RestJointsOf(*setup.model);
  std::vector<SyntheticPerson> people;
  for (const std::string& input : inputs) {
    for (SyntheticPerson& person : MakeSyntheticPeople(setup.model, OpenMotion(input, retarget), options)) {
      if (FLAGS_limit > 0 && static_cast<int>(people.size()) >= FLAGS_limit) break;
      people.push_back(std::move(person));
    }
  }
  if (people.empty()) throw InputError(inputs[0], "", "holds no valid frame");

  const Scores scores = FitAndScore(setup, people, BatchOptionsFromFlags());
  if (FLAGS_json) {
    std::printf("%s\n", scores.ToJson().c_str());
  } else {
    scores.Print();
  }
  return kExitOk;
}

}  // namespace

Command EvaluateCommand() {
  const std::vector<CommandPart> parts = {
      {"fit",
       "MOTION...",
       "fits of keypoints that are made from motion capture, against the truth",
       "Makes keypoints from motion capture (.amc, .bvh, .json, .npz): every --stride-th valid frame at 30 "
       "fps, at a random yaw or at --yaw, 3 to 6 m before a camera of f = 1000 px, with Gaussian noise, "
       "betas 0; fits "
       "them, and prints errors over the 24 joints against the truth. Unusable bodies count too. Also: "
       "whether the truth lies within the deviations that fits report as often as it should, the best of K "
       "hypotheses, whether weights are honest, and how much larger errors are where a flag says so.\n"
       "\n"
       "  vitruvius evaluate fit 03_01.amc 03_02.amc --stride 10\n"
       "  vitruvius evaluate fit walk.bvh --keypoints3d\n"
       "  vitruvius evaluate fit walk.bvh --recipe=dense-later --surface_points 125 --weak --noise_px 0\n",
       {"stride",       "limit",    "yaw",        "posture", "penetration",    "keypoints3d",
        "keypoint_set", "noise_px", "shape_std",  "noise_m", "surface_points", "weak",
        "model",        "gender",   "regressors", "prior",   "recipe",         "starts",
        "solver",       "threads",  "seed",       "json",    "quiet"}},
      {"prior",
       "NAME... --train FOLDER --test FOLDER [--out DIR]",
       "pose priors against what people do",
       "Compares pose priors (shipped ones, files, and `real`: the train poses themselves). Recall: the mean "
       "vertex distance of real bodies to the nearest of --samples generated ones, exactly; precision: of "
       "generated bodies to the nearest real one. Of latent priors also the distance after inversion, and "
       "how evenly bodies move along paths in the latent space (R). Frechet distance, coverage and density "
       "of joints; joints past their range; bodies in themselves; and fits of --people people of the test "
       "motions from 14 keypoints. --out DIR writes prior.json and prior.html, with curves and images, "
       "beside the figures of Davydov et al., CVPR 2022.\n"
       "\n"
       "  vitruvius evaluate prior gmm8 gmm1 real --train mocap/train --test mocap/test --out out/\n"
       "  vitruvius evaluate prior my.npz --train mocap/train --test mocap/test \\\n"
       "      --samples 6000000 --queries 10000\n",
       {"train",  "test",   "out",      "samples", "queries", "inverted", "path_bodies", "compared",
        "meshes", "people", "noise_px", "cap",     "mirror",  "everyday", "model",       "gender",
        "starts", "solver", "threads",  "seed",    "json",    "quiet"}},
      {"regressor",
       "RESULT --truth RESULT",
       "the bodies of one result against those of another",
       "Compares the bodies of a result, from register, fit or learn predict, with true ones by id: MPJPE, "
       "also with the skeleton scaled to the body's total bone length, and after alignment; vertices after "
       "alignment; vertices in the image, px, and as if the person's crop were 224 px wide. Both results "
       "must belong to the same body, which they say themselves.\n"
       "\n"
       "  vitruvius evaluate regressor predictions/ --truth images/truth\n",
       {"truth", "model", "gender", "threads", "json", "quiet"}}};
  Command command = {
      "evaluate",
      "fit MOTION... | prior NAME... --train FOLDER --test FOLDER [--out DIR] | regressor RESULT --truth "
      "RESULT",
      "metrics of fits and predictions against truth, and of pose priors against what people do",
      "",
      {},
      [](const std::vector<std::string>& arguments) {
        const std::string verb = arguments.empty() ? "" : arguments[0];
        const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
        if (verb == "fit") return EvaluateFit(rest);
        if (verb == "prior") return EvaluatePriors(rest);
        if (verb == "regressor") return EvaluateRegressor(rest);
        throw UsageError(StrCat("evaluate: found \"", verb, "\", expected fit, prior or regressor"));
      }};
  return WithParts(std::move(command), parts);
}

}  // namespace vitruvius
