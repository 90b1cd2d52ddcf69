// What `fit` and `register` do once they know their input: fit every person, write results, pictures, the
// record of the run and its page, and tell how it went.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/vitruvius/session.h"
#include "data/io/keypoint_files.h"

namespace vitruvius {

// --threads, and the part of the input that is this process's, by --shard or its launcher. Says which and why
// before anything else is said: in a log of many it tells whose line is whose.
BatchOptions BatchOfThisProcess();

// what: the word for progress. Returns the exit code. While a StopSignal exists, people go on until one
// comes.
int RunFits(const std::string& what, const Command& command, const std::vector<std::string>& inputs,
            const FitSetup& setup, BatchOptions batch, ObservationSource* source);

}  // namespace vitruvius
