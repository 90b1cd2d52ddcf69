// Motion files that flags and words name, as poses to train on; and the one training that both programs do.
#pragma once

#include <string>
#include <vector>

#include "data/datasets/pose_collection.h"
#include "models/body/body_model.h"

namespace vitruvius {

// Poses of motion files and folders on this body, with --cap. Tells on standard output what was found and,
// without --quiet, what is being read. Throws InputError.
PoseCollection PosesFromFlags(const std::vector<std::string>& inputs, const BodyModel& body,
                              bool add_mirrored);

// A Gaussian mixture of such poses to `file`, by --components, --floor, --restarts, --seed and --threads.
// Returns the exit code; throws InputError, and UsageError that begins with the command's name.
int FitGmmFromFlags(const std::string& command, const std::vector<std::string>& inputs,
                    const std::string& file);

}  // namespace vitruvius
