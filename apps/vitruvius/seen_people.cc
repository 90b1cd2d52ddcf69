#include "apps/vitruvius/seen_people.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>

#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/pictures.h"
#include "models/body/body_evaluator.h"
#include "models/camera/camera.h"
#include "models/metrics/pose_metrics.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

std::shared_ptr<const BodyModel> Borrowed(const BodyModel& model) {
  return {&model, [](const BodyModel*) {}};
}

// Larger side of the box of what was seen.
double SizeOf(const PersonObservation& person) {
  Eigen::ArrayXd low, high;
  const auto add = [&](const Eigen::ArrayXd& point) {
    low = low.size() == 0 ? point : low.min(point).eval();
    high = high.size() == 0 ? point : high.max(point).eval();
  };
  for (Eigen::Index k = 0; k < person.keypoints2d.rows(); ++k)
    if (person.keypoints2d(k, 2) > 0) add(person.keypoints2d.row(k).head<2>().transpose());
  for (Eigen::Index k = 0; k < person.keypoints3d.rows(); ++k)
    if (person.keypoints3d(k, 3) > 0) add(person.keypoints3d.row(k).head<3>().transpose());
  return low.size() == 0 ? 0 : (high - low).maxCoeff();
}

}  // namespace

std::map<std::string, PersonObservation> FindObservations(const std::vector<std::string>& inputs,
                                                          const std::set<std::string>& ids,
                                                          const std::string& result, const BodyModel& model) {
  std::map<std::string, PersonObservation> observations;
  if (inputs.empty() || ids.empty()) return observations;
  const std::unique_ptr<ObservationSource> source = OpenInputs(inputs, model);
  for (PersonObservation person; observations.size() < ids.size() && source->Next(&person);) {
    if (ids.count(person.id) > 0) observations[person.id] = person;
  }
  if (observations.empty()) {
    throw InputError(inputs[0], "ids",
                     StrCat("holds nobody of ", result, ", one of whom is \"", *ids.begin(), "\""));
  }
  if (observations.size() < ids.size()) {
    const auto lacking = std::find_if(ids.begin(), ids.end(),
                                      [&](const std::string& id) { return observations.count(id) == 0; });
    std::fprintf(stderr, "warning: %s: %zu of %zu people are not there, as %s\n", inputs[0].c_str(),
                 ids.size() - observations.size(), ids.size(), lacking->c_str());
  }
  return observations;
}

std::map<std::string, PersonObservation> ObservationsOf(const std::vector<ResultsFile::Row>& rows,
                                                        const std::string& result, const BodyModel& model) {
  RefuseIdleReading(FLAGS_observations.empty());
  if (FLAGS_observations.empty()) return {};
  std::set<std::string> ids;
  for (const ResultsFile::Row& row : rows) ids.insert(row.fit.id);
  std::map<std::string, PersonObservation> seen = FindObservations({FLAGS_observations}, ids, result, model);
  std::vector<SeenPerson> people;
  for (const ResultsFile::Row& row : rows) {
    const auto found = seen.find(row.fit.id);
    if (found != seen.end()) people.push_back({&row.fit, &found->second});
  }
  RefuseOtherKeypoints(people, model, FLAGS_observations, result);
  return seen;
}

PointResiduals ResidualsOf(const std::shared_ptr<const BodyModel>& model, const FitResult& fit,
                           const PersonObservation& person) {
  if (person.set == nullptr) return {};
  const KeypointBinding binding = BindKeypoints(*person.set, *model);
  BodyEvaluator evaluator(model, binding.points);
  evaluator.Evaluate(fit.parameters, false);
  const PerspectiveCamera camera = {fit.focal_px, fit.center_px};
  PointResiduals residuals;
  for (int i = 0; i < evaluator.num_points(); ++i) {
    const int k = binding.keypoint_of_point[i];
    const Eigen::Vector3d point = evaluator.points().row(i);
    if (person.is_3d()) {
      if (person.keypoints3d(k, 3) <= 0) continue;
      residuals.emplace_back((point.transpose() - person.keypoints3d.row(k).head<3>()).norm(),
                             person.set->points[k].name);
    } else if (person.keypoints2d.rows() > 0 && person.keypoints2d(k, 2) > 0) {
      residuals.emplace_back(
          (camera.ImgFromCam(point) - person.keypoints2d.row(k).head<2>().transpose()).norm(),
          person.set->points[k].name);
    }
  }
  std::sort(residuals.begin(), residuals.end(), std::greater<>());
  return residuals;
}

void RefuseOtherKeypoints(const std::vector<SeenPerson>& people, const BodyModel& model,
                          const std::string& observations, const std::string& result) {
  size_t judged = 0, others = 0;
  std::string first;
  for (const SeenPerson& one : people) {
    const FitResult& fit = *one.fit;
    const PersonObservation& person = *one.person;
    if (!std::isfinite(fit.residual_median) || fit.segment_scales.size() > 0 || !person.reason.empty())
      continue;
    const bool was_3d = !(fit.focal_px.minCoeff() > 0);
    std::vector<double> distances;
    if (was_3d == person.is_3d()) {
      for (const auto& [distance, name] : ResidualsOf(Borrowed(model), fit, person))
        distances.push_back(distance);
      if (distances.empty()) continue;  // only points of the surface were seen
    }
    ++judged;
    constexpr double kTimes = 2, kOfSize = 0.05;  // recipes weigh keypoints otherwise than this does
    const double most = kTimes * fit.residual_median + kOfSize * SizeOf(person);
    const double found = Median(distances);
    if (was_3d == person.is_3d() && found <= most) continue;
    if (others++ == 0) {
      first = was_3d != person.is_3d()
                  ? StrCat(fit.id, " was fitted to ", was_3d ? "3D" : "2D", " keypoints")
                  : StrCat(fit.id, ": median distance from the body ", found, was_3d ? " m" : " px",
                           ", and the result says ", fit.residual_median);
    }
  }
  if (others == 0) return;
  const std::string sentence = StrCat("the keypoints of ", others, " of ", judged,
                                      " people are not those that ", result, " was fitted to (", first, ")");
  if (2 * others > judged) throw InputError(observations, "", sentence);
  std::fprintf(stderr, "warning: %s: %s\n", observations.c_str(), sentence.c_str());
}

}  // namespace vitruvius
