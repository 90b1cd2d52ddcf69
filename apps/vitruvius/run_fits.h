// What `fit` and `register` do once they know their input: fit every person, write results, pictures, the
// record of the run and its page, and tell how it went.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/vitruvius/session.h"
#include "data/io/keypoint_files.h"

namespace vitruvius {

// what: the word for progress. batch: with its shard taken; shard_source says from where. Returns the exit
// code. While a StopSignal exists, people go on until one comes.
int RunFits(const std::string& what, const Command& command, const std::vector<std::string>& inputs,
            const FitSetup& setup, BatchOptions batch, const std::string& shard_source,
            ObservationSource* source);

}  // namespace vitruvius
