// The commands of the learning program, one a file of this folder.
#pragma once

#include "apps/common/command.h"

namespace vitruvius {

Command TrainPriorCommand();
Command TrainLifterCommand();
Command LiftCommand();
Command DeformAndLearnCommand();
Command TrainRegressorCommand();
Command PredictCommand();

}  // namespace vitruvius
