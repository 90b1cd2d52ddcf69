// Frames of files that tell the time alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vitruvius {

// The frame of each time in seconds, from 0 for a capture's first, in steps of the median between times that
// follow each other, so that those that are missing stay free; in order of time where the steps are too
// uneven for that. -1 for times that are not finite. captures: the name of each row's capture, or one for
// all.
std::vector<std::int64_t> FramesOfTimes(const std::vector<double>& times_s,
                                        const std::vector<std::string>& captures);

}  // namespace vitruvius
