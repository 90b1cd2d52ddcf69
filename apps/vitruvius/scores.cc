#include "apps/vitruvius/scores.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "apps/vitruvius/flags.h"
#include "data/io/json_text.h"
#include "models/metrics/fit_quality.h"
#include "models/metrics/pose_metrics.h"

namespace vitruvius {
namespace {

constexpr double kTurnedDeg = 60;

double Percent(long part, long whole) {
  return whole > 0 ? 100 * static_cast<double>(part) / static_cast<double>(whole) : 0;
}

double PercentPenetrating(const std::vector<double>& depths_mm) {
  const auto is_deep = [](double depth_mm) { return depth_mm > 1000 * kPenetratingM; };
  return Percent(std::count_if(depths_mm.begin(), depths_mm.end(), is_deep),
                 static_cast<long>(depths_mm.size()));
}

// The values of people whose truth is a body that can be: motion retargeted to another body may cross it.
std::vector<double> WhereApart(const std::vector<double>& values, const std::vector<double>& truth_mm) {
  std::vector<double> kept;
  for (size_t i = 0; i < truth_mm.size(); ++i) {
    if (truth_mm[i] <= 1000 * kPenetratingM) kept.push_back(values[i]);
  }
  return kept;
}

}  // namespace

void Scores::Add(const SyntheticPerson& person, const FitResult& result) {
  if (result.parameters.body_pose.size() == 0) {  // a defect of the program left no body: one at rest counts
    FitResult rest = result;
    rest.parameters = BodyParameters::Zero(*model);
    rest.joints3d = model->joint_template();
    Add(person, rest);
    return;
  }
  ++people;
  is_3d = person.observation.is_3d();
  usable += result.usable;
  const Points3d found = result.joints3d.topRows(kScoredJoints),
                 truth = person.joints3d.topRows(kScoredJoints);
  mpjpe_mm.push_back(RootAlignedMpjpeMm(found, truth));
  pa_mpjpe_mm.push_back(ProcrustesMpjpeMm(found, truth));
  const bool has_mean = result.joints3d_expected.rows() >= kScoredJoints;
  const Points3d mean = has_mean ? Points3d(result.joints3d_expected.topRows(kScoredJoints)) : found;
  expected_mpjpe_mm.push_back(RootAlignedMpjpeMm(mean, truth));
  expected_pa_mpjpe_mm.push_back(ProcrustesMpjpeMm(mean, truth));
  root_deg.push_back(RootAngleDeg(result.parameters, person.truth));
  milliseconds.push_back(result.milliseconds);
  residual_mean.push_back(result.residual_mean);
  backward += NumBackwardBends(*model, result.parameters) > 0;
  const auto depth_mm = [&](const BodyParameters& body) {
    mesh.Evaluate(body, false);
    return 1000 * penetration.Deepest(mesh.points()).depth_m;
  };
  if (FLAGS_penetration && result.segment_scales.size() == 0) {  // the mesh of a body of segments is another
    penetration_mm.push_back(depth_mm(result.parameters));
    truth_penetration_mm.push_back(depth_mm(person.truth));
  }
  turned += root_deg.back() > kTurnedDeg;
  calibration.Add(*model, person.joints3d.topRows(kScoredJoints), result);
  if (result.segment_scales.size() == 0) calibration.AddNumbers(*model, person.truth, result);
  tables.Add(*model, person, result);
}

void Scores::Print() const {
  std::printf("people                %ld, usable %.2f %%\n", people, Percent(usable, people));
  std::printf("MPJPE, root aligned   median %.3f mm, mean %.3f, 90 %% below %.3f\n", Median(mpjpe_mm),
              Mean(mpjpe_mm), Quantile(mpjpe_mm, 0.9));
  std::printf("PA-MPJPE              median %.3f mm, mean %.3f, 90 %% below %.3f\n", Median(pa_mpjpe_mm),
              Mean(pa_mpjpe_mm), Quantile(pa_mpjpe_mm, 0.9));
  std::printf("mean over minima      MPJPE median %.3f mm, mean %.3f; PA-MPJPE median %.3f mm, mean %.3f\n",
              Median(expected_mpjpe_mm), Mean(expected_mpjpe_mm), Median(expected_pa_mpjpe_mm),
              Mean(expected_pa_mpjpe_mm));
  std::printf("distance from what was seen, mean of a person   median %.4f, 99 %% below %.4f %s\n",
              Median(residual_mean), Quantile(residual_mean, 0.99), is_3d ? "m" : "px");
  std::printf("backward knee, elbow  %.2f %% of people (beyond 15 degrees)\n", Percent(backward, people));
  std::printf("root off              %.2f %% of people by more than 60 degrees\n", Percent(turned, people));
  calibration.Print();
  if (!penetration_mm.empty()) PrintPenetration();
  std::printf("time                  median %.2f ms a person, %.0f people/s on %d threads\n",
              Median(milliseconds), static_cast<double>(people) / seconds, threads);
  tables.Print();
}

void Scores::PrintBriefly() const {
  std::printf("  %ld of %ld people got a body, in %.1f ms each (median), %.0f a second on %d threads\n",
              usable, people, Median(milliseconds), static_cast<double>(people) / seconds, threads);
  std::printf(
      "  its joints are %.1f mm off (MPJPE: median over people, pelvis upon pelvis); turned and scaled to "
      "the\n"
      "  truth, %.1f mm (PA-MPJPE)\n",
      Median(mpjpe_mm), Median(pa_mpjpe_mm));
  if (is_3d) return;  // of exact keypoints the rest is zero
  std::printf("  its keypoints are %.1f px from those seen (mean of a person, median over people)\n",
              Median(residual_mean));
  std::printf("  %.0f %% of the true joints lie within two of the standard deviations that fits report\n",
              calibration.PercentWithinTwo());
  if (penetration_mm.empty()) return;
  std::printf("  %.0f %% of the bodies go more than 10 mm into themselves; of the true ones %.1f %%\n",
              PercentPenetrating(penetration_mm), PercentPenetrating(truth_penetration_mm));
}

void Scores::PrintPenetration() const {
  std::printf(
      "self-penetration      %.2f %% of people deeper than 10 mm, mean %.2f mm; truth %.2f %%, %.2f mm\n",
      PercentPenetrating(penetration_mm), Mean(penetration_mm), PercentPenetrating(truth_penetration_mm),
      Mean(truth_penetration_mm));
  const std::vector<double> apart = WhereApart(penetration_mm, truth_penetration_mm);
  std::printf(
      "  of %zu with a truth that has none: %.2f %% deeper than 10 mm, MPJPE median %.3f mm, "
      "PA-MPJPE median %.3f mm\n",
      apart.size(), PercentPenetrating(apart), Median(WhereApart(mpjpe_mm, truth_penetration_mm)),
      Median(WhereApart(pa_mpjpe_mm, truth_penetration_mm)));
}

std::string Scores::ToJson() const {
  const nlohmann::ordered_json report = {
      {"people", people},
      {"usable_percent", Percent(usable, people)},
      {"mpjpe_mm_median", Median(mpjpe_mm)},
      {"mpjpe_mm_mean", Mean(mpjpe_mm)},
      {"pa_mpjpe_mm_median", Median(pa_mpjpe_mm)},
      {"pa_mpjpe_mm_mean", Mean(pa_mpjpe_mm)},
      {"expected_mpjpe_mm_median", Median(expected_mpjpe_mm)},
      {"expected_pa_mpjpe_mm_median", Median(expected_pa_mpjpe_mm)},
      {"residual_mean_median", Median(residual_mean)},
      {"residual_mean_99_percent_below", Quantile(residual_mean, 0.99)},
      {"backward_bends_percent", Percent(backward, people)},
      {"root_beyond_60deg_percent", Percent(turned, people)},
      {"calibration", calibration.ToJson()},
      {"tables", tables.ToJson()},
      {"penetrating_percent", PercentPenetrating(penetration_mm)},
      {"truth_penetrating_percent", PercentPenetrating(truth_penetration_mm)},
      {"penetrating_percent_where_truth_is_not",
       PercentPenetrating(WhereApart(penetration_mm, truth_penetration_mm))},
      {"pa_mpjpe_mm_median_where_truth_is_not", Median(WhereApart(pa_mpjpe_mm, truth_penetration_mm))},
      {"ms_median", Median(milliseconds)},
      {"people_per_second", static_cast<double>(people) / seconds},
      {"threads", threads}};
  return JsonText(report, 1);
}

Scores FitAndScore(const FitSetup& setup, const std::vector<SyntheticPerson>& people,
                   const BatchOptions& options, std::vector<FitResult>* results) {
  Scores scores(setup.model);
  size_t next = 0, done = 0;
  Progress progress("fitting", static_cast<long>(people.size()));
  const auto source = [&](PersonObservation* person) {
    if (next == people.size()) return false;
    *person = people[next++].observation;
    return true;
  };
  const auto sink = [&](const PersonObservation&, const FitResult& result) {
    scores.Add(people[done++], result);
    if (results != nullptr) results->push_back(result);
    progress.Add(result.usable);
  };
  scores.threads = RunBatch(
                       source, [&] { return setup.MakeWorker(); }, sink, options)
                       .threads;
  scores.seconds = progress.seconds();
  return scores;
}

}  // namespace vitruvius
