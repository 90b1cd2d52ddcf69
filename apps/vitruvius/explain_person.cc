#include "apps/vitruvius/explain_person.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "models/math/angles.h"
#include "models/metrics/pose_metrics.h"
#include "models/util/check.h"
#include "priors/joint_limits.h"
#include "solvers/registration/uncertainty.h"

namespace vitruvius {
namespace {

using nlohmann::ordered_json;

struct FlagMeaning {
  const char *code, *meaning, *help;
};
constexpr FlagMeaning kFlagMeanings[] = {
    {"depth_flip", "may as well point the other way in depth: from this view both look alike",
     "a second view, a neighbouring frame, or 3D keypoints decide; until then use joints3d_expected and the "
     "hypotheses"},
    {"depth_bend", "may as well be bent by 30 degrees more or less: from this view both look alike",
     "a second view, a neighbouring frame, or 3D keypoints decide; until then use joints3d_expected and the "
     "hypotheses"},
    {"depth_lean", "may as well lean by 20 degrees to or from the camera",
     "a second view, or a neighbouring frame, decides; a known focal length and height help"},
    {"left_right", "front and back are not told apart",
     "face or toe keypoints decide; check that left and right are not swapped"},
    {"saturated", "is so far from the body that the robust loss all but ignores it",
     "check this keypoint, or give it confidence 0"},
    {"limit", "is past its usual range",
     "check the keypoints around it, or weigh joint_limits in the recipe"},
};

ordered_json DescribeFlag(const std::string& flag) {
  const size_t colon = flag.find(':');
  ordered_json entry = {{"code", flag.substr(0, colon)},
                        {"place", colon == std::string::npos ? "" : flag.substr(colon + 1)}};
  for (const FlagMeaning& known : kFlagMeanings) {
    if (entry["code"] != known.code) continue;
    entry["meaning"] = known.meaning;
    entry["help"] = known.help;
  }
  return entry;
}

ordered_json DescribeJoints(const ResultsFile& file, const FitResult& fit) {
  ordered_json joints = ordered_json::array();
  if (fit.joints_relative_std_m.size() == 0 || !fit.joints_relative_std_m.allFinite()) return joints;
  std::vector<Eigen::Index> order;
  for (Eigen::Index j = 0; j < fit.joints_relative_std_m.size(); ++j) order.push_back(j);
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
    return fit.joints_relative_std_m[a] > fit.joints_relative_std_m[b];
  });
  for (const Eigen::Index j : order) {
    joints.push_back({{"name", file.joint_names[static_cast<size_t>(j)]},
                      {"std_m", fit.joints_std_m[j]},
                      {"relative_std_m", fit.joints_relative_std_m[j]}});
  }
  return joints;
}

ordered_json DescribeUndetermined(const ResultsFile& file, const FitResult& fit) {
  ordered_json undetermined = ordered_json::array();
  if (file.rotation_names.size() != static_cast<size_t>(fit.data_share.size())) return undetermined;
  std::vector<std::pair<Eigen::Index, int>> order;
  for (Eigen::Index j = 0; j < fit.data_share.rows(); ++j) {
    for (int axis = 0; axis < 3; ++axis) {
      if (fit.data_share(j, axis) < kDeterminedShare) order.emplace_back(j, axis);
    }
  }
  std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    return fit.rotation_std_rad(a.first, a.second) > fit.rotation_std_rad(b.first, b.second);
  });
  for (const auto& [j, axis] : order) {
    undetermined.push_back({{"name", file.rotation_names[static_cast<size_t>(3 * j + axis)]},
                            {"data_share", fit.data_share(j, axis)},
                            {"std_deg", kDegPerRad * fit.rotation_std_rad(j, axis)}});
  }
  return undetermined;
}

// Each of the other bodies against the best: joints that are elsewhere, pelvis aligned.
ordered_json DescribeHypotheses(const ResultsFile& file, const FitResult& fit) {
  ordered_json hypotheses = ordered_json::array();
  for (const PossibleBody& body : fit.hypotheses) {
    ordered_json entry = {{"weight", body.weight}, {"cost", body.cost}, {"differs", ordered_json::array()}};
    const MatrixX3d& best = fit.hypotheses.front().joints3d;
    const MatrixX3d offset =
        (body.joints3d.rowwise() - body.joints3d.row(0)) - (best.rowwise() - best.row(0));
    std::vector<std::pair<double, std::string>> moved;
    for (Eigen::Index j = 0; j < offset.rows(); ++j)
      moved.emplace_back(offset.row(j).norm(), file.joint_names[static_cast<size_t>(j)]);
    std::stable_sort(moved.begin(), moved.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    constexpr size_t kShown = 4;
    constexpr double kElsewhereM = 0.05;
    for (const auto& [distance, name] : moved) {
      if (distance < kElsewhereM || entry["differs"].size() == kShown) break;
      entry["differs"].push_back({{"joint", name}, {"by_m", distance}});
    }
    hypotheses.push_back(entry);
  }
  return hypotheses;
}

std::string Text(const ordered_json& value) { return value.get<std::string>(); }
double Number(const ordered_json& value) { return value.is_number() ? value.get<double>() : NAN; }

void PrintCertainty(const ordered_json& person) {
  const ordered_json& joints = person["joints"];
  if (!joints.empty()) {
    std::vector<double> deviations;
    for (const ordered_json& joint : joints) deviations.push_back(Number(joint["relative_std_m"]));
    std::printf(
        "  how sure          joints within %.3f m of where they are from the root (one deviation, median)\n",
        Median(deviations));
    constexpr size_t kShown = 5;
    for (size_t i = 0; i < kShown && i < joints.size(); ++i) {
      std::printf("    %s%-15s %.3f m\n", i == 0 ? "least: " : "       ", Text(joints[i]["name"]).c_str(),
                  Number(joints[i]["relative_std_m"]));
    }
  }
  if (person.contains("transl_std_m"))
    std::printf("    distance from the camera within %.2f m\n", Number(person["transl_std_m"][2]));
  if (person.contains("betas") && person["betas"].contains("data_share")) {
    int told = 0;
    for (const ordered_json& share : person["betas"]["data_share"]) told += Number(share) >= kDeterminedShare;
    std::printf("    shape: the keypoints determine %d of %zu betas\n", told,
                person["betas"]["data_share"].size());
  }
  const ordered_json& undetermined = person["undetermined"];
  if (undetermined.empty()) return;
  std::printf("  undetermined      rotations of which the keypoints say less than the prior\n");
  constexpr size_t kMostRotations = 16;
  for (size_t i = 0; i < kMostRotations && i < undetermined.size(); ++i) {
    const ordered_json& rotation = undetermined[i];
    std::printf("    %-34s %3.0f %% from keypoints, within %.0f degrees\n", Text(rotation["name"]).c_str(),
                100 * Number(rotation["data_share"]), Number(rotation["std_deg"]));
  }
  if (undetermined.size() <= kMostRotations) return;
  std::printf("    and %zu more, within %.0f degrees or less (--json lists them)\n",
              undetermined.size() - kMostRotations, Number(undetermined[kMostRotations]["std_deg"]));
}

void PrintHypotheses(const ordered_json& person) {
  const ordered_json& hypotheses = person["hypotheses"];
  if (hypotheses.empty()) return;
  std::printf("  hypotheses        distinct bodies, by cost; where they differ from the first\n");
  for (const ordered_json& body : hypotheses) {
    std::printf("    weight %.2f  cost %-9.5g", Number(body["weight"]), Number(body["cost"]));
    for (const ordered_json& joint : body["differs"])
      std::printf(" %s %.2f m%s", Text(joint["joint"]).c_str(), Number(joint["by_m"]),
                  &joint == &body["differs"].back() ? "" : ",");
    std::printf("\n");
  }
}

void PrintFlags(const ordered_json& person) {
  const ordered_json& flags = person["flags"];
  std::printf("  flags            %s\n", flags.empty() ? " none" : "");
  std::string last;
  for (const ordered_json& flag : flags) {
    std::printf("    %s:%s\n", Text(flag["code"]).c_str(), Text(flag["place"]).c_str());
    // One explanation for flags of a kind, after the last of them.
    const bool more = &flag != &flags.back() && (&flag + 1)->at("code") == flag["code"];
    if (more || !flag.contains("meaning")) continue;
    std::printf("      %s;\n      %s\n", Text(flag["meaning"]).c_str(), Text(flag["help"]).c_str());
  }
}

}  // namespace

ordered_json DescribePerson(const ResultsFile& file, const ResultsFile::Row& row,
                            const PointResiduals& residuals) {
  const FitResult& fit = row.fit;
  ordered_json person = {{"id", fit.id}, {"usable", fit.usable}, {"reason", fit.reason}};
  if (fit.winning_start < 0) return person;
  const bool is_3d = fit.focal_source == "none";
  const char* unit = is_3d ? "m" : "px";
  person["keypoints"] = {{"seen", fit.num_keypoints},
                         {"set", row.keypoint_set},
                         {"residual_median", fit.residual_median},
                         {"unit", unit}};
  if (!is_3d) {
    person["focal"] = {
        {"px", fit.focal_px.x()}, {"source", fit.focal_source}, {"image_size", fit.camera_source}};
    person["distance_m"] = fit.joints3d.rows() > 0 ? fit.joints3d(0, 2) : fit.parameters.transl.z();
  }
  person["starts"] = {{"won", fit.winning_start},
                      {"reached_stages", fit.num_starts},
                      {"minima", fit.num_minima},
                      {"iterations", fit.num_iterations}};
  person["cost"] = fit.cost;
  person["terms"] = ordered_json::object();
  for (const TermCost& term : fit.terms) person["terms"][term.name] = term.cost;
  person["joints"] = DescribeJoints(file, fit);
  person["undetermined"] = DescribeUndetermined(file, fit);
  if (fit.transl_std_m.allFinite())
    person["transl_std_m"] = {fit.transl_std_m.x(), fit.transl_std_m.y(), fit.transl_std_m.z()};
  const auto numbers = [](const Eigen::VectorXd& values) {
    return std::vector<double>(values.begin(), values.end());
  };
  if (fit.parameters.betas.size() > 0) {
    person["betas"] = {{"value", numbers(fit.parameters.betas)}};
    if (fit.betas_std.size() > 0 && fit.betas_std.allFinite()) {
      person["betas"]["std"] = numbers(fit.betas_std);
      person["betas"]["data_share"] = numbers(fit.betas_data_share);
    }
  }
  person["hypotheses"] = DescribeHypotheses(file, fit);
  person["flags"] = ordered_json::array();
  for (const std::string& flag : fit.flags) person["flags"].push_back(DescribeFlag(flag));
  person["past_limits"] = ordered_json::array();
  for (const LimitExcess& excess : PastLimits(file.joint_names, fit.parameters.body_pose)) {
    person["past_limits"].push_back({{"joint", excess.joint},
                                     {"axis", std::string(1, "xyz"[excess.axis])},
                                     {"beyond_deg", kDegPerRad * excess.beyond_rad}});
  }
  if (residuals.empty()) return person;
  person["worst_points"] = ordered_json::array();
  constexpr size_t kShown = 5;
  for (size_t i = 0; i < kShown && i < residuals.size(); ++i) {
    person["worst_points"].push_back(
        {{"keypoint", residuals[i].second}, {"residual", residuals[i].first}, {"unit", unit}});
  }
  return person;
}

void PrintPerson(const ordered_json& person) {
  std::printf("%s: %s (%s)\n", Text(person["id"]).c_str(), person["usable"] ? "usable" : "not usable",
              Text(person["reason"]).c_str());
  if (!person.contains("keypoints")) return;
  const ordered_json& keypoints = person["keypoints"];
  std::printf("  keypoints         %d of %s, median residual %.4g %s\n", keypoints["seen"].get<int>(),
              Text(keypoints["set"]).c_str(), Number(keypoints["residual_median"]),
              Text(keypoints["unit"]).c_str());
  if (person.contains("focal")) {
    const bool assumed = person["focal"]["source"] == "assumed";
    std::printf("  focal length      %.1f px, %s%s\n", Number(person["focal"]["px"]),
                Text(person["focal"]["source"]).c_str(),
                assumed ? "; the true one (--focal) would make distance and depth sure" : "");
    if (person["focal"]["image_size"] == camera_source::kExtent)
      std::printf(
          "  image size        unknown: the extent of all that was seen in the capture stands for it; "
          "--images or --image_size would tell\n");
    std::printf("  distance          %.2f m\n", Number(person["distance_m"]));
  }
  const ordered_json& starts = person["starts"];
  std::printf(
      "  start             number %d won; %d reached the stages, %d distinct minima; %d iterations in all\n",
      starts["won"].get<int>(), starts["reached_stages"].get<int>(), starts["minima"].get<int>(),
      starts["iterations"].get<int>());
  double total = 0;
  for (const auto& [name, cost] : person["terms"].items()) total += Number(cost);
  std::printf("  cost              %.6g\n", Number(person["cost"]));
  for (const auto& [name, cost] : person["terms"].items()) {
    std::printf("    %-15s %12.6g  %5.1f %%\n", name.c_str(), Number(cost),
                total > 0 ? 100 * Number(cost) / total : 0);
  }
  if (person.contains("betas")) {
    std::printf("  betas            ");
    for (const ordered_json& beta : person["betas"]["value"]) std::printf(" %.2f", Number(beta));
    std::printf("\n");
  }
  PrintCertainty(person);
  PrintHypotheses(person);
  PrintFlags(person);
  std::printf("  past joint limits%s\n", person["past_limits"].empty() ? " none" : "");
  for (const ordered_json& excess : person["past_limits"]) {
    std::printf("    %-15s %s by %.0f degrees\n", Text(excess["joint"]).c_str(), Text(excess["axis"]).c_str(),
                Number(excess["beyond_deg"]));
  }
  if (!person.contains("worst_points")) return;
  std::printf("  worst points\n");
  for (const ordered_json& point : person["worst_points"]) {
    std::printf("    %-15s %8.4g %s\n", Text(point["keypoint"]).c_str(), Number(point["residual"]),
                Text(point["unit"]).c_str());
  }
}

}  // namespace vitruvius
