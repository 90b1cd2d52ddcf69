#include "apps/common/pose_inputs.h"

#include <algorithm>
#include <cstdio>

#include "apps/common/body_flags.h"
#include "apps/common/command.h"
#include "apps/common/command_line.h"
#include "apps/common/flags.h"
#include "data/datasets/standing_poses.h"
#include "models/util/check.h"
#include "priors/gmm.h"
#include "priors/gmm_fit.h"

namespace vitruvius {

PoseCollection PosesFromFlags(const std::vector<std::string>& inputs, const BodyModel& body,
                              bool add_mirrored) {
  PoseCollectionOptions collection;
  collection.max_frames_per_subject = FLAGS_cap;
  collection.add_mirrored = add_mirrored;
  collection.everyday = FLAGS_everyday;
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

namespace {

// Two components more: people of --standing as they are, and their legs under everybody else's upper bodies.
GaussianMixture WithStanders(const GaussianMixture& mixture, const PoseCollection& others,
                             GmmFitOptions options) {
  if (!(FLAGS_standing_share > 0 && FLAGS_standing_share < 1))
    throw UsageError(
        StrCat("--standing_share: found ", FLAGS_standing_share, ", expected more than 0, less than 1"));
  const std::shared_ptr<const BodyModel> body = ModelFromFlags();
  const PoseCollection standing = PosesFromFlags(SplitAtCommas(FLAGS_standing), *body, FLAGS_mirror);
  options.num_components = 1;
  const GaussianMixture own = FitGaussianMixture(standing.poses, standing.weights, options).mixture;
  const GaussianMixture recombined =
      FitGaussianMixture(LegsUnderOthers(standing, others, RestJointsOf(*body), FLAGS_seed), standing.weights,
                         options)
          .mixture;
  GaussianMixture standers = Joined(own, recombined, 0.5);
  // A few people's legs are too much alike: at the floor of everything else these two components would
  // straighten people whose knees are bent by 30 degrees as well. Val does not tell 0.12 from 0.13; CMU 14
  // did (data/priors).
  constexpr double kLegsFloorRad = 0.13;
  const double more = kLegsFloorRad * kLegsFloorRad - options.floor_rad * options.floor_rad;
  for (Eigen::MatrixXd& covariance : standers.covariances) {
    for (const int number : LegNumbers()) covariance(number, number) += std::max(0.0, more);
  }
  return Joined(mixture, standers, FLAGS_standing_share);
}

}  // namespace

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
  GmmFitResult fit = FitGaussianMixture(poses.poses, poses.weights, options);
  if (!FLAGS_standing.empty()) fit.mixture = WithStanders(fit.mixture, poses, options);
  SaveGaussianMixture(file, fit.mixture);
  std::printf("%d components, %.4f nats a pose on these poses, %s\n", fit.mixture.num_components(),
              MeanLogDensity(fit.mixture, poses.poses, poses.weights, options.threads),
              fit.converged ? "converged" : "stopped at the iteration limit");
  return kExitOk;
}

}  // namespace vitruvius
