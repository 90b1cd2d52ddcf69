// vitruvius explain: why a fit is as it is.
#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include "apps/vitruvius/command.h"
#include "apps/vitruvius/flags.h"
#include "apps/vitruvius/pictures.h"
#include "apps/vitruvius/session.h"
#include "data/io/result_writer.h"
#include "models/body/body_model.h"
#include "models/camera/camera.h"
#include "models/metrics/pose_metrics.h"
#include "models/util/check.h"
#include "priors/joint_limits.h"

namespace vitruvius {
namespace {

void ExplainPerson(const ResultsFile::Row& row) {
  const FitResult& fit = row.fit;
  std::printf("%s: %s (%s)\n", fit.id.c_str(), fit.usable ? "usable" : "not usable", fit.reason.c_str());
  if (fit.winning_start < 0) return;
  const bool is_3d = fit.focal_source == "none";
  std::printf("  keypoints         %d of %s, median residual %.4g %s\n", fit.num_keypoints,
              row.keypoint_set.c_str(), fit.residual_median, is_3d ? "m" : "px");
  if (!is_3d) {
    std::printf("  focal length      %.1f px, %s\n", fit.focal_px.x(), fit.focal_source.c_str());
    std::printf("  distance          %.2f m\n",
                fit.joints3d.rows() > 0 ? fit.joints3d(0, 2) : fit.parameters.transl.z());
  }
  std::printf(
      "  start             number %d won; %d reached the stages, %d distinct minima; %d iterations in all\n",
      fit.winning_start, fit.num_starts, fit.num_minima, fit.num_iterations);
  double total = 0;
  for (const TermCost& term : fit.terms) total += term.cost;
  std::printf("  cost              %.6g\n", fit.cost);
  for (const TermCost& term : fit.terms) {
    std::printf("    %-15s %12.6g  %5.1f %%\n", term.name.c_str(), term.cost,
                total > 0 ? 100 * term.cost / total : 0);
  }
  if (fit.joints_std_m.size() > 0 && fit.joints_std_m.allFinite()) {
    Eigen::Index worst = 0;
    const double largest = fit.joints_std_m.maxCoeff(&worst);
    std::vector<double> deviations(fit.joints_std_m.begin(), fit.joints_std_m.end());
    const bool named = fit.joints_std_m.size() == static_cast<Eigen::Index>(SmplJointNames().size());
    const std::string name = named ? SmplJointNames()[worst] : StrCat("joint ", worst);
    std::printf("  how sure          joints within %.3f m (one deviation, median), least %s: %.3f m\n",
                Median(deviations), name.c_str(), largest);
  }
  if (fit.parameters.betas.size() > 0) {
    std::printf("  betas            ");
    for (const double beta : fit.parameters.betas) std::printf(" %.2f", beta);
    std::printf("\n");
  }
}

// Axis-angle components past the generous range of priors/joint_limits.h.
void ExplainLimits(const FitResult& fit) {
  const std::vector<std::string>& names = SmplJointNames();
  constexpr double kDegPerRad = 57.29577951308232;
  int active = 0;
  for (const JointLimit& limit : JointLimits()) {
    const auto joint = std::find(names.begin(), names.end(), limit.joint) - names.begin();
    const Eigen::Index first = 3 * (joint - 1);
    if (first + 3 > fit.parameters.body_pose.size()) continue;
    for (int axis = 0; axis < 3; ++axis) {
      const double angle = fit.parameters.body_pose[first + axis];
      const double beyond = std::max(angle - limit.high[axis], limit.low[axis] - angle);
      if (beyond <= 0) continue;
      if (active++ == 0) std::printf("  past joint limits\n");
      std::printf("    %-15s %c by %.0f degrees\n", limit.joint.c_str(), "xyz"[axis], beyond * kDegPerRad);
    }
  }
  if (active == 0) std::printf("  past joint limits none\n");
}

// The keypoints that the body explains worst, of --observations.
void ExplainPoints(const FitResult& fit) {
  const std::shared_ptr<const BodyModel> model = ModelFromFlags();
  if (fit.parameters.body_pose.size() != 3 * model->num_body_joints() ||
      fit.parameters.betas.size() != model->num_betas()) {
    throw InputError(FLAGS_model, "", "is not the body of this result; name that with --model");
  }
  const std::unique_ptr<ObservationSource> source = OpenInputs({FLAGS_observations}, *model);
  PersonObservation person;
  do {
    if (!source->Next(&person)) {
      throw InputError(FLAGS_observations, "ids", StrCat("holds no person \"", fit.id, "\""));
    }
  } while (person.id != fit.id);
  if (person.set == nullptr) return;
  const KeypointBinding binding = BindKeypoints(*person.set, *model);
  BodyEvaluator evaluator(model, binding.points);
  evaluator.Evaluate(fit.parameters, false);
  const PerspectiveCamera camera = {fit.focal_px, fit.center_px};
  std::vector<std::pair<double, std::string>> residuals;
  for (int i = 0; i < evaluator.num_points(); ++i) {
    const int k = binding.keypoint_of_point[i];
    const Eigen::Vector3d point = evaluator.points().row(i);
    if (person.is_3d()) {
      if (person.keypoints3d(k, 3) <= 0) continue;
      residuals.emplace_back((point.transpose() - person.keypoints3d.row(k).head<3>()).norm(),
                             person.set->points[k].name);
    } else if (person.keypoints2d(k, 2) > 0) {
      residuals.emplace_back(
          (camera.ImgFromCam(point) - person.keypoints2d.row(k).head<2>().transpose()).norm(),
          person.set->points[k].name);
    }
  }
  std::sort(residuals.rbegin(), residuals.rend());
  constexpr size_t kShown = 5;
  if (residuals.size() > kShown) residuals.resize(kShown);
  std::printf("  worst points\n");
  for (const auto& [residual, name] : residuals) {
    std::printf("    %-15s %8.4g %s\n", name.c_str(), residual, person.is_3d() ? "m" : "px");
  }
}

int Explain(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1)
    throw UsageError("explain: expected one results.npz or the folder that holds it");
  const ResultsFile file = ReadResults(arguments[0]);
  if (!FLAGS_id.empty()) {
    for (const ResultsFile::Row& row : file.rows) {
      if (row.fit.id != FLAGS_id) continue;
      ExplainPerson(row);
      if (row.fit.winning_start >= 0) ExplainLimits(row.fit);
      if (row.fit.winning_start >= 0 && !FLAGS_observations.empty()) ExplainPoints(row.fit);
      return kExitOk;
    }
    throw InputError(arguments[0], "ids", StrCat("holds no person \"", FLAGS_id, "\""));
  }
  std::map<std::string, long> reasons;
  std::map<std::string, std::vector<double>> terms;
  std::vector<double> residuals;
  for (const ResultsFile::Row& row : file.rows) {
    ++reasons[row.fit.reason];
    if (row.fit.winning_start < 0) continue;
    residuals.push_back(row.fit.residual_median);
    for (const TermCost& term : row.fit.terms) terms[term.name].push_back(term.cost);
  }
  std::printf("%zu people, model %s\n", file.rows.size(), file.model.c_str());
  for (const auto& [reason, count] : reasons) std::printf("  %-20s %ld\n", reason.c_str(), count);
  std::printf("residual, median over keypoints: median %.4g, 90 %% below %.4g (px, or m for 3D input)\n",
              Median(residuals), Quantile(residuals, 0.9));
  std::printf("cost by term, medians:\n");
  for (const auto& [name, costs] : terms) std::printf("  %-15s %12.6g\n", name.c_str(), Median(costs));
  std::printf("one person: vitruvius explain %s --id ID\n", arguments[0].c_str());
  return kExitOk;
}

}  // namespace

Command ExplainCommand() {
  return {"explain",
          "RESULT [--id ID [--observations INPUT]]",
          "why a fit is as it is: cost by term, start, residual, joint limits, worst points",
          "RESULT is a results.npz or its folder. Without --id: all people together. With --observations, "
          "the keypoints\n"
          "that were fitted, and the --model of the fit: which of them the body explains worst.\n\n"
          "  vitruvius explain out/ --id photo7_0 --observations keypoints/\n",
          {"id", "observations", "model", "gender", "image_size", "keypoint_set"},
          Explain};
}

}  // namespace vitruvius
