#include "apps/vitruvius/prior_document.h"

#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "models/metrics/distributions.h"
#include "models/metrics/pose_metrics.h"

namespace vitruvius {
namespace {

using nlohmann::ordered_json;

// JSON has no infinity: a path on which a body stands still has none but that.
ordered_json Number(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(); }

ordered_json SummaryOf(const std::vector<double>& values) {
  if (values.empty()) return nullptr;
  const Summary summary = Summarize(values);
  return {{"mean", Number(summary.mean)}, {"std", Number(summary.std)}, {"median", Number(summary.median)}};
}

ordered_json DistancesOf(const std::vector<double>& distances_mm) {
  ordered_json found = SummaryOf(distances_mm);
  if (!found.is_null()) found["shares"] = CumulativeShares(distances_mm, DistanceThresholdsMm());
  return found;
}

ordered_json SplitOf(const PriorEvaluation::Split& split) {
  return {{"recall_mm", DistancesOf(split.recall_mm)},
          {"precision_mm", DistancesOf(split.precision_mm)},
          {"inversion_joints_mm", SummaryOf(split.inversion_joints_mm)},
          {"inversion_mm", SummaryOf(split.inversion_mm)},
          {"frechet_mm", split.frechet_mm},
          {"density", split.likeness.density},
          {"coverage", split.likeness.coverage}};
}

ordered_json FitsOf(const PriorFits& fits) {
  const Scores& scores = fits.scores;
  return {{"setup", fits.setup},
          {"recipe", fits.recipe},
          {"people", scores.people},
          {"usable_percent", 100.0 * static_cast<double>(scores.usable) / static_cast<double>(scores.people)},
          {"mpjpe_mm", SummaryOf(scores.mpjpe_mm)},
          {"pa_mpjpe_mm", SummaryOf(scores.pa_mpjpe_mm)},
          {"fits_per_second_per_core", 1000 / Mean(scores.milliseconds)}};
}

// "61.2 (64.0)", median and mean; "-" without.
std::string Cell(const ordered_json& summary) {
  if (summary.is_null()) return "-";
  const auto text = [](const ordered_json& value) -> std::string {
    if (value.is_null()) return "inf";
    char buffer[32];
    std::snprintf(buffer, sizeof(buffer), std::abs(value.get<double>()) < 10 ? "%.2f" : "%.1f",
                  value.get<double>());
    return buffer;
  };
  return text(summary["median"]) + " (" + text(summary["mean"]) + ")";
}

void PrintRow(const std::string& name, const std::vector<std::string>& cells) {
  std::printf("  %-18.18s", name.c_str());
  for (const std::string& cell : cells) std::printf(" %16s", cell.c_str());
  std::printf("\n");
}

std::string Fixed(double value, const char* format) {
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), format, value);
  return buffer;
}

}  // namespace

std::vector<double> DistanceThresholdsMm() {
  constexpr double kStepMm = 2.5, kLastMm = 200;
  std::vector<double> thresholds;
  for (int i = 0; i * kStepMm <= kLastMm; ++i) thresholds.push_back(i * kStepMm);
  return thresholds;
}

nlohmann::ordered_json DocumentOf(const PriorEvaluation& evaluation, const std::vector<PriorFits>& fits) {
  ordered_json document = {{"family", evaluation.family},
                           {"train", SplitOf(evaluation.train)},
                           {"test", SplitOf(evaluation.test)}};
  if (!evaluation.path_ratios.empty()) {
    document["paths"] = {{"pairs", evaluation.path_ratios.size()},
                         {"ratio", SummaryOf(evaluation.path_ratios)},
                         {"curve", evaluation.path_curve}};
  }
  document["beyond_limits_percent"] = evaluation.beyond_limits_percent;
  document["self_penetrating_percent"] = evaluation.self_penetrating_percent;
  ordered_json spread = ordered_json::object();
  for (size_t i = 0; i < evaluation.joints.size(); ++i) spread[evaluation.joints[i]] = evaluation.spread[i];
  document["spread"] = spread;
  ordered_json worst = ordered_json::array();
  for (const WorstSample& sample : evaluation.worst) worst.push_back(sample.distance_mm);
  document["worst_mm"] = worst;
  document["fits"] = ordered_json::array();
  for (const PriorFits& each : fits) document["fits"].push_back(FitsOf(each));
  const NearestBodies::Work& work = evaluation.recall_work;
  document["recall_search"] = {{"seconds", evaluation.recall_seconds},
                               {"pairs", work.coarse},
                               {"bounded_again", work.middle},
                               {"and_again", work.fine},
                               {"measured", work.meshes}};
  return document;
}

void PrintDocument(const nlohmann::ordered_json& document) {
  std::printf(
      "\nmm, median (mean); mean distance of vertices to the nearest body but for inversion (joints)\n");
  PrintRow("", {"recall train", "test", "precision train", "test", "inversion train", "test", "R"});
  for (const ordered_json& prior : document["priors"]) {
    const ordered_json &train = prior["train"], &test = prior["test"];
    PrintRow(prior["name"], {Cell(train["recall_mm"]), Cell(test["recall_mm"]), Cell(train["precision_mm"]),
                             Cell(test["precision_mm"]), Cell(train["inversion_joints_mm"]),
                             Cell(test["inversion_joints_mm"]),
                             prior.contains("paths") ? Cell(prior["paths"]["ratio"]) : "-"});
  }
  std::printf("\n");
  PrintRow("", {"Frechet mm train", "test", "coverage train", "test", "density train", "past limits",
                "in itself"});
  for (const ordered_json& prior : document["priors"]) {
    const ordered_json &train = prior["train"], &test = prior["test"];
    PrintRow(prior["name"],
             {Fixed(train["frechet_mm"], "%.1f"), Fixed(test["frechet_mm"], "%.1f"),
              Fixed(train["coverage"], "%.3f"), Fixed(test["coverage"], "%.3f"),
              Fixed(train["density"], "%.3f"), Fixed(prior["beyond_limits_percent"], "%.1f %%"),
              Fixed(prior["self_penetrating_percent"], "%.1f %%")});
  }
  bool has_fits = false;
  for (const ordered_json& prior : document["priors"]) {
    for (const ordered_json& fits : prior["fits"]) {
      if (!has_fits) {
        std::printf("\n%ld people from 2D keypoints\n", fits["people"].get<long>());
        PrintRow("", {"setup", "recipe", "MPJPE", "PA-MPJPE", "usable", "fits/s a core"});
        has_fits = true;
      }
      PrintRow(prior["name"],
               {fits["setup"], fits["recipe"], Cell(fits["mpjpe_mm"]), Cell(fits["pa_mpjpe_mm"]),
                Fixed(fits["usable_percent"], "%.1f %%"), Fixed(fits["fits_per_second_per_core"], "%.0f")});
    }
  }
}

}  // namespace vitruvius
