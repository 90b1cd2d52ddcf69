#include "apps/common/pose_inputs.h"

#include <cstdio>

#include "apps/common/body_flags.h"
#include "apps/common/command.h"
#include "apps/common/flags.h"
#include "models/util/check.h"
#include "priors/gmm.h"
#include "priors/gmm_fit.h"

namespace vitruvius {

PoseCollection PosesFromFlags(const std::vector<std::string>& inputs, const BodyModel& body,
                              bool add_mirrored) {
  PoseCollectionOptions collection;
  collection.max_frames_per_subject = FLAGS_cap;
  collection.add_mirrored = add_mirrored;
  collection.retarget.target_joints = RestJointsOf(body);
  collection.progress = [](int file, int num_files, const std::string& path) {
    if (!FLAGS_quiet) std::fprintf(stderr, "reading %d/%d %s\n", file + 1, num_files, path.c_str());
  };
  PoseCollection poses = CollectPoses(inputs, collection);
  std::printf("%lld frames read, %lld dropped as implausible, %ld poses of %zu subjects%s\n",
              static_cast<long long>(poses.frames_read), static_cast<long long>(poses.frames_dropped),
              static_cast<long>(poses.poses.rows()), poses.subjects.size(),
              add_mirrored ? " with mirror images" : "");
  return poses;
}

int FitGmmFromFlags(const std::string& command, const std::vector<std::string>& inputs,
                    const std::string& file) {
  if (inputs.empty()) throw UsageError(command + ": name motion files or folders");
  if (file.empty()) throw UsageError(command + ": --out FILE.npz is missing");
  const auto is_between = [](double x, double low, double high) { return x >= low && x <= high; };
  if (!is_between(FLAGS_components, 1, 1000) || !is_between(FLAGS_floor, 0, 10) ||
      !is_between(FLAGS_cap, 1, 1e9) || !is_between(FLAGS_restarts, 1, 1000) || FLAGS_threads < 0) {
    throw UsageError(command +
                     ": expected --components and --restarts 1 to 1000, --floor 0 to 10, --cap 1 to 1e9");
  }
  const PoseCollection poses = PosesFromFlags(inputs, *ModelFromFlags(), FLAGS_mirror);
  if (poses.poses.rows() < FLAGS_components) {
    throw InputError(inputs[0], "",
                     StrCat("holds ", poses.poses.rows(), " plausible poses with mirror images, fewer than ",
                            FLAGS_components, " components"));
  }
  GmmFitOptions options;
  options.num_components = FLAGS_components;
  options.floor_rad = FLAGS_floor;
  options.restarts = FLAGS_restarts;
  options.seed = FLAGS_seed;
  options.threads = FLAGS_threads;
  options.progress = [](int restart, int iteration, double likelihood) {
    if (!FLAGS_quiet)
      std::fprintf(stderr, "run %d step %d: %.4f nats a pose\n", restart + 1, iteration, likelihood);
  };
  const GmmFitResult fit = FitGaussianMixture(poses.poses, poses.weights, options);
  SaveGaussianMixture(file, fit.mixture);
  std::printf("%d components, %.4f nats a pose on these poses, %s\n", fit.mixture.num_components(),
              MeanLogDensity(fit.mixture, poses.poses, poses.weights, options.threads),
              fit.converged ? "converged" : "stopped at the iteration limit");
  return kExitOk;
}

}  // namespace vitruvius
