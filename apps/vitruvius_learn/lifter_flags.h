// Flags of the depth lifter's training. Numbers at -1 are those of the options' own (LifterOptions,
// ProjectionOptions).
#pragma once

#include <string>
#include <vector>

#include "models/body/keypoint_set.h"
#include "solvers/training/lifter_options.h"
#include "solvers/training/lifter_table.h"

namespace vitruvius {

struct LifterFlags {
  LifterOptions training;
  ProjectionOptions projection;
  const KeypointSet* keypoints = nullptr;
  bool supervised = false;  // the true joints stand for registered ones
  std::string initial;      // lifter.npz to go on from; may be empty
};

const std::vector<std::string>& LifterFlagNames();
// Throws UsageError and InputError.
LifterFlags LifterFromFlags();

}  // namespace vitruvius
