// Whether what was seen of a person is what was seen of it before.
#pragma once

#include <cstdint>

#include "models/scene/observation.h"

namespace vitruvius {

// A hash of everything a fit may depend on: all of the observation but its remarks. The same on every machine
// of one byte order.
std::uint64_t HashOf(const PersonObservation& person);

}  // namespace vitruvius
