// vitruvius evaluate fit: how well fits meet the truth.
#include <algorithm>
#include <cstdio>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/session.h"
#include "data/datasets/motion_file.h"
#include "data/datasets/synthetic_keypoints.h"
#include "models/metrics/fit_quality.h"
#include "models/metrics/pose_metrics.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

struct Scores {
  std::vector<double> mpjpe_mm, pa_mpjpe_mm, root_deg;
  long people = 0, usable = 0, backward = 0, turned = 0;

  void Add(const BodyModel& model, const SyntheticPerson& person, const FitResult& result) {
    ++people;
    usable += result.usable;
    // Unusable bodies count too: leaving them out would reward giving up.
    mpjpe_mm.push_back(RootAlignedMpjpeMm(result.joints3d.topRows(24), person.joints3d.topRows(24)));
    pa_mpjpe_mm.push_back(ProcrustesMpjpeMm(result.joints3d.topRows(24), person.joints3d.topRows(24)));
    root_deg.push_back(RootAngleDeg(result.parameters, person.truth));
    backward += NumBackwardBends(model, result.parameters) > 0;
    turned += root_deg.back() > 60;
  }
};

int EvaluateFit(const std::vector<std::string>& inputs) {
  if (inputs.empty()) throw UsageError("evaluate fit: name motion files (.amc, .bvh, .npz, ...)");
  const FitSetup setup = FitSetupFromFlags();
  SyntheticOptions options;
  options.keypoints3d = FLAGS_keypoints3d;
  options.noise_px = FLAGS_noise_px;
  options.noise_m = FLAGS_noise_m;
  options.stride = FLAGS_stride;
  options.seed = FLAGS_seed;
  if (!FLAGS_keypoint_set.empty()) {
    options.set = FindKeypointSet(FLAGS_keypoint_set);
    if (options.set == nullptr) throw UsageError(StrCat("--keypoint_set: \"", FLAGS_keypoint_set, "\" is unknown"));
  }
  if (options.stride < 1 || options.noise_px < 0 || options.noise_m < 0) {
    throw UsageError("--stride must be at least 1, noise at least 0");
  }
  RetargetOptions retarget;
  retarget.target_joints = setup.model->joint_template();
  std::vector<SyntheticPerson> people;
  for (const std::string& input : inputs) {
    for (SyntheticPerson& person : MakeSyntheticPeople(setup.model, OpenMotion(input, retarget), options)) {
      if (FLAGS_limit > 0 && static_cast<int>(people.size()) >= FLAGS_limit) break;
      people.push_back(std::move(person));
    }
  }
  if (people.empty()) throw InputError(inputs[0], "", "holds no valid frame");

  Scores scores;
  size_t next = 0, written = 0;
  std::vector<double> milliseconds;
  double seconds = 0;
  BatchSummary summary;
  {
    Progress progress("fitting", static_cast<long>(people.size()));
    summary = RunBatch(
        [&](PersonObservation* person) {
          if (next == people.size()) return false;
          *person = people[next++].observation;
          return true;
        },
        [&] { return setup.MakeWorker(); },
        [&](const PersonObservation&, const FitResult& result) {
          scores.Add(*setup.model, people[written++], result);
          milliseconds.push_back(result.milliseconds);
          progress.Add(result.usable);
        },
        BatchOptionsFromFlags());
    seconds = progress.seconds();
  }
  const double n = static_cast<double>(scores.people);
  if (FLAGS_json) {
    const nlohmann::ordered_json report = {
        {"people", scores.people},
        {"usable_percent", 100 * static_cast<double>(scores.usable) / n},
        {"mpjpe_mm_median", Median(scores.mpjpe_mm)},
        {"mpjpe_mm_mean", Mean(scores.mpjpe_mm)},
        {"pa_mpjpe_mm_median", Median(scores.pa_mpjpe_mm)},
        {"pa_mpjpe_mm_mean", Mean(scores.pa_mpjpe_mm)},
        {"backward_bends_percent", 100 * static_cast<double>(scores.backward) / n},
        {"root_beyond_60deg_percent", 100 * static_cast<double>(scores.turned) / n},
        {"ms_median", Median(milliseconds)},
        {"fits_per_second", n / seconds},
        {"threads", summary.threads}};
    std::printf("%s\n", report.dump(1).c_str());
    return kExitOk;
  }
  std::printf("people                %ld, usable %.2f %%\n", scores.people, 100 * static_cast<double>(scores.usable) / n);
  std::printf("MPJPE, root aligned   median %.2f mm, mean %.2f, 90 %% below %.2f\n", Median(scores.mpjpe_mm),
              Mean(scores.mpjpe_mm), Quantile(scores.mpjpe_mm, 0.9));
  std::printf("PA-MPJPE              median %.2f mm, mean %.2f, 90 %% below %.2f\n", Median(scores.pa_mpjpe_mm),
              Mean(scores.pa_mpjpe_mm), Quantile(scores.pa_mpjpe_mm, 0.9));
  std::printf("backward knee, elbow  %.2f %% of people (beyond 15 degrees)\n",
              100 * static_cast<double>(scores.backward) / n);
  std::printf("root off              %.2f %% of people by more than 60 degrees\n",
              100 * static_cast<double>(scores.turned) / n);
  std::printf("time                  median %.2f ms a person, %.0f people/s on %d threads\n", Median(milliseconds),
              n / seconds, summary.threads);
  return kExitOk;
}

}  // namespace

Command EvaluateCommand() {
  return {"evaluate",
          "fit MOTION... [--flag=value]",
          "metrics against truth",
          "evaluate fit makes keypoints from motion capture (.amc, .bvh, .json, .npz): every --stride-th valid frame at\n"
          "30 fps, at a random yaw, 3 to 6 m before a camera of f = 1000 px, with Gaussian noise, betas 0; fits them,\n"
          "and prints errors over the 24 joints against the truth. Unusable bodies count too.\n\n"
          "  vitruvius evaluate fit 03_01.amc 03_02.amc --stride 10\n"
          "  vitruvius evaluate fit walk.bvh --keypoints3d\n",
          {"model", "prior", "recipe", "starts", "solver", "threads", "seed", "keypoints3d", "keypoint_set", "noise_px",
           "noise_m", "stride", "limit", "json", "quiet"},
          [](const std::vector<std::string>& arguments) {
            if (arguments.empty() || arguments[0] != "fit") throw UsageError("evaluate: expected `evaluate fit MOTION...`");
            return EvaluateFit({arguments.begin() + 1, arguments.end()});
          }};
}

}  // namespace vitruvius
