// From observations and their registrations to what an image regressor learns from, and from what it predicts
// to results like those of a registration.
#pragma once

#include <optional>
#include <string>

#include "models/scene/fit_result.h"
#include "solvers/problem/recipe.h"
#include "solvers/registration/segment_view.h"
#include "solvers/training/regressor_batch.h"

namespace vitruvius {

struct RegressorLabelOptions {
  double margin = kCropMargin;  // of the crop about all that is seen
  // How much a person without a usable registration counts, by its points alone; 0: it is left out.
  double unlabelled_weight = 0.5;
  void Check() const;  // throws ContractError
};

// Points and weights are those of registration with this recipe and lookup (ViewOf). `registered` may be
// null; label_weight (label_weights.h) says how much it counts, and at 0 it is as if it were not there.
// `image_path`: where the picture is. None, with the reason in `why`, for a person that has no picture
// or no points, or is to be left out. Never throws for what is in the observation.
std::optional<RegressorExample> RegressorExampleOf(const PersonObservation& person,
                                                   const FitResult* registered, double label_weight,
                                                   const std::string& image_path, const BodyModel& model,
                                                   const Recipe& recipe, const SurfaceLookup& lookup,
                                                   const RegressorLabelOptions& options, std::string* why);

}  // namespace vitruvius
