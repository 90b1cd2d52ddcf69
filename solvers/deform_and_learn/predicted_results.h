// What an image regressor predicts of people, as results like those of a registration.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/scene/fit_result.h"
#include "solvers/problem/recipe.h"
#include "solvers/registration/camera_choice.h"
#include "solvers/registration/segment_view.h"
#include "solvers/training/train_regressor.h"

namespace vitruvius {

struct PredictionOptions {
  double margin = kCropMargin;  // of the crop about all that is seen
  GivenFocal focal;             // of who has none; not given: the recipe's
  std::int64_t batch = 32;
  void Check() const;  // throws ContractError
};

// image_paths: of each person, where the picture is; "" where there is none. The recipe and the lookup say
// which points residuals are measured on; nothing is fitted to them. A person without a picture, or whose
// picture cannot be read, gets the reason; the others do not notice. Never throws for what is in an
// observation.
std::vector<FitResult> PredictResults(const SegmentRegressor& regressor,
                                      const std::shared_ptr<const BodyModel>& model,
                                      const std::vector<PersonObservation>& people,
                                      const std::vector<std::string>& image_paths, const Recipe& recipe,
                                      const SurfaceLookup& lookup, const PredictionOptions& options);

}  // namespace vitruvius
