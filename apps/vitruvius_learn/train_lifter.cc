// vitruvius learn train-lifter
#include <algorithm>
#include <cstdio>

#include "apps/common/body_flags.h"
#include "apps/common/command_line.h"
#include "apps/common/flags.h"
#include "apps/common/learn_commands.h"
#include "apps/common/pose_inputs.h"
#include "apps/vitruvius_learn/command.h"
#include "apps/vitruvius_learn/lifter_flags.h"
#include "apps/vitruvius_learn/training_pictures.h"
#include "apps/vitruvius_learn/training_session.h"
#include "solvers/training/train_lifter.h"

DECLARE_string(val);
DECLARE_string(test);
DECLARE_bool(resume);

namespace vitruvius {
namespace {

// Seeds of projections must differ, or validation people would stand as training people do.
constexpr std::uint64_t kValidation = 1000, kTest = 2000;

LifterTable PeopleOf(const PoseCollection& poses, const std::shared_ptr<const BodyModel>& body,
                     const KeypointSet& set, ProjectionOptions options, std::uint64_t stream) {
  options.seed += stream;
  return Project(BodyKeypoints(body, set, poses.poses), WeightedRows(poses.weights), options);
}

void Print(const char* name, const LifterScores& scores) {
  std::printf(
      "  %s: depth correlation %.3f, with each pose's better sign %.3f (%.1f %% mirrored), depth error %.0f "
      "mm, left from right %.1f %% of the trunk (L_sym %.2g), depths over widths %.2f\n",
      name, scores.correlation, scores.correlation_mirror, 100 * scores.mirrored, scores.depth_error_mm,
      100 * scores.asymmetry, scores.symmetry_loss, scores.spread);
}

int TrainLifterFromFlags(const Command& command, const std::vector<std::string>& inputs) {
  if (inputs.empty()) throw UsageError("train-lifter: name motion files or folders");
  if (FLAGS_out.empty()) throw UsageError("train-lifter: --out DIR is missing");
  const std::vector<std::string> val = SplitAtCommas(FLAGS_val), test = SplitAtCommas(FLAGS_test);
  if (val.empty())
    throw UsageError("train-lifter: --val MOTION is missing, by which the best checkpoint is chosen");
  if (!(FLAGS_cap >= 1 && FLAGS_cap <= 1e9)) throw UsageError("train-lifter: expected --cap 1 to 1e9");
  if (FLAGS_threads < 0) throw UsageError("train-lifter: expected --threads 0 or more");
  const LifterFlags flags = LifterFromFlags();
  const LifterOptions& options = flags.training;
  const at::Device device = DeviceFromFlags();
  const std::shared_ptr<const BodyModel> body = ModelFromFlags();
  MakeFolder(FLAGS_out);

  const KeypointSet& set = *flags.keypoints;
  const LifterSkeleton skeleton = SkeletonOf(body, set);
  const PoseCollection poses = PosesFromFlags(inputs, *body, FLAGS_mirror);
  LifterTable train = PeopleOf(poses, body, set, flags.projection, 0).To(device);
  if (flags.supervised) train.registered = at::cat({train.keypoints, train.depths.unsqueeze(2)}, 2);
  ProjectionOptions judged = flags.projection;
  judged.samples = options.validation_poses;
  const LifterTable validation =
      PeopleOf(PosesFromFlags(val, *body, false), body, set, judged, kValidation).To(device);

  const std::string title = StrCat("depth lifter, ", options.epochs, " epochs, seed ", options.seed);
  StepProgress progress(options.epochs * options.StepsPerEpoch(train.size()));
  TrainingLoopEvents events;
  events.stepped = [&](const TrainingRun& run) {
    progress.Show(run);
    return true;
  };
  events.evaluated = [&](const TrainingRun& run) {
    WriteLog(FLAGS_out, run.log);
    WriteCurves(FLAGS_out, title, run,
                {PlotOf(run.log, "on validation people", {"unexplained_val", "mirrored_val", "geometry_val"}),
                 PlotOf(run.log, "depths over widths", {"spread_val"})});
  };
  TrainedLifter trained = TrainLifter(options, skeleton, train, validation, flags.initial,
                                      FLAGS_out + "/checkpoint.npz", FLAGS_resume, events);
  trained.arrays["keypoints"] = NpyArray::FromString(set.name);
  trained.arrays["trained_with"] = NpyArray::FromString(CommandLine(command, inputs));
  trained.arrays["trained_on"] = NpyArray::FromString(
      StrCat(train.size(), " people from ", poses.poses.rows(), " poses of ", poses.subjects.size(),
             " subjects in ", poses.files.size(), " motion files"));
  const std::string file = FLAGS_out + "/lifter.npz";
  WriteNpz(file, trained.arrays);
  std::printf("%s: step %lld of %lld, %.0f s\n", file.c_str(), static_cast<long long>(trained.run.best_step),
              static_cast<long long>(trained.run.step), progress.seconds());
  Print("train", ScoreLifter(*trained.lifter, train.Take(at::arange(std::min(train.size(), judged.samples))),
                             options.angles_deg));
  Print("val", ScoreLifter(*trained.lifter, validation, options.angles_deg));
  if (!test.empty()) {
    Print("test",
          ScoreLifter(*trained.lifter,
                      PeopleOf(PosesFromFlags(test, *body, false), body, set, judged, kTest).To(device),
                      options.angles_deg));
  }
  return kExitOk;
}

}  // namespace

Command TrainLifterCommand() {
  Command command = {
      kTrainLifter.name,
      "MOTION... --val MOTION... --out DIR",
      kTrainLifter.summary,
      "  vitruvius learn train-lifter mocap/train --val=mocap/val --test=mocap/test --hidden=256 \\\n"
      "      --batch=256 --rate=1e-3 --people=20000 --epochs=20 --out lifter/    (ten minutes on one core)\n"
      "\n"
      "Numbers at -1: 50 epochs, 1024 wide, 1024 people a step, rate 2e-4, which are for a GPU; average "
      "0.99; one step of the discriminator for one of the generator.\n"
      "\n"
      "A generator gives each keypoint a depth; people lifted so and turned about the vertical must look "
      "real to a discriminator of 2D keypoints, have average bone ratios and equal limbs, and be lifted "
      "alike from the other side. Here the 2D keypoints are projections of the body in captured poses from "
      "all sides; their depths are used to judge alone. DIR gets lifter.npz, log.csv, curves.png and, for "
      "--resume, checkpoint.npz. Keypoints of a pose and of its mirror image z -> -z are the same: "
      "correlations are told as lifted, where the sign of all was set so that knees bend forward, and with "
      "each pose's better sign. The same seed gives the same lifter with the same number of threads, "
      "LibTorch and processor.\n",
      {},
      nullptr,
      "vitruvius learn"};
  command.flags = {"val", "test", "out", "model", "gender"};
  command.flags.insert(command.flags.end(), LifterFlagNames().begin(), LifterFlagNames().end());
  for (const char* flag : {"cap", "mirror", "everyday", "seed", "threads", "device", "resume", "quiet"}) {
    command.flags.push_back(flag);
  }
  command.run = [command](const std::vector<std::string>& words) {
    return TrainLifterFromFlags(command, words);
  };
  return command;
}

}  // namespace vitruvius
