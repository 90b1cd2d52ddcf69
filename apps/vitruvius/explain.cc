// vitruvius explain: why a fit is as it is.
#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/common/body_of_result.h"
#include "apps/common/flag_use.h"
#include "apps/vitruvius/command.h"
#include "apps/vitruvius/explain_person.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/seen_people.h"
#include "apps/vitruvius/session.h"
#include "data/io/json_text.h"
#include "data/io/result_writer.h"
#include "models/metrics/pose_metrics.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

void Print(const nlohmann::ordered_json& document) { std::printf("%s\n", JsonText(document, 1).c_str()); }

int Explain(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1)
    throw UsageError("explain: expected one results.npz or the folder that holds it");
  if (FLAGS_id.empty())
    RefuseGiven({"observations"}, "tells the worst keypoints of one person: name one by --id");
  RefuseIdleReading(FLAGS_observations.empty());
  const ResultsFile file = ReadResults(arguments[0]);
  if (IsGiven("model") || IsGiven("gender")) BodyOfResult(arguments[0]);  // refuses any but the result's own
  if (!FLAGS_id.empty()) {
    for (const ResultsFile::Row& row : file.rows) {
      if (row.fit.id != FLAGS_id) continue;
      PointResiduals residuals;
      if (row.fit.winning_start >= 0 && !FLAGS_observations.empty()) {
        const std::shared_ptr<const BodyModel> model = BodyOfResult(arguments[0]);
        const auto seen = ObservationsOf({row}, arguments[0], *model);
        residuals = ResidualsOf(model, row.fit, seen.at(row.fit.id));
      }
      const nlohmann::ordered_json person = DescribePerson(file, row, residuals);
      FLAGS_json ? Print(person) : PrintPerson(person);
      return kExitOk;
    }
    throw InputError(arguments[0], "ids", StrCat("holds no person \"", FLAGS_id, "\""));
  }
  std::map<std::string, long> reasons, flags;
  std::map<std::string, std::vector<double>> terms;
  std::vector<double> residuals;
  for (const ResultsFile::Row& row : file.rows) {
    ++reasons[row.fit.reason];
    for (const std::string& flag : row.fit.flags) ++flags[flag];
    if (row.fit.winning_start < 0) continue;
    residuals.push_back(row.fit.residual_median);
    for (const TermCost& term : row.fit.terms) terms[term.name].push_back(term.cost);
  }
  std::map<std::string, double> medians;
  for (const auto& [name, costs] : terms) medians[name] = Median(costs);
  if (FLAGS_json) {
    Print({{"people", file.rows.size()},
           {"model", file.body.name},
           {"reasons", reasons},
           {"residual_median", Median(residuals)},
           {"residual_90_percent_below", Quantile(residuals, 0.9)},
           {"terms_median", medians},
           {"flags", flags}});
    return kExitOk;
  }
  std::printf("%zu people, model %s\n", file.rows.size(), file.body.name.c_str());
  for (const auto& [reason, count] : reasons) std::printf("  %-20s %ld\n", reason.c_str(), count);
  std::printf("residual, median over keypoints: median %.4g, 90 %% below %.4g (px, or m for 3D input)\n",
              Median(residuals), Quantile(residuals, 0.9));
  std::printf("cost by term, medians:\n");
  for (const auto& [name, cost] : medians) std::printf("  %-15s %12.6g\n", name.c_str(), cost);
  if (!flags.empty()) std::printf("flags:\n");
  for (const auto& [flag, count] : flags) std::printf("  %-30s %ld\n", flag.c_str(), count);
  std::printf("one person: vitruvius explain %s --id ID\n", arguments[0].c_str());
  return kExitOk;
}

}  // namespace

Command ExplainCommand() {
  return {"explain",
          "RESULT [--id ID [--observations INPUT]]",
          "why a fit is as it is and how sure: cost by term, undetermined rotations, hypotheses, flags",
          "RESULT is a results.npz or its folder. Without --id: all people together. Of one person: cost by "
          "term, how sure of each joint, the rotations that the keypoints left undetermined, the other "
          "bodies found (of `fit --hypotheses K`) and where they differ, flags with what they mean and what "
          "would help, joint limits. With --observations, the keypoints that were fitted: which of them the "
          "body explains worst. --json: for scripts.\n"
          "\n"
          "  vitruvius explain out/ --id photo7_0 --observations keypoints/\n",
          {"id", "json", "observations", "read_as", "model", "gender", "image_size", "keypoint_set"},
          Explain};
}

}  // namespace vitruvius
