// vitruvius learn train-prior
#include <algorithm>
#include <cstdio>

#include "apps/common/body_flags.h"
#include "apps/common/command_line.h"
#include "apps/common/flags.h"
#include "apps/common/learn_commands.h"
#include "apps/common/pose_inputs.h"
#include "apps/vitruvius_learn/command.h"
#include "apps/vitruvius_learn/train_flags.h"
#include "apps/vitruvius_learn/training_pictures.h"
#include "apps/vitruvius_learn/training_session.h"
#include "data/io/atomic_file.h"
#include "models/util/check.h"
#include "solvers/training/train_prior.h"

DECLARE_string(family);
DECLARE_string(val);
DECLARE_string(test);
DECLARE_bool(resume);

namespace vitruvius {
namespace {

bool EndsWithNpz(const std::string& text) {
  return text.size() > 4 && text.compare(text.size() - 4, 4, ".npz") == 0;
}

// Surface points enough to hold every bone's twist and every end: about so many, evenly through the model's
// list.
std::vector<std::int64_t> SurfacePoints(const BodyModel& body) {
  constexpr Eigen::Index kPoints = 500;
  const Eigen::Index count = body.v_template().rows(), step = std::max<Eigen::Index>(1, count / kPoints);
  std::vector<std::int64_t> points;
  for (Eigen::Index v = 0; v < count; v += step) points.push_back(v);
  return points;
}

TrainingPoses PosesOf(const PoseCollection& collection, at::Device device) {
  return TrainingPoses(collection.poses, collection.weights, device);
}

// Median inversion errors of the finished prior, on as many poses of each kind.
void PrintInversion(const std::map<std::string, NpyArray>& arrays, const char* name) {
  const auto it = arrays.find(name);
  if (it != arrays.end()) std::printf("  %s %.2f\n", name, it->second.ToDoubles()[0]);
}

int TrainPriorFromFlags(const Command& command, const std::vector<std::string>& inputs) {
  if (inputs.empty()) throw UsageError("train-prior: name motion files or folders");
  if (FLAGS_out.empty()) throw UsageError("train-prior: --out DIR or FILE.npz is missing");
  if (!(FLAGS_cap >= 1 && FLAGS_cap <= 1e9)) throw UsageError("train-prior: expected --cap 1 to 1e9");
  if (FLAGS_threads < 0) throw UsageError("train-prior: expected --threads 0 or more");
  const bool to_file = EndsWithNpz(FLAGS_out);
  const std::string folder = to_file ? "" : FLAGS_out, file = to_file ? FLAGS_out : FLAGS_out + "/prior.npz";
  if (FLAGS_family == "gmm") {
    if (!to_file) MakeFolder(folder);
    return FitGmmFromFlags("train-prior", inputs, file);
  }
  const TrainingOptions options = TrainingFromFlags();
  const std::vector<std::string> val = SplitAtCommas(FLAGS_val), test = SplitAtCommas(FLAGS_test);
  if (val.empty())
    throw UsageError("train-prior: --val MOTION is missing, by which the best checkpoint is chosen");
  if (FLAGS_resume && to_file)
    throw UsageError("train-prior: --resume goes on from a folder; give --out DIR");
  const at::Device device = DeviceFromFlags();
  const std::shared_ptr<const BodyModel> body = ModelFromFlags();
  if (!to_file) MakeFolder(folder);

  const PoseCollection train = PosesFromFlags(inputs, *body, FLAGS_mirror);
  const TrainingPoses poses = PosesOf(train, device);
  const TrainingPoses validation = PosesOf(PosesFromFlags(val, *body, false), device);
  const TorchBody torch_body(*body, at::TensorOptions(at::kFloat).device(device), SurfacePoints(*body));

  const std::string title = StrCat(FLAGS_family, ", ", options.steps, " steps, seed ", options.seed);
  StepProgress progress(options.steps);
  TrainingEvents events;
  events.stepped = [&](const TrainingRun& run) {
    progress.Show(run);
    return true;
  };
  events.evaluated = [&](const TrainingRun& run, const RowMatrixXd& samples) {
    if (!to_file) WriteTrainingPictures(folder, title, run, samples, *body);
  };
  TrainedPrior trained = TrainPrior(options, poses, validation, torch_body,
                                    to_file ? "" : folder + "/checkpoint.npz", FLAGS_resume, events);
  trained.arrays["trained_with"] = NpyArray::FromString(CommandLine(command, inputs));
  trained.arrays["trained_on"] = NpyArray::FromString(
      StrCat(train.poses.rows(), " poses of ", train.subjects.size(), " subjects in ", train.files.size(),
             " motion files", FLAGS_mirror ? ", mirror images among them" : "", "; a subject counts for ",
             FLAGS_cap, " frames at most; checkpoint chosen on ", validation.size(), " other poses"));
  for (const auto& [key, words] :
       {std::pair<const char*, const std::vector<std::string>*>{"inversion_train_mm", &inputs},
        {"inversion_test_mm", &test}}) {
    if (words->empty() || test.empty()) continue;
    const TrainingPoses others =
        words == &inputs ? poses : PosesOf(PosesFromFlags(*words, *body, false), device);
    const double error = MedianInversionError(trained.trainer.get(), torch_body, others, options);
    trained.arrays[key] = NpyArray::FromDoubles(&error, {});
  }
  WriteNpz(file, trained.arrays);
  std::printf("%s: %s, best of %lld steps: %lld, %.0f s\n", file.c_str(), FLAGS_family.c_str(),
              static_cast<long long>(options.steps), static_cast<long long>(trained.run.best_step),
              progress.seconds());
  for (const char* name : {"inversion_train_mm", "inversion_val_mm", "inversion_test_mm", "nats_val"}) {
    PrintInversion(trained.arrays, name);
  }
  return kExitOk;
}

}  // namespace

Command TrainPriorCommand() {
  Command command = {
      kTrainPrior.name,
      "MOTION... --val MOTION... --out DIR [--family=gan-s]",
      kTrainPrior.summary,
      "  vitruvius learn train-prior mocap/train --val=mocap/val --family=gan-s --out gan-s/\n"
      "  vitruvius learn train-prior mocap/train --val=mocap/val --family=vae --kl=0.003 --out vae/\n"
      "  vitruvius learn train-prior mocap/train --family=gmm --out gmm.npz\n"
      "\n"
      "DIR gets prior.npz, which `fit --prior` and `prior` take, log.csv, curves.png, samples.png and, for "
      "--resume, checkpoint.npz. With --out FILE.npz only the prior is written. Numbers at -1 are the "
      "family's:\n"
      "  gan-s, gan-u, gan-n  18000 steps of 64 poses, 32 latent numbers, 512 wide, rate 2e-4,\n"
      "                       10 discriminator steps a step\n"
      "  vae                  15000 steps of 128 poses, 32 latent numbers, 512 wide, rate 1e-3, --kl=0.003\n"
      "  realnvp              6000 steps of 256 poses, 8 couplings, 128 wide, rate 1e-3, --noise=0.07\n"
      "The checkpoint that is kept has the least inversion error on poses of --val (realnvp: likelihood). "
      "The same seed gives the same prior with the same number of threads, LibTorch and processor.\n",
      {},
      nullptr,
      "vitruvius learn"};
  command.flags = {"val", "test", "out", "model", "gender"};
  command.flags.insert(command.flags.end(), TrainFlagNames().begin(), TrainFlagNames().end());
  for (const char* flag : {"cap", "mirror", "everyday", "standing", "standing_share", "components", "floor",
                           "restarts", "seed", "threads", "device", "resume", "quiet"}) {
    command.flags.push_back(flag);
  }
  command.run = [command](const std::vector<std::string>& words) {
    return TrainPriorFromFlags(command, words);
  };
  return command;
}

}  // namespace vitruvius
