// Errors of many fits against the truth, gathered and printed; for evaluate and demo.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/vitruvius/calibration.h"
#include "apps/vitruvius/score_tables.h"
#include "apps/vitruvius/session.h"
#include "data/datasets/synthetic_keypoints.h"
#include "models/body/body_evaluator.h"
#include "models/metrics/self_penetration.h"
#include "models/scene/fit_result.h"

namespace vitruvius {

struct Scores {
  std::vector<double> mpjpe_mm, pa_mpjpe_mm, root_deg, milliseconds;
  std::vector<double> residual_mean;  // a person's mean over seen points, px or metres
  std::vector<double> expected_mpjpe_mm, expected_pa_mpjpe_mm;  // of the mean over minima
  long people = 0, usable = 0, backward = 0, turned = 0;
  Calibration calibration;
  ScoreTables tables;
  std::vector<double> penetration_mm, truth_penetration_mm;  // depth on the mesh
  bool is_3d = false;
  double seconds = 0;
  int threads = 0;

  explicit Scores(std::shared_ptr<const BodyModel> body)
      : model(std::move(body)), penetration(*model), mesh(model, PointSet::AllVertices(*model)) {}
  // Over the first 24 joints. Unusable bodies count too: leaving them out would reward giving up.
  void Add(const SyntheticPerson& person, const FitResult& result);
  void Print() const;
  // In sentences that say what each number is, two spaces before each.
  void PrintBriefly() const;
  void PrintPenetration() const;
  std::string ToJson() const;

  std::shared_ptr<const BodyModel> model;
  SelfPenetration penetration;
  BodyEvaluator mesh;
};

// Fits all people; results (may be null) gets one entry each, in order.
Scores FitAndScore(const FitSetup& setup, const std::vector<SyntheticPerson>& people,
                   const BatchOptions& options, std::vector<FitResult>* results = nullptr);

}  // namespace vitruvius
