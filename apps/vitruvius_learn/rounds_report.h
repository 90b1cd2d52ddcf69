// The page about rounds of deform-and-learn, from what their folder holds.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/body/body_model.h"
#include "solvers/deform_and_learn/rounds.h"

namespace vitruvius {

// Writes report.html, and the pictures of its sheets beside it (test.jpg, registrations.jpg, left_out.jpg),
// into `folder`. Called after every round. Throws InputError.
void WriteRoundsReport(const std::string& folder, const std::string& command_line,
                       const std::shared_ptr<const BodyModel>& model, const RoundsData& data,
                       const RoundsOptions& options, const std::vector<RoundScores>& rounds);

}  // namespace vitruvius
