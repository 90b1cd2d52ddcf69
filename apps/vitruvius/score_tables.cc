#include "apps/vitruvius/score_tables.h"

#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "models/body/anatomy.h"
#include "models/metrics/pose_metrics.h"

namespace vitruvius {
namespace {

constexpr const char* kTrunk = "trunk forwards";

// In the order of the columns.
const std::vector<std::string>& BendNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = {kTrunk};
    for (const JointBend& bend : JointBends()) {
      if (all.back() != bend.name) all.push_back(bend.name);
    }
    return all;
  }();
  return names;
}

// As of a world with y up, where the camera stands level.
MatrixX3d YUp(const MatrixX3d& joints_in_cam) {
  return joints_in_cam * Eigen::Matrix3d(Eigen::Vector3d(1, -1, -1).asDiagonal());
}

}  // namespace

void ScoreTables::Add(const BodyModel& model, const SyntheticPerson& person, const FitResult& result,
                      Row* row) {
  const Points3d found = result.joints3d.topRows(kScoredJoints),
                 truth = person.joints3d.topRows(kScoredJoints);
  ++row->people;
  row->mpjpe_mm.push_back(RootAlignedMpjpeMm(found, truth));
  row->pa_mpjpe_mm.push_back(ProcrustesMpjpeMm(found, truth));
  for (const JointBend& bend : JointBends()) {
    const double more = BendDeg(model, result.parameters, bend) - BendDeg(model, person.truth, bend);
    if (std::isfinite(more)) row->bend_deg[bend.name].push_back(more);
  }
  row->bend_deg[kTrunk].push_back(TrunkForwardsDeg(YUp(found)) - TrunkForwardsDeg(YUp(truth)));
  for (Eigen::Index j = 0; j < std::min<Eigen::Index>(kScoredJoints, result.joints_relative_std_m.size());
       ++j) {
    if (result.joints_std_m.size() > 0)
      row->in_space.Add((found.row(j) - truth.row(j)).norm(), result.joints_std_m[j]);
    if (j == 0) continue;
    const double error = ((found.row(j) - found.row(0)) - (truth.row(j) - truth.row(0))).norm();
    row->relative.Add(error, result.joints_relative_std_m[j]);
  }
}

void ScoreTables::Add(const BodyModel& model, const SyntheticPerson& person, const FitResult& result) {
  const MatrixX3d upright = YUp(person.joints3d);
  Add(model, person, result, &postures_[static_cast<size_t>(PostureOf(upright))]);
  if (HasStraightLegs(upright)) Add(model, person, result, &straight_);
  constexpr int kStepDeg = 45;
  const int yaw = kStepDeg * static_cast<int>(std::lround(std::abs(person.yaw_deg) / kStepDeg));
  Add(model, person, result, &yaws_[yaw]);
  for (Eigen::Index j = 0; j < kScoredJoints; ++j) {
    Part& part = parts_[PartOfJoint(model.joint_names()[static_cast<size_t>(j)])];
    const Eigen::RowVector3d error = result.joints3d.row(j) - person.joints3d.row(j),
                             of_root = result.joints3d.row(0) - person.joints3d.row(0);
    if (result.joints_std_m.size() > 0) part.in_space.Add(error.norm(), result.joints_std_m[j]);
    if (j == 0) continue;
    part.relative_mm.push_back(1000 * (error - of_root).norm());
    if (result.joints_relative_std_m.size() > 0)
      part.relative.Add((error - of_root).norm(), result.joints_relative_std_m[j]);
  }
}

void ScoreTables::Print(const std::string& title, const std::string& name, const Row& row) {
  if (row.people == 0) return;
  std::printf("%-9s %-10s %6ld %7.1f %6.1f ", title.c_str(), name.c_str(), row.people, Median(row.mpjpe_mm),
              Median(row.pa_mpjpe_mm));
  for (const std::string& bend : BendNames()) {
    const auto found = row.bend_deg.find(bend);
    std::printf(" %+6.1f", found == row.bend_deg.end() ? std::nan("") : Median(found->second));
  }
  std::printf("  %3.0f %3.0f %3.0f  %3.0f %3.0f %3.0f\n", row.in_space.Percent(1), row.in_space.Percent(2),
              row.in_space.Percent(3), row.relative.Percent(1), row.relative.Percent(2),
              row.relative.Percent(3));
}

void ScoreTables::Print() const {
  std::printf(
      "\nMPJPE and PA-MPJPE in mm and what is bent more than in truth in degrees, medians; %% of joints "
      "within "
      "1, 2, 3\ndeviations in space and with respect to the root\n");
  std::printf("%-9s %-10s %6s %7s %6s ", "", "", "people", "MPJPE", "PA");
  // Two lines of heads, "knee" over "flexion".
  for (const std::string& bend : BendNames()) std::printf(" %6.6s", bend.substr(0, bend.find(' ')).c_str());
  std::printf("  %11s  %11s\n%44s", "in space", "to root", "");
  for (const std::string& bend : BendNames()) std::printf(" %6.6s", bend.substr(bend.find(' ') + 1).c_str());
  std::printf("\n");
  for (size_t i = 0; i < postures_.size(); ++i)
    Print("posture", PostureName(static_cast<Posture>(i)), postures_[i]);
  Print("legs", "straight", straight_);
  for (const auto& [yaw, row] : yaws_) Print("yaw", std::to_string(yaw), row);
  std::printf("\n%-9s %-10s %6s  %11s  %11s\n", "", "", "mm", "in space", "to root");
  for (const auto& [name, part] : parts_) {
    std::printf("%-9s %-10s %6.1f  %3.0f %3.0f %3.0f  %3.0f %3.0f %3.0f\n", "part", name.c_str(),
                Median(part.relative_mm), part.in_space.Percent(1), part.in_space.Percent(2),
                part.in_space.Percent(3), part.relative.Percent(1), part.relative.Percent(2),
                part.relative.Percent(3));
  }
}

nlohmann::ordered_json ScoreTables::ToJson() const {
  const auto sigmas = [](const Coverage& coverage) {
    return nlohmann::ordered_json{coverage.Percent(1), coverage.Percent(2), coverage.Percent(3)};
  };
  const auto describe = [&](const Row& row) {
    nlohmann::ordered_json document = {{"people", row.people},
                                       {"mpjpe_mm_median", Median(row.mpjpe_mm)},
                                       {"pa_mpjpe_mm_median", Median(row.pa_mpjpe_mm)},
                                       {"bend_deg_median", nlohmann::ordered_json::object()},
                                       {"coverage_percent", sigmas(row.in_space)},
                                       {"relative_coverage_percent", sigmas(row.relative)}};
    for (const auto& [name, degrees] : row.bend_deg) document["bend_deg_median"][name] = Median(degrees);
    return document;
  };
  nlohmann::ordered_json document = {{"posture", nlohmann::ordered_json::object()},
                                     {"yaw", nlohmann::ordered_json::object()},
                                     {"part", nlohmann::ordered_json::object()}};
  for (size_t i = 0; i < postures_.size(); ++i) {
    if (postures_[i].people > 0)
      document["posture"][PostureName(static_cast<Posture>(i))] = describe(postures_[i]);
  }
  if (straight_.people > 0) document["straight_legs"] = describe(straight_);
  for (const auto& [yaw, row] : yaws_) document["yaw"][std::to_string(yaw)] = describe(row);
  for (const auto& [name, part] : parts_) {
    document["part"][name] = {{"relative_mm_median", Median(part.relative_mm)},
                              {"coverage_percent", sigmas(part.in_space)},
                              {"relative_coverage_percent", sigmas(part.relative)}};
  }
  return document;
}

}  // namespace vitruvius
