// Errors of many fits by what people did, where they faced and which part of them it is: one median over all
// hides a fault of those who simply stand.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "data/datasets/synthetic_keypoints.h"
#include "models/body/body_model.h"
#include "models/metrics/coverage.h"
#include "models/metrics/posture.h"
#include "models/scene/fit_result.h"

namespace vitruvius {

inline constexpr int kScoredJoints = 24;  // SMPL's

class ScoreTables {
 public:
  // Of the first 24 joints.
  void Add(const BodyModel& model, const SyntheticPerson& person, const FitResult& result);
  void Print() const;
  nlohmann::ordered_json ToJson() const;

 private:
  // People of one kind.
  struct Row {
    long people = 0;
    std::vector<double> mpjpe_mm, pa_mpjpe_mm;
    std::map<std::string, std::vector<double>> bend_deg;  // fit minus truth, by JointBend::name
    Coverage in_space, relative;
  };
  // Joints of one part of the body, all people.
  struct Part {
    std::vector<double> relative_mm;
    Coverage in_space, relative;
  };
  static void Add(const BodyModel& model, const SyntheticPerson& person, const FitResult& result, Row* row);
  static void Print(const std::string& title, const std::string& name, const Row& row);

  std::array<Row, kNumPostures> postures_;
  Row straight_;
  std::map<int, Row> yaws_;  // by the nearest of 0, 45, 90, 135, 180 degrees, either side
  std::map<std::string, Part> parts_;
};

}  // namespace vitruvius
