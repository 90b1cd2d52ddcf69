#include "apps/vitruvius/scores.h"

#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "models/metrics/fit_quality.h"
#include "models/metrics/pose_metrics.h"

namespace vitruvius {
namespace {

constexpr int kScoredJoints = 24;
constexpr double kTurnedDeg = 60;

double Percent(long part, long whole) {
  return whole > 0 ? 100 * static_cast<double>(part) / static_cast<double>(whole) : 0;
}

}  // namespace

void Scores::Add(const BodyModel& model, const SyntheticPerson& person, const FitResult& result) {
  ++people;
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
  backward += NumBackwardBends(model, result.parameters) > 0;
  turned += root_deg.back() > kTurnedDeg;
  calibration.Add(model, person.joints3d.topRows(kScoredJoints), result);
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
  std::printf("backward knee, elbow  %.2f %% of people (beyond 15 degrees)\n", Percent(backward, people));
  std::printf("root off              %.2f %% of people by more than 60 degrees\n", Percent(turned, people));
  calibration.Print();
  std::printf("time                  median %.2f ms a person, %.0f people/s on %d threads\n",
              Median(milliseconds), static_cast<double>(people) / seconds, threads);
}

std::string Scores::ToJson() const {
  const nlohmann::ordered_json report = {{"people", people},
                                         {"usable_percent", Percent(usable, people)},
                                         {"mpjpe_mm_median", Median(mpjpe_mm)},
                                         {"mpjpe_mm_mean", Mean(mpjpe_mm)},
                                         {"pa_mpjpe_mm_median", Median(pa_mpjpe_mm)},
                                         {"pa_mpjpe_mm_mean", Mean(pa_mpjpe_mm)},
                                         {"expected_mpjpe_mm_median", Median(expected_mpjpe_mm)},
                                         {"expected_pa_mpjpe_mm_median", Median(expected_pa_mpjpe_mm)},
                                         {"backward_bends_percent", Percent(backward, people)},
                                         {"root_beyond_60deg_percent", Percent(turned, people)},
                                         {"calibration", calibration.ToJson()},
                                         {"ms_median", Median(milliseconds)},
                                         {"people_per_second", static_cast<double>(people) / seconds},
                                         {"threads", threads}};
  return report.dump(1);
}

Scores FitAndScore(const FitSetup& setup, const std::vector<SyntheticPerson>& people,
                   const BatchOptions& options, std::vector<FitResult>* results) {
  Scores scores;
  size_t next = 0, done = 0;
  Progress progress("fitting", static_cast<long>(people.size()));
  const auto source = [&](PersonObservation* person) {
    if (next == people.size()) return false;
    *person = people[next++].observation;
    return true;
  };
  const auto sink = [&](const PersonObservation&, const FitResult& result) {
    scores.Add(*setup.model, people[done++], result);
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
