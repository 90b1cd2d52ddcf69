// vitruvius learn train-regressor
#include <algorithm>
#include <cstdio>
#include <map>

#include "apps/common/body_flags.h"
#include "apps/common/body_of_result.h"
#include "apps/common/command_line.h"
#include "apps/common/flags.h"
#include "apps/common/learn_commands.h"
#include "apps/common/observation_flags.h"
#include "apps/vitruvius_learn/command.h"
#include "apps/vitruvius_learn/regressor_flags.h"
#include "apps/vitruvius_learn/training_pictures.h"
#include "apps/vitruvius_learn/training_session.h"
#include "data/io/result_writer.h"
#include "solvers/registration/label_weights.h"
#include "solvers/training/train_regressor.h"

DECLARE_bool(resume);
DECLARE_double(label_out);
DECLARE_string(val);
DEFINE_string(
    labels, "",
    "results.npz, or its folder, of `vitruvius register` with a recipe of segments: registered bodies, "
    "joined by id");
DEFINE_string(val_labels, "", "the same of the people of --val; without, their points alone judge");

namespace vitruvius {
namespace {

struct Gathered {
  std::vector<RegressorExample> examples;
  std::int64_t people = 0, labelled = 0;
  std::map<std::string, std::int64_t> left_out;  // reasons
};

struct Label {
  FitResult fit;
  double weight = 0;
};

std::map<std::string, Label> ReadLabels(const std::string& file, const BodyModel& model) {
  std::map<std::string, Label> labels;
  if (file.empty()) return labels;
  std::vector<FitResult> fits;
  for (ResultsFile::Row& row : ReadResults(file).rows) {
    FitResult& fit = row.fit;
    if (fit.usable && fit.segment_scales.size() != model.num_joints()) {
      throw InputError(file, fit.id,
                       StrCat("found ", fit.segment_scales.size(), " segment scales, expected ",
                              model.num_joints(), " of the body ", model.name(),
                              ": register with a recipe of segments, as dense-first, and this body"));
    }
    fits.push_back(std::move(fit));
  }
  LabelWeightOptions options;
  TakeFlag("label_out", FLAGS_label_out, options.full, 1e6, &options.out);
  const std::vector<double> weights = WeighLabels(fits, options).weights;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    std::string id = fits[i].id;
    labels.emplace(std::move(id), Label{std::move(fits[i]), weights[i]});
  }
  return labels;
}

// `labels_file`: empty for none.
Gathered Gather(const std::vector<std::string>& inputs, const std::string& labels_file,
                const BodyModel& model, const RegressorLabelOptions& options) {
  const std::map<std::string, Label> labels = ReadLabels(labels_file, model);
  const Recipe recipe = LoadRecipe("dense-later");
  SurfaceLookup lookup;
  lookup.chart = ChartFromFlags(model);
  const std::unique_ptr<ObservationSource> source =
      OpenObservations(inputs, ObservationOptionsFromFlags(/*dense=*/true));
  Gathered gathered;
  std::size_t matched = 0;
  for (PersonObservation person; source->Next(&person); ++gathered.people) {
    const auto label = labels.find(person.id);
    matched += label != labels.end();
    std::string why;
    std::optional<RegressorExample> example =
        RegressorExampleOf(person, label == labels.end() ? nullptr : &label->second.fit,
                           label == labels.end() ? 0 : label->second.weight, FindPicture(person), model,
                           recipe, lookup, options, &why);
    if (!example) {
      // Without the person's name: people of one reason are counted together.
      ++gathered.left_out[why.substr(std::min(why.size(), person.id.size() + 2))];
      continue;
    }
    gathered.labelled += example->label.has_value();
    gathered.examples.push_back(std::move(*example));
  }
  if (!labels.empty() && matched == 0) {
    throw InputError(
        labels_file, "ids",
        StrCat("none of ", labels.size(), " is the id of one of ", gathered.people, " people of the input"));
  }
  return gathered;
}

void Tell(const Gathered& gathered, const char* what_for) {
  std::printf("%lld people%s, %zu with a picture and points, %lld of them with a registered body\n",
              static_cast<long long>(gathered.people), what_for, gathered.examples.size(),
              static_cast<long long>(gathered.labelled));
  constexpr int kMostReasons = 10;
  int named = 0;
  for (const auto& [why, count] : gathered.left_out) {
    if (++named <= kMostReasons)
      std::printf("  %lld left out: %s\n", static_cast<long long>(count), why.c_str());
  }
  std::fflush(stdout);
}

int TrainRegressorFromFlags(const Command& command, const std::vector<std::string>& inputs) {
  if (inputs.empty()) throw UsageError("train-regressor: name files with what was seen of people");
  if (FLAGS_out.empty()) throw UsageError("train-regressor: --out DIR is missing");
  if (FLAGS_val.empty() && !FLAGS_val_labels.empty())
    throw UsageError("train-regressor: --val_labels needs --val");
  if (FLAGS_threads < 0) throw UsageError("train-regressor: expected --threads 0 or more");
  const RegressorFlags flags = RegressorFromFlags();
  const RegressorOptions& options = flags.training;
  const at::Device device = DeviceFromFlags();
  const std::shared_ptr<const BodyModel> body =
      FLAGS_labels.empty() ? ModelFromFlags() : BodyOfResult(FLAGS_labels);
  if (!FLAGS_val_labels.empty()) RequireBodyOfResult(FLAGS_val_labels, body);
  const Gathered gathered = Gather(inputs, FLAGS_labels, *body, flags.labels);
  if (!FLAGS_quiet) Tell(gathered, "");
  const std::vector<std::string> judging = SplitAtCommas(FLAGS_val);
  Gathered judges;
  if (!judging.empty()) {
    judges = Gather(judging, FLAGS_val_labels, *body, flags.labels);
    if (!FLAGS_quiet) Tell(judges, " who judge");
    if (judges.examples.empty())
      throw InputError("train-regressor: nobody of --val has a picture and points (--images?)");
  }
  if (gathered.examples.size() < 2)
    throw InputError("train-regressor: fewer than two people have a picture and points (--images?)");
  MakeFolder(FLAGS_out);

  const std::string title = StrCat("image regressor, ", NameOf(options.trunk.kind), ", ", options.crop_px,
                                   " px, seed ", options.seed);
  std::unique_ptr<StepProgress> progress;
  TrainingLoopEvents events;
  std::int64_t num_train = static_cast<std::int64_t>(gathered.examples.size());
  if (judging.empty()) {
    const std::vector<bool> held_out = HeldOut(gathered.examples, options.held_out, options.seed);
    num_train = std::count(held_out.begin(), held_out.end(), false);
  }
  progress = std::make_unique<StepProgress>(options.epochs * options.StepsPerEpoch(num_train));
  events.stepped = [&](const TrainingRun& run) {
    progress->Show(run);
    return true;
  };
  events.evaluated = [&](const TrainingRun& run) {
    WriteLog(FLAGS_out, run.log);
    WriteCurves(FLAGS_out, title, run,
                {PlotOf(run.log, "on people not learned from", {"loss_val", "regress_val"}),
                 PlotOf(run.log, "mean distance, px of the crop", {"dense_val_px", "keypoint_val_px"})});
  };
  TrainedRegressor trained = TrainRegressor(options, body, gathered.examples, judges.examples, flags.initial,
                                            FLAGS_out + "/checkpoint.npz", FLAGS_resume, events, device);
  trained.arrays["trained_with"] = NpyArray::FromString(CommandLine(command, inputs));
  trained.arrays["trained_on"] =
      NpyArray::FromString(StrCat(trained.num_train, " people, ", gathered.labelled,
                                  " of all with a registered body; judged by ", trained.num_validation));
  const std::string file = FLAGS_out + "/regressor.npz";
  WriteNpz(file, trained.arrays);
  std::printf("%s: step %lld of %lld, %.0f s, loss on %lld people who judge %.4g\n", file.c_str(),
              static_cast<long long>(trained.run.best_step), static_cast<long long>(trained.run.step),
              progress->seconds(), static_cast<long long>(trained.num_validation), trained.run.best);
  if (!trained.unread.empty())
    std::printf("  %zu pictures could not be read and were left out\n", trained.unread.size());
  return kExitOk;
}

}  // namespace

Command TrainRegressorCommand() {
  Command command = {
      kTrainRegressor.name,
      "INPUT... --labels RESULTS --images DIR --out DIR",
      kTrainRegressor.summary,
      "  vitruvius register densepose.json --recipe=dense-first --out registered/\n"
      "  vitruvius learn train-regressor densepose.json --labels registered/ --images pictures/ \\\n"
      "      --backbone resnet50-0676ba61.pth --out regressor/\n"
      "  vitruvius learn predict densepose.json --regressor regressor/regressor.npz --images pictures/ \\\n"
      "      --out predicted/\n"
      "\n"
      "INPUT: what `vitruvius register` takes, with pictures' names. Each person is cut out of its picture; "
      "a residual network gives the 132 numbers of a body of segments, which are taught by those of the "
      "registered body and by where the body's points should be seen. Numbers at -1: 30 epochs, 30 people a "
      "step, rate 1e-4. The best checkpoint is chosen by the people of --val or, without, by a share of all. "
      "DIR gets regressor.npz, log.csv, curves.png and, for --resume, checkpoint.npz. Pictures that cannot "
      "be read are named and left out. The same seed gives the same regressor with the same number of "
      "threads, LibTorch and processor.\n",
      {},
      nullptr,
      "vitruvius learn"};
  command.flags = {"labels", "images", "val",          "val_labels",   "out",    "model",
                   "gender", "chart",  "dense_points", "keypoint_set", "read_as"};
  command.flags.insert(command.flags.end(), RegressorFlagNames().begin(), RegressorFlagNames().end());
  for (const char* flag : {"seed", "threads", "device", "resume", "quiet"}) command.flags.push_back(flag);
  command.run = [command](const std::vector<std::string>& words) {
    return TrainRegressorFromFlags(command, words);
  };
  return command;
}

}  // namespace vitruvius
