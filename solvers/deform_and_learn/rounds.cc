#include "solvers/deform_and_learn/rounds.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include <nlohmann/json.hpp>

#include "data/io/atomic_file.h"
#include "data/io/json_text.h"
#include "data/io/npz.h"
#include "data/io/result_writer.h"
#include "models/util/check.h"
#include "solvers/batch/batch.h"
#include "solvers/deform_and_learn/person_depths.h"
#include "solvers/deform_and_learn/predicted_results.h"
#include "solvers/deform_and_learn/regressor_examples.h"
#include "solvers/registration/segment_fitter.h"
#include "solvers/training/train_lifter.h"
#include "solvers/training/train_regressor.h"

namespace vitruvius {
namespace {

namespace fs = std::filesystem;

bool IsFile(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

void MakeFolders(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw InputError(path, "", StrCat("cannot be made: ", error.message()));
}

// The rows of a results file of the body, which are those of `people`, in their order.
std::vector<FitResult> FitsOf(const std::string& folder, const std::vector<PersonObservation>& people,
                              const std::shared_ptr<const BodyModel>& model) {
  ResultsFile file = ReadResults(folder);
  RequireBodyOfResult(folder, file.body, model);  // its doubts are those of folders of older versions
  if (file.rows.size() != people.size())
    throw InputError(folder, "ids", StrCat("found ", file.rows.size(), " people, expected ", people.size()));
  std::vector<FitResult> fits;
  for (size_t i = 0; i < people.size(); ++i) {
    FitResult& fit = file.rows[i].fit;
    if (fit.id != people[i].id)
      throw InputError(folder, StrCat("ids[", i, "]"), StrCat("found ", fit.id, ", expected ", people[i].id));
    fits.push_back(std::move(fit));
  }
  return fits;
}

// All rounds of one call.
class Run {
 public:
  Run(const RoundsOptions& options, std::shared_ptr<const BodyModel> model, const RoundsData& data,
      std::string folder, const RoundsEvents& events, at::Device device)
      : options_(options),
        model_(std::move(model)),
        data_(data),
        folder_(std::move(folder)),
        events_(events),
        device_(device) {}

  RoundsOutcome All() {
    RoundsOutcome outcome;
    for (round_ = 1; round_ <= options_.rounds; ++round_) {
      MakeFolders(Here(""));
      if (options_.lifts && !Lifter()) return outcome;
      if (!Registrations()) return outcome;
      if (!Regressor()) return outcome;
      if (round_ < options_.rounds) Predictions("predictions", data_.train);
      Predictions("test", data_.test);
      outcome.rounds.push_back(Scores());
    }
    outcome.finished = true;
    return outcome;
  }

 private:
  std::string Here(const std::string& name) const { return RoundFolder(folder_, round_) + "/" + name; }
  std::string Before(const std::string& name) const { return RoundFolder(folder_, round_ - 1) + "/" + name; }

  void Begin(const std::string& stage, size_t people) {
    MakeFolders(Here(stage));
    if (events_.begun) events_.begun(round_, stage, static_cast<long>(people));
    begun_ = std::chrono::steady_clock::now();
  }
  // Times are no result: lost ones do no harm.
  void End(const std::string& stage) const {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    std::ofstream(folder_ + "/times.csv", std::ios::app) << round_ << "," << stage << "," << seconds << "\n";
  }
  TrainingLoopEvents EventsIn(const std::string& stage) const {
    TrainingLoopEvents events;
    const std::string folder = Here(stage);
    if (events_.stepped)
      events.stepped = [this, folder](const TrainingRun& run) { return events_.stepped(folder, run); };
    if (events_.evaluated)
      events.evaluated = [this, folder](const TrainingRun& run) { events_.evaluated(folder, run); };
    return events;
  }

  // False when it was stopped; so the others.
  bool Lifter() {
    const std::string file = Here("lifter/lifter.npz");
    if (IsFile(file)) return true;
    Begin("lifter", data_.train.size());
    const KeypointSet lifted = LiftedKeypoints(TrainSet(), *model_);
    std::vector<FitResult> registered;
    std::vector<bool> trusted;
    if (round_ > 1) {
      registered = FitsOf(Before("registrations"), data_.train, model_);
      for (const double weight : WeighLabels(registered, options_.labels).weights)
        trusted.push_back(weight > 0);
    }
    LifterOptions lifter = options_.lifter;
    if (round_ > 1) lifter.epochs = options_.later_lifter_epochs;
    lifter.seed += static_cast<std::uint64_t>(round_);
    const LifterTable table = TableOfPeople(model_, lifted, data_.train, registered, trusted).To(device_);
    const LifterTable judged = TableOfPeople(model_, lifted, data_.test, {}, {}).To(device_);
    const TrainedLifter trained = TrainLifter(lifter, SkeletonOf(model_, lifted), table, judged,
                                              round_ > 1 ? Before("lifter/lifter.npz") : "",
                                              Here("lifter/checkpoint.npz"), true, EventsIn("lifter"));
    if (trained.lifter == nullptr) return false;
    WriteNpz(file, trained.arrays);
    End("lifter");
    return true;
  }

  const KeypointSet& TrainSet() const {
    for (const PersonObservation& person : data_.train) {
      if (person.set != nullptr) return *person.set;
    }
    throw InputError("nobody has keypoints, which depths are learned from");
  }

  bool Registrations() {
    if (IsFile(Here("registrations/results.npz"))) return true;
    Begin("registrations", data_.train.size());
    std::vector<PersonObservation> people = data_.train;
    if (options_.lifts) LiftPeople(DepthLifter(Here("lifter/lifter.npz"), device_), &people);
    std::vector<FitResult> predicted, before;
    if (round_ > 1) {
      predicted = FitsOf(Before("predictions"), data_.train, model_);
      before = FitsOf(Before("registrations"), data_.train, model_);
    }

    ResultsWriter results(Here("registrations"), *model_, 0, 0, true);
    ManifestWriter manifest(Here("registrations"));
    size_t next = 0;
    const auto make_worker = [&]() -> PersonWorker {
      auto fitter =
          std::make_shared<SegmentFitter>(model_, round_ > 1 ? options_.later : options_.first, options_.fit);
      return [fitter, &predicted, &before](const PersonObservation& person, long index) {
        const auto i = static_cast<size_t>(index);
        if (i < predicted.size() && predicted[i].usable) {
          std::vector<SegmentParameters> starts = {SegmentFitter::ParametersOf(predicted[i])};
          if (before[i].usable) starts.push_back(SegmentFitter::ParametersOf(before[i]));
          FitResult result = fitter->Fit(person, starts);
          if (result.usable) return result;
        }
        return fitter->Fit(person);
      };
    };
    BatchOptions batch;
    batch.threads = options_.threads;
    RunBatch(
        [&](PersonObservation* person) {
          if (next == people.size()) return false;
          *person = std::move(people[next++]);
          return true;
        },
        make_worker,
        [&](const PersonObservation& person, const FitResult& result) {
          manifest.Append(result, person, results.num_rows());
          results.Append(result, person);
          if (events_.registered) events_.registered(result);
        },
        batch);
    results.Finish();
    End("registrations");
    return true;
  }

  bool Regressor() {
    const std::string file = Here("regressor/regressor.npz");
    if (IsFile(file)) return true;
    Begin("regressor", data_.train.size());
    const std::vector<FitResult> registered = FitsOf(Here("registrations"), data_.train, model_);
    const LabelWeights labels = WeighLabels(registered, options_.labels);
    WriteLabels(labels);
    std::vector<RegressorExample> examples;
    std::string why;
    for (size_t i = 0; i < data_.train.size(); ++i) {
      const PersonObservation& person = data_.train[i];
      std::optional<RegressorExample> example =
          RegressorExampleOf(person, &registered[i], labels.weights[i], person.image_path, *model_,
                             options_.first, options_.fit.surface, {}, &why);
      if (!example) continue;
      examples.push_back(std::move(*example));
    }
    if (examples.empty()) throw InputError(StrCat("nobody to learn from; the last one: ", why));
    RegressorOptions training = options_.regressor;
    if (round_ > 1) training.epochs = options_.later_regressor_epochs;
    training.seed += static_cast<std::uint64_t>(round_);
    const TrainedRegressor trained = TrainRegressor(
        training, model_, examples, {}, round_ > 1 ? Before("regressor/regressor.npz") : options_.backbone,
        Here("regressor/checkpoint.npz"), true, EventsIn("regressor"), device_);
    if (trained.regressor == nullptr) return false;
    WriteNpz(file, trained.arrays);
    End("regressor");
    return true;
  }

  void WriteLabels(const LabelWeights& labels) const {
    std::vector<std::string> ids;
    for (const PersonObservation& person : data_.train) ids.push_back(person.id);
    WriteNpz(Here("labels.npz"),
             {{"ids", NpyArray::FromStrings(ids)},
              {"label_weight",
               NpyArray::FromDoubles(labels.weights.data(), {static_cast<std::int64_t>(ids.size())})}});
  }

  void Predictions(const std::string& stage, const std::vector<PersonObservation>& people) {
    if (IsFile(Here(stage + "/results.npz"))) return;
    Begin(stage, people.size());
    ResultsWriter results(Here(stage), *model_, 0, 0, true);
    ManifestWriter manifest(Here(stage));
    const std::shared_ptr<SegmentRegressor> regressor =
        ReadRegressor(Here("regressor/regressor.npz"), device_);
    PredictionOptions prediction;
    prediction.focal = options_.fit.focal;
    constexpr size_t kAtOnce = 1024;  // so that no more pictures' crops are in memory
    for (size_t begin = 0; begin < people.size(); begin += kAtOnce) {
      const size_t end = std::min(begin + kAtOnce, people.size());
      const std::vector<PersonObservation> some(people.begin() + static_cast<std::ptrdiff_t>(begin),
                                                people.begin() + static_cast<std::ptrdiff_t>(end));
      std::vector<std::string> pictures;
      for (const PersonObservation& person : some) pictures.push_back(person.image_path);
      const std::vector<FitResult> predicted = PredictResults(
          *regressor, model_, some, pictures, options_.first, options_.fit.surface, prediction);
      for (size_t i = 0; i < some.size(); ++i) {
        manifest.Append(predicted[i], some[i], results.num_rows());
        results.Append(predicted[i], some[i]);
      }
    }
    results.Finish();
    End(stage);
  }

  RoundScores Scores() {
    RoundScores scores;
    scores.round = round_;
    const std::vector<FitResult> registered = FitsOf(Here("registrations"), data_.train, model_),
                                 test = FitsOf(Here("test"), data_.test, model_);
    scores.labels = WeighLabels(registered, options_.labels);
    scores.registration_points_px = PointsPx(data_.train, registered);
    scores.test_points_px = PointsPx(data_.test, test);
    scores.registration = CompareAll(model_, registered, data_.train_truth, options_.threads);
    scores.test = CompareAll(model_, test, data_.test_truth, options_.threads);
    if (round_ < options_.rounds)
      scores.train_predictions = CompareAll(model_, FitsOf(Here("predictions"), data_.train, model_),
                                            data_.train_truth, options_.threads);
    WriteFileAtomically(Here("scores.json"), JsonText(scores.ToJson(), 1) + "\n");
    if (events_.scored) events_.scored(scores);
    return scores;
  }

  static double PointsPx(const std::vector<PersonObservation>& people, const std::vector<FitResult>& fits) {
    double sum = 0;
    long count = 0;
    for (size_t i = 0; i < people.size(); ++i) {
      const std::optional<CropFrame> crop = FrameOf(people[i]);
      if (!fits[i].usable || !crop) continue;
      sum += fits[i].residual_mean * kErrorCropPx / (2 * crop->half_px);
      ++count;
    }
    return count > 0 ? sum / static_cast<double>(count) : 0;
  }

  const RoundsOptions& options_;
  const std::shared_ptr<const BodyModel> model_;
  const RoundsData& data_;
  const std::string folder_;
  const RoundsEvents& events_;
  const at::Device device_;
  int round_ = 1;
  std::chrono::steady_clock::time_point begun_;
};

// What a folder's files depend on: options and people.
void ClaimFolder(const RoundsOptions& options, const BodyModel& model, const RoundsData& data,
                 const std::string& folder) {
  std::ostringstream text;
  text << options.Describe() << "body " << model.name() << "\n";
  for (const auto* people : {&data.train, &data.test}) {
    text << people->size() << " people";
    std::size_t sum = 0;
    for (const PersonObservation& person : *people) sum = 31 * sum + std::hash<std::string>()(person.id);
    text << ", ids " << sum << "\n";
  }
  const std::string path = folder + "/options.txt";
  if (!IsFile(path)) {
    WriteFileAtomically(path, text.str());
    return;
  }
  if (ReadFile(path) != text.str())
    throw InputError(path, "", "rounds of other options, or of other people, are in this folder");
}

}  // namespace

void RoundsOptions::Check() const {
  VT_CHECK_GT(rounds, 0);
  VT_CHECK(first.body == Recipe::Body::kSegments && later.body == Recipe::Body::kSegments);
  VT_CHECK_GT(later_lifter_epochs, 0);
  VT_CHECK_GT(later_regressor_epochs, 0);
  VT_CHECK_GE(threads, 0);
  fit.Check();
  lifter.Check();
  regressor.Check();
  labels.Check();
}

// Without the number of rounds: a folder can be gone on with for more of them, the last one's predictions of
// training people being made then.
std::string RoundsOptions::Describe() const {
  return StrCat("recipes ", recipe_texts, "\nfocal ", fit.focal.px, " lookup ",
                fit.surface.kind == SurfaceLookup::Kind::kPlace ? "place" : "vertex", "\nlifter ",
                lifts ? lifter.Describe() : "none", " later ", later_lifter_epochs, "\nregressor ",
                regressor.Describe(), " later ", later_regressor_epochs, " backbone ", backbone, "\nlabels ",
                labels.full, " ", labels.out, "\n");
}

nlohmann::ordered_json RoundScores::ToJson() const {
  nlohmann::ordered_json json = {{"round", round},
                                 {"labels",
                                  {{"full", labels.full},
                                   {"lowered", labels.lowered},
                                   {"left_out", labels.left_out},
                                   {"unusable", labels.unusable}}},
                                 {"registration_points_px", registration_points_px},
                                 {"test_points_px", test_points_px}};
  const auto add = [&](const char* name, const MeanErrors& errors) {
    if (errors.people > 0) json[name] = ParseOrderedJson(errors.ToJson(), name);
  };
  add("registration", registration);
  add("train_predictions", train_predictions);
  add("test", test);
  return json;
}

std::string RoundFolder(const std::string& folder, int round) { return StrCat(folder, "/round_", round); }

RoundsOutcome RunRounds(const RoundsOptions& options, const std::shared_ptr<const BodyModel>& model,
                        const RoundsData& data, const std::string& folder, const RoundsEvents& events,
                        at::Device device) {
  options.Check();
  if (data.train.empty() || data.test.empty()) throw InputError("nobody to learn from, or to be judged on");
  MakeFolders(folder);
  ClaimFolder(options, *model, data, folder);
  return Run(options, model, data, folder, events, device).All();
}

}  // namespace vitruvius
