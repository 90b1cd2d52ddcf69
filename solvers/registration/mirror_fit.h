// Left or right, told by fits: seen from afar a person and their mirror image with left and right exchanged
// look the same; what is left is perspective, by which nearer limbs look larger. A few pixels a person, but
// every person adds its own.
#pragma once

#include <vector>

#include "data/datasets/conventions.h"
#include "solvers/registration/fitter.h"

namespace vitruvius {

// The recipe with SMPLify's hinge in all stages: a knee or an elbow that must bend the other way is what
// tells an exchanged side, and limits of joints, which cost nothing within their range, tell less.
Recipe MirrorRecipe(Recipe recipe);

// Fits up to `most` of the people, spread over all, as they are and with left and right exchanged, and
// compares the costs of those that are usable both ways; ends early once it is sure.
MirrorEvidence CompareWithMirrored(const std::vector<PersonObservation>& people, int most, Fitter* fitter);

}  // namespace vitruvius
