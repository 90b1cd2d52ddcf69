// A training as pictures and as a table.
#pragma once

#include <string>

#include "models/body/body_model.h"
#include "solvers/training/train_prior.h"

namespace vitruvius {

// log.csv, curves.png and samples.png into a folder that is there: losses, validation and spread over the
// steps, and bodies in the poses (N, 69). Throws InputError.
void WriteTrainingPictures(const std::string& folder, const std::string& title, const TrainingRun& run,
                           const RowMatrixXd& poses, const BodyModel& body);

}  // namespace vitruvius
