#include "apps/vitruvius/calibration.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "models/body/anatomy.h"
#include "models/math/so3.h"
#include "models/metrics/pose_metrics.h"

namespace vitruvius {
namespace {

constexpr int kBestOf[] = {1, 2, 3, 5, 10};
constexpr double kWeightBounds[] = {0.1, 0.3, 0.5, 0.7, 0.9, 1.01};

double PercentOf(long part, long whole) {
  return whole > 0 ? 100 * static_cast<double>(part) / static_cast<double>(whole) : 0;
}

}  // namespace

void Calibration::Add(const BodyModel& model, const MatrixX3d& truth, const FitResult& result) {
  // A body of segments knows no place in space, its camera being weak.
  const bool in_space = result.joints_std_m.size() > 0;
  const Eigen::Index num_joints = std::min(truth.rows(), result.joints_relative_std_m.size());
  const auto relative_error = [&](const MatrixX3d& joints, Eigen::Index j) {
    return ((joints.row(j) - joints.row(0)) - (truth.row(j) - truth.row(0))).norm();
  };
  for (Eigen::Index j = 0; j < num_joints; ++j) {
    if (in_space) in_space_.Add((result.joints3d.row(j) - truth.row(j)).norm(), result.joints_std_m[j]);
    if (j == 0) continue;  // the root is nowhere else than at itself
    const double error = relative_error(result.joints3d, j);
    relative_.Add(error, result.joints_relative_std_m[j]);
    groups_[PartOfJoint(model.joint_names()[static_cast<size_t>(j)])].Add(error,
                                                                          result.joints_relative_std_m[j]);
  }

  bool ambiguous = false;
  for (const std::string& flag : result.flags)
    ambiguous = ambiguous || flag.rfind("depth_", 0) == 0 || flag.rfind("left_right:", 0) == 0;
  const Points3d true_joints = truth;
  (ambiguous ? mpjpe_flagged_mm_ : mpjpe_others_mm_)
      .push_back(RootAlignedMpjpeMm(Points3d(result.joints3d.topRows(truth.rows())), true_joints));
  for (const LimbBone& bone : LimbBones(model)) {
    if (bone.end >= truth.rows()) continue;
    const bool flagged = std::count(result.flags.begin(), result.flags.end(), "depth_flip:" + bone.name) > 0;
    const auto direction = [&](const MatrixX3d& joints) {
      return (joints.row(bone.end) - joints.row(bone.joint)).eval();
    };
    (flagged ? depth_flips_.flagged_mm : depth_flips_.others_mm)
        .push_back(1000 * (direction(result.joints3d) - direction(truth)).norm());
  }

  if (result.hypotheses.empty()) return;
  std::vector<double> errors;
  for (const PossibleBody& body : result.hypotheses)
    errors.push_back(RootAlignedMpjpeMm(Points3d(body.joints3d.topRows(truth.rows())), true_joints));
  best_of_mm_.resize(std::size(kBestOf));
  for (size_t i = 0; i < std::size(kBestOf); ++i) {
    const auto end = errors.begin() + std::min<long>(kBestOf[i], static_cast<long>(errors.size()));
    best_of_mm_[i].push_back(*std::min_element(errors.begin(), end));
  }
  if (errors.size() < 2) return;
  reliability_.resize(std::size(kWeightBounds));
  const auto nearest = std::min_element(errors.begin(), errors.end()) - errors.begin();
  for (size_t k = 0; k < errors.size(); ++k) {
    const double weight = result.hypotheses[k].weight;
    const auto bin = std::upper_bound(std::begin(kWeightBounds), std::end(kWeightBounds) - 1, weight) -
                     std::begin(kWeightBounds);
    Reliability& entry = reliability_[static_cast<size_t>(bin)];
    ++entry.count;
    entry.weight += weight;
    entry.nearest += static_cast<long>(k) == nearest;
  }
}

void Calibration::AddNumbers(const BodyModel& model, const BodyParameters& truth, const FitResult& result) {
  if (result.rotation_std_rad.rows() == 0) return;
  constexpr Eigen::Index kSmplJoints = 24;  // the rest are fingers
  const std::vector<JointAxes> axes = AnatomicalAxes(model);
  const auto rotation = [](const BodyParameters& body, Eigen::Index j) {
    return ExpSO3(j == 0 ? Eigen::Vector3d(body.global_orient)
                         : Eigen::Vector3d(body.body_pose.segment<3>(3 * (j - 1))));
  };
  for (Eigen::Index j = 0; j < std::min<Eigen::Index>(kSmplJoints, model.num_joints()); ++j) {
    const std::string& name = model.joint_names()[static_cast<size_t>(j)];
    const bool stays = PartOfJoint(name) == "hands" || name.find("foot") != std::string::npos ||
                       name.find("collar") != std::string::npos;
    if (stays) continue;
    const Eigen::Vector3d error = axes[static_cast<size_t>(j)].axes *
                                  LogSO3(rotation(result.parameters, j).transpose() * rotation(truth, j));
    for (int axis = 0; axis < 3; ++axis)
      rotations_.Add(std::abs(error[axis]), result.rotation_std_rad(j, axis));
  }
  for (Eigen::Index b = 0; b < result.betas_std.size() && !truth.betas.isZero(0); ++b)
    betas_.Add(std::abs(result.parameters.betas[b] - truth.betas[b]), result.betas_std[b]);
  for (int axis = 0; axis < 3; ++axis)
    translations_.Add(std::abs(result.parameters.transl[axis] - truth.transl[axis]),
                      result.transl_std_m[axis]);
}

void Calibration::Print() const {
  std::printf(
      "how sure              truth within 1, 2, 3 deviations: %.1f, %.1f, %.1f %% of joints in space,\n",
      in_space_.Percent(1), in_space_.Percent(2), in_space_.Percent(3));
  std::printf("                      %.1f, %.1f, %.1f %% with respect to the root\n", relative_.Percent(1),
              relative_.Percent(2), relative_.Percent(3));
  const auto print = [](const char* what, const Coverage& coverage) {
    if (coverage.judged == 0) return;
    std::printf("                      %.1f, %.1f, %.1f %% of %s\n", coverage.Percent(1), coverage.Percent(2),
                coverage.Percent(3), what);
  };
  print("joints' rotations about each axis", rotations_);
  print("betas", betas_);
  print("coordinates of the translation", translations_);
  std::printf("                      within 2, by part:");
  for (const auto& [group, coverage] : groups_) std::printf(" %s %.1f", group.c_str(), coverage.Percent(2));
  std::printf("\n");
  if (!best_of_mm_.empty()) {
    std::printf("best of K             MPJPE median (mean)");
    for (size_t i = 0; i < std::size(kBestOf); ++i)
      std::printf("%s %d: %.1f (%.1f)", i == 0 ? "" : ",", kBestOf[i], Median(best_of_mm_[i]),
                  Mean(best_of_mm_[i]));
    std::printf(" mm\n");
  }
  if (!reliability_.empty()) {
    std::printf("weights               said, and how often the nearest to the truth:");
    for (const Reliability& bin : reliability_) {
      if (bin.count == 0) continue;
      std::printf(" %.0f-%.0f %%", 100 * bin.weight / static_cast<double>(bin.count),
                  PercentOf(bin.nearest, bin.count));
    }
    std::printf("\n");
  }
  std::printf(
      "depth_flip            limb bones off by %.0f mm flagged (%.1f %% of all), %.0f mm else, medians\n",
      Median(depth_flips_.flagged_mm),
      PercentOf(static_cast<long>(depth_flips_.flagged_mm.size()),
                static_cast<long>(depth_flips_.flagged_mm.size() + depth_flips_.others_mm.size())),
      Median(depth_flips_.others_mm));
  std::printf("ambiguity flags       MPJPE %.1f mm with any (%zu people), %.1f without (%zu), medians\n",
              Median(mpjpe_flagged_mm_), mpjpe_flagged_mm_.size(), Median(mpjpe_others_mm_),
              mpjpe_others_mm_.size());
}

nlohmann::ordered_json Calibration::ToJson() const {
  const auto sigmas = [](const Coverage& coverage) {
    return nlohmann::ordered_json{coverage.Percent(1), coverage.Percent(2), coverage.Percent(3)};
  };
  nlohmann::ordered_json document = {{"coverage_percent", sigmas(in_space_)},
                                     {"relative_coverage_percent", sigmas(relative_)},
                                     {"rotation_coverage_percent", sigmas(rotations_)},
                                     {"betas_coverage_percent", sigmas(betas_)},
                                     {"translation_coverage_percent", sigmas(translations_)},
                                     {"relative_coverage_by_part", nlohmann::ordered_json::object()},
                                     {"best_of", nlohmann::ordered_json::array()},
                                     {"weights", nlohmann::ordered_json::array()},
                                     {"bone_error_mm_median_flagged", Median(depth_flips_.flagged_mm)},
                                     {"bone_error_mm_median_others", Median(depth_flips_.others_mm)},
                                     {"mpjpe_mm_median_flagged", Median(mpjpe_flagged_mm_)},
                                     {"mpjpe_mm_median_others", Median(mpjpe_others_mm_)}};
  for (const auto& [group, coverage] : groups_)
    document["relative_coverage_by_part"][group] = sigmas(coverage);
  for (size_t i = 0; i < best_of_mm_.size(); ++i) {
    document["best_of"].push_back({{"k", kBestOf[i]},
                                   {"mpjpe_mm_median", Median(best_of_mm_[i])},
                                   {"mpjpe_mm_mean", Mean(best_of_mm_[i])}});
  }
  for (const Reliability& bin : reliability_) {
    if (bin.count == 0) continue;
    document["weights"].push_back({{"count", bin.count},
                                   {"mean_weight_percent", 100 * bin.weight / static_cast<double>(bin.count)},
                                   {"nearest_percent", PercentOf(bin.nearest, bin.count)}});
  }
  return document;
}

}  // namespace vitruvius
