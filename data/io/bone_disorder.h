// How far points in the order of a set are from a body: what tells one order of keypoints from another.
#pragma once

#include <vector>

#include "models/scene/observation.h"

namespace vitruvius {

// How unlike a body's bones the lengths are that the set's names give them: the mean deviation of the
// logarithm of each bone's median length from its share in an adult's stature, up to a common factor; 0 for
// the very body, about 0.2 for any people seen by a camera, above 0.5 for points in another order. Not finite
// when fewer than four bones were seen. People are of one set's size, all in 2D or all in 3D; their own set
// does not matter.
double BoneDisorder(const std::vector<const PersonObservation*>& people, const KeypointSet& set);

}  // namespace vitruvius
