// What `evaluate prior` found, as one document: printed by --json, written to prior.json, and the data of the
// page (data/report/prior_page.h), where the numbers' meaning is told.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "apps/vitruvius/scores.h"
#include "solvers/prior_evaluation/evaluation.h"

namespace vitruvius {

// Fits of the same people with one prior, from one kind of start.
struct PriorFits {
  std::string setup;   // "as in the paper", "equal starts", "default"
  std::string recipe;  // by name
  Scores scores;
};

nlohmann::ordered_json DocumentOf(const PriorEvaluation& evaluation, const std::vector<PriorFits>& fits);
// Thresholds of the cumulative shares in it, mm.
std::vector<double> DistanceThresholdsMm();
// The document's tables, for people.
void PrintDocument(const nlohmann::ordered_json& document);

}  // namespace vitruvius
