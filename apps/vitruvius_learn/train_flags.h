// Flags of training. Numbers whose default is negative are the family's own, see `help train-prior`.
#pragma once

#include <string>
#include <vector>

#include "solvers/training/training_options.h"

namespace vitruvius {

const std::vector<std::string>& TrainFlagNames();
// --family and what it is trained with. Throws UsageError and InputError.
TrainingOptions TrainingFromFlags();

}  // namespace vitruvius
