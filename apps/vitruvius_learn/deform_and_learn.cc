// vitruvius learn deform-and-learn
#include <cstdio>
#include <filesystem>
#include <memory>

#include "apps/common/body_flags.h"
#include "apps/common/body_of_result.h"
#include "apps/common/command_line.h"
#include "apps/common/flags.h"
#include "apps/common/learn_commands.h"
#include "apps/common/observation_flags.h"
#include "apps/common/progress.h"
#include "apps/vitruvius_learn/command.h"
#include "apps/vitruvius_learn/regressor_flags.h"
#include "apps/vitruvius_learn/rounds_report.h"
#include "apps/vitruvius_learn/training_pictures.h"
#include "apps/vitruvius_learn/training_session.h"
#include "data/io/atomic_file.h"
#include "data/io/data_files.h"
#include "data/io/result_writer.h"
#include "solvers/deform_and_learn/rounds.h"

DECLARE_string(test);
DEFINE_int32(rounds, vitruvius::RoundsOptions().rounds, "rounds of registration and learning");
DEFINE_string(
    truth, "",
    "true bodies of the training people, to judge registrations by; a folder `truth` beside the input "
    "is found");
DEFINE_string(test_truth, "", "the same of the test people");
DEFINE_string(first_recipe, "dense-first", "registration in the first round");
DEFINE_string(later_recipe, "dense-later", "registration in later rounds");
DEFINE_bool(lift, true, "depths of keypoints by a lifter that is trained in each round");
DEFINE_int64(later_epochs, -1, "of the regressor in rounds after the first; -1: as in the first");
DEFINE_int64(lifter_epochs, vitruvius::RoundsOptions().lifter.epochs,
             "of the depth lifter in the first round");
DEFINE_int64(later_lifter_epochs, -1, "of the depth lifter in later rounds; -1: as in the first");
DEFINE_int64(lifter_hidden, vitruvius::RoundsOptions().lifter.hidden, "width of the depth lifter");
DEFINE_int64(lifter_batch, vitruvius::RoundsOptions().lifter.batch, "people a step of the depth lifter");
DEFINE_double(lifter_rate, vitruvius::RoundsOptions().lifter.learning_rate,
              "learning rate of the depth lifter");
DECLARE_double(label_out);

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

RoundsOptions RoundsFromFlags(const BodyModel& body) {
  RoundsOptions options;
  const RegressorFlags regressor = RegressorFromFlags();
  options.regressor = regressor.training;
  options.backbone = regressor.initial;
  options.later_regressor_epochs = options.regressor.epochs;
  TakeFlag("rounds", FLAGS_rounds, 1, 1000, &options.rounds);
  TakeFlag("later_epochs", FLAGS_later_epochs, 1, 1e6, &options.later_regressor_epochs);
  TakeFlag("lifter_epochs", FLAGS_lifter_epochs, 1, 1e6, &options.lifter.epochs);
  options.later_lifter_epochs = options.lifter.epochs;
  TakeFlag("later_lifter_epochs", FLAGS_later_lifter_epochs, 1, 1e6, &options.later_lifter_epochs);
  TakeFlag("lifter_hidden", FLAGS_lifter_hidden, 1, 1e5, &options.lifter.hidden);
  TakeFlag("lifter_batch", FLAGS_lifter_batch, 2, 1e6, &options.lifter.batch);
  TakeFlag("lifter_rate", FLAGS_lifter_rate, 1e-9, 1, &options.lifter.learning_rate);
  TakeFlag("label_out", FLAGS_label_out, options.labels.full, 1e6, &options.labels.out);
  options.lifts = FLAGS_lift;
  options.lifter.seed = FLAGS_seed;
  for (auto [name, recipe] :
       {std::pair{&FLAGS_first_recipe, &options.first}, {&FLAGS_later_recipe, &options.later}}) {
    *recipe = LoadRecipe(*name);
    if (recipe->body != Recipe::Body::kSegments)
      throw UsageError(StrCat("deform-and-learn: the recipe ", *name, " is not for a body of segments"));
    options.recipe_texts += *name + " " + RecipeText(*name) + "\n";
  }
  options.fit.surface.chart = ChartFromFlags(body);
  options.threads = FLAGS_threads;
  return options;
}

std::vector<PersonObservation> PeopleOf(const std::vector<std::string>& inputs) {
  const std::unique_ptr<ObservationSource> source =
      OpenObservations(inputs, ObservationOptionsFromFlags(/*dense=*/true));
  std::vector<PersonObservation> people;
  long without_picture = 0;
  for (PersonObservation person; source->Next(&person);) {
    person.image_path = FindPicture(person);
    without_picture += person.image_path.empty();
    people.push_back(std::move(person));
  }
  if (people.empty()) throw InputError(inputs[0], "", "holds nobody");
  if (without_picture == static_cast<long>(people.size()))
    throw InputError(inputs[0], "", "nobody's picture was found; name their folder with --images");
  if (!FLAGS_quiet)
    std::printf("%s: %zu people, %ld without a picture\n", inputs[0].c_str(), people.size(), without_picture);
  return people;
}

// Of the flag, or a folder `truth` beside the input or in it; empty without.
std::string TruthPath(const std::string& flag, const std::string& input) {
  if (!flag.empty()) return flag;
  std::error_code error;
  const fs::path folder = fs::is_directory(input, error) ? fs::path(input) : fs::path(input).parent_path();
  return fs::is_regular_file(folder / "truth/results.npz", error) ? (folder / "truth").string() : "";
}

std::vector<FitResult> TruthOf(const std::string& path) {
  std::vector<FitResult> truth;
  if (path.empty()) return truth;
  for (ResultsFile::Row& row : ReadResults(path).rows) truth.push_back(std::move(row.fit));
  return truth;
}

void Print(const RoundScores& scores) {
  std::printf(
      "round %d: labels %ld in full, %ld lowered, %ld left out, %ld not usable; points that were seen: "
      "registration %.2f, test %.2f px of a crop of %g\n",
      scores.round, scores.labels.full, scores.labels.lowered, scores.labels.left_out, scores.labels.unusable,
      scores.registration_points_px, scores.test_points_px, kErrorCropPx);
  for (const auto& [name, errors] :
       {std::pair<const char*, const MeanErrors*>{"registration", &scores.registration},
        {"regressor, test", &scores.test}}) {
    if (errors->people == 0) continue;
    std::printf(
        "  %s: MPJPE rescaled %.1f mm, as it is %.1f, aligned %.1f; vertices aligned %.1f mm, in the "
        "picture %.2f px of %g\n",
        name, errors->mean.rescaled_mpjpe_mm, errors->mean.mpjpe_mm, errors->mean.pa_mpjpe_mm,
        errors->mean.pa_vertex_mm, errors->mean.pixel_in_crop, kErrorCropPx);
  }
  std::fflush(stdout);
}

int DeformAndLearn(const Command& command, const std::vector<std::string>& inputs) {
  if (inputs.empty()) throw UsageError("deform-and-learn: name annotations of the training pictures");
  if (FLAGS_out.empty()) throw UsageError("deform-and-learn: --out DIR is missing");
  const std::vector<std::string> test_inputs = SplitAtCommas(FLAGS_test);
  if (test_inputs.empty()) throw UsageError("deform-and-learn: --test INPUT is missing");
  if (FLAGS_threads < 0) throw UsageError("deform-and-learn: expected --threads 0 or more");
  const at::Device device = DeviceFromFlags();
  const std::string train_truth = TruthPath(FLAGS_truth, inputs[0]),
                    test_truth = TruthPath(FLAGS_test_truth, test_inputs[0]);
  const std::string some_truth = train_truth.empty() ? test_truth : train_truth;
  // Bodies are judged vertex by vertex: they are those of the truth.
  const std::shared_ptr<const BodyModel> body =
      some_truth.empty() ? ModelFromFlags() : BodyOfResult(some_truth);
  if (!test_truth.empty()) RequireBodyOfResult(test_truth, body);
  const RoundsOptions options = RoundsFromFlags(*body);
  RoundsData data;
  data.train = PeopleOf(inputs);
  data.test = PeopleOf(test_inputs);
  data.train_truth = TruthOf(train_truth);
  data.test_truth = TruthOf(test_truth);

  std::vector<RoundScores> rounds;
  std::unique_ptr<Progress> people;
  std::unique_ptr<StepProgress> steps;
  RoundsEvents events;
  events.begun = [&](int round, const std::string& stage, long count) {
    people.reset();
    steps.reset();
    if (!FLAGS_quiet) std::fprintf(stderr, "round %d of %d: %s\n", round, options.rounds, stage.c_str());
    if (stage == "registrations") people = std::make_unique<Progress>(stage, count);
  };
  events.registered = [&](const FitResult& result) { people->Add(result.usable); };
  events.stepped = [&](const std::string&, const TrainingRun& run) {
    if (steps == nullptr) steps = std::make_unique<StepProgress>(run.steps);
    steps->Show(run);
    return true;
  };
  events.evaluated = [&](const std::string& folder, const TrainingRun& run) {
    WriteLog(folder, run.log);
    WriteCurves(folder, fs::path(folder).filename().string(), run,
                {PlotOf(run.log, "on people not trained on", {run.best_name})});
  };
  events.scored = [&](const RoundScores& scores) {
    rounds.push_back(scores);
    Print(scores);
    WriteRoundsReport(FLAGS_out, CommandLine(command, inputs), body, data, options, rounds);
  };
  RunRounds(options, body, data, FLAGS_out, events, device);
  std::printf("%s/report.html\n", FLAGS_out.c_str());
  return kExitOk;
}

}  // namespace

Command DeformAndLearnCommand() {
  Command command = {
      kDeformAndLearn.name,
      "TRAIN... --test TEST --rounds N --out DIR",
      kDeformAndLearn.summary,
      "  vitruvius synthesize mocap/train --count 4000 --out images/train\n"
      "  vitruvius synthesize mocap/test --count 500 --seed 2 --out images/test\n"
      "  vitruvius learn deform-and-learn images/train --test images/test --rounds 3 --out rounds/\n"
      "\n"
      "TRAIN and TEST: what `vitruvius register` takes (DensePose annotations, .npz), with pictures' names. "
      "Each round learns depths for keypoints from the keypoints (--lift), registers a body of segments to "
      "everyone, from the last round's predictions on, weighs the registrations by what they say of "
      "themselves, trains the regressor on them, and judges it on the test people: by where points were "
      "seen, and by true bodies where they are known. DIR/round_R/ keeps everything; report.html shows "
      "errors by round, curves and examples. Stopped anywhere, the same command goes on where it was, to the "
      "same result. Numbers of the regressor at -1: 30 epochs, 30 people a step, rate 1e-4; those of the "
      "lifter are for a GPU.\n",
      {},
      nullptr,
      "vitruvius learn"};
  command.flags = {
      "test",          "rounds",       "out",        "images",       "truth",         "test_truth",
      "model",         "gender",       "chart",      "dense_points", "keypoint_set",  "read_as",
      "first_recipe",  "later_recipe", "lift",       "later_epochs", "lifter_epochs", "later_lifter_epochs",
      "lifter_hidden", "lifter_batch", "lifter_rate"};
  for (const std::string& name : RegressorFlagNames()) {
    if (name != "unlabelled") command.flags.push_back(name);
  }
  for (const char* flag : {"seed", "threads", "device", "quiet"}) command.flags.push_back(flag);
  command.run = [command](const std::vector<std::string>& words) { return DeformAndLearn(command, words); };
  return command;
}

}  // namespace vitruvius
