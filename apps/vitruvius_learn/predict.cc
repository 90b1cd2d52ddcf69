// vitruvius learn predict
#include <cstdio>
#include <map>

#include "apps/common/body_of_result.h"
#include "apps/common/command_line.h"
#include "apps/common/flags.h"
#include "apps/common/learn_commands.h"
#include "apps/common/observation_flags.h"
#include "apps/vitruvius_learn/command.h"
#include "apps/vitruvius_learn/training_session.h"
#include "data/io/result_writer.h"
#include "solvers/deform_and_learn/predicted_results.h"

DECLARE_int64(batch);
DEFINE_string(regressor, "", "regressor.npz of train-regressor");

namespace vitruvius {
namespace {

int Predict(const std::vector<std::string>& inputs) {
  if (inputs.empty()) throw UsageError("predict: name files with what was seen of people");
  if (FLAGS_out.empty()) throw UsageError("predict: --out DIR is missing");
  if (FLAGS_regressor.empty()) throw UsageError("predict: --regressor FILE is missing");
  if (FLAGS_threads < 0) throw UsageError("predict: expected --threads 0 or more");
  PredictionOptions options;
  TakeFlag("batch", FLAGS_batch, 1, 1e5, &options.batch);
  const at::Device device = DeviceFromFlags();
  const std::shared_ptr<const BodyModel> body = BodyOfResult(FLAGS_regressor);
  CheckRegressorBody(FLAGS_regressor, *body);
  const std::shared_ptr<const SegmentRegressor> regressor = ReadRegressor(FLAGS_regressor, device);
  const Recipe recipe = LoadRecipe("dense-later");
  SurfaceLookup lookup;
  lookup.chart = ChartFromFlags(*body);
  ObservationOptions reading = ObservationOptionsFromFlags(/*dense=*/true);
  reading.boxes = true;
  const std::unique_ptr<ObservationSource> source = OpenObservations(inputs, reading);
  MakeFolder(FLAGS_out);

  ResultsWriter results(FLAGS_out, *body, 0, 0, /*of_segments=*/true);
  ManifestWriter manifest(FLAGS_out);
  std::int64_t usable = 0;
  std::map<std::string, std::int64_t> reasons;
  const std::size_t at_once =
      static_cast<std::size_t>(8 * options.batch);  // memory does not grow with people
  for (bool more = true; more;) {
    std::vector<PersonObservation> people;
    std::vector<std::string> pictures;
    for (PersonObservation person; people.size() < at_once && (more = source->Next(&person));) {
      pictures.push_back(FindPicture(person));
      people.push_back(std::move(person));
    }
    const std::vector<FitResult> predicted =
        PredictResults(*regressor, body, people, pictures, recipe, lookup, options);
    for (std::size_t i = 0; i < people.size(); ++i) {
      manifest.Append(predicted[i], people[i], results.num_rows());
      results.Append(predicted[i], people[i]);
      if (predicted[i].usable)
        ++usable;
      else
        ++reasons[predicted[i].reason];
    }
  }
  const std::int64_t rows = results.num_rows();
  results.Finish(source->FrameRateHz());
  if (FLAGS_quiet) return kExitOk;
  std::printf("%lld people, %lld predicted -> %s/results.npz\n", static_cast<long long>(rows),
              static_cast<long long>(usable), FLAGS_out.c_str());
  for (const auto& [reason, count] : reasons)
    std::printf("  %lld not predicted: %s\n", static_cast<long long>(count), reason.c_str());
  if (!reasons.empty()) std::printf("  why, person by person: %s/manifest.jsonl\n", FLAGS_out.c_str());
  return kExitOk;
}

}  // namespace

Command PredictCommand() {
  return {kPredict.name,
          "INPUT... --regressor FILE --images DIR --out DIR",
          kPredict.summary,
          "INPUT: what `vitruvius register` takes, and COCO people with a bbox alone; what was seen of a "
          "person, or else the bbox, tells where in the picture it is, and what was seen how far the "
          "predicted body is from it (residual_median). DIR gets results.npz and manifest.jsonl like "
          "`vitruvius register` with a recipe of segments; render, report and convert take them. A person "
          "whose picture is missing or cannot be read gets the reason bad_input.\n",
          {"regressor", "images", "out", "model", "gender", "chart", "dense_points", "keypoint_set",
           "read_as", "batch", "threads", "device", "quiet"},
          Predict,
          "vitruvius learn"};
}

}  // namespace vitruvius
