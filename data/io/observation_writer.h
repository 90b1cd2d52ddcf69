// People as .npz, as keypoint_files.h reads them back; the keys are in observation_npz.cc.
#pragma once

#include <string>
#include <vector>

#include "models/scene/observation.h"

namespace vitruvius {

// Everything but boxes, remarks and where people came from; all are held in memory. Nobody may have a reason,
// and all must have 2D keypoints of one set, or points of the surface alone (their keypoints become zeros);
// what the format tells of all or of nobody (image size, focal length, principal point, betas) must be known
// of all or of nobody. Throws InputError when they are not so, or the place cannot be written.
void WriteObservations(const std::string& path, const std::vector<PersonObservation>& people);

}  // namespace vitruvius
