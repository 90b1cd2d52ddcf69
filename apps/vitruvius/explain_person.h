// One person's result, told: a document for scripts, and the same as a page for people.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "apps/vitruvius/seen_people.h"
#include "data/io/result_writer.h"

namespace vitruvius {

// Keys: id, usable, reason, and for who was fitted: keypoints, focal, distance_m, starts, cost, terms, joints
// (name, std_m, relative_std_m; the least sure first), undetermined (name, data_share, std_deg; the
// least sure first), transl_std_m, betas (value, std, data_share), hypotheses (weight, cost, and where it
// differs from the best), flags (code, place, meaning, help), past_limits, worst_points. What a file lacks is
// left out.
nlohmann::ordered_json DescribePerson(const ResultsFile& file, const ResultsFile::Row& row,
                                      const PointResiduals& residuals);
void PrintPerson(const nlohmann::ordered_json& person);

}  // namespace vitruvius
