// Whether fits know how wrong they are: what they said of themselves against the truth, over many people.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "models/body/body_model.h"
#include "models/metrics/coverage.h"
#include "models/scene/fit_result.h"

namespace vitruvius {

class Calibration {
 public:
  // truth: (T, 3) metres, camera axes, of the body's first T joints. Joints whose deviation is not known are
  // left out.
  void Add(const BodyModel& model, const MatrixX3d& truth, const FitResult& result);
  // The numbers of the body: rotations about each joint's axes, betas and translation. Hands and toes, whose
  // truth does not move, are left out, and betas where the truth's are all zero.
  void AddNumbers(const BodyModel& model, const BodyParameters& truth, const FitResult& result);
  void Print() const;
  // Of all joints judged, in space: how many truths lie within two deviations.
  double PercentWithinTwo() const { return in_space_.Percent(2); }
  nlohmann::ordered_json ToJson() const;

 private:
  // Hypotheses of about one weight: how often one was the nearest to the truth of all that its person has.
  struct Reliability {
    long count = 0, nearest = 0;
    double weight = 0;
  };
  // End of a bone of which a depth flip was, or was not, flagged: distance from its truth, root aligned.
  struct FlaggedErrors {
    std::vector<double> flagged_mm, others_mm;
  };

  Coverage in_space_, relative_, rotations_, betas_, translations_;
  std::map<std::string, Coverage> groups_;  // relative, by part of the body
  std::vector<Reliability> reliability_;
  std::vector<std::vector<double>>
      best_of_mm_;  // MPJPE of the nearest of the first 1, 2, 3, 5, 10 hypotheses
  FlaggedErrors depth_flips_;
  std::vector<double> mpjpe_flagged_mm_, mpjpe_others_mm_;  // people with and without any ambiguity flag
};

}  // namespace vitruvius
