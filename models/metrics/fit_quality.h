// What can be wrong with a fitted body besides distances.
#pragma once

#include "models/body/body_model.h"

namespace vitruvius {

// Angle between two root orientations, degrees in [0, 180].
double RootAngleDeg(const BodyParameters& predicted, const BodyParameters& truth);

// Number of elbows and knees bent the wrong way by more than tolerance_deg: the axis-angle component that
// carries the joint's hinge (knees x, elbows y) has the wrong sign. Joints are found by name; a body without
// them counts 0.
int NumBackwardBends(const BodyModel& model, const BodyParameters& parameters, double tolerance_deg = 15);

}  // namespace vitruvius
