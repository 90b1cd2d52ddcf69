// Flags of the image regressor's training. Numbers at -1 are those of RegressorOptions.
#pragma once

#include <string>
#include <vector>

#include "solvers/deform_and_learn/regressor_examples.h"
#include "solvers/training/regressor_options.h"

namespace vitruvius {

struct RegressorFlags {
  RegressorOptions training;
  RegressorLabelOptions labels;
  std::string initial;  // regressor.npz or a pretrained trunk to go on from; may be empty
};

const std::vector<std::string>& RegressorFlagNames();
// Throws UsageError and InputError.
RegressorFlags RegressorFromFlags();

}  // namespace vitruvius
