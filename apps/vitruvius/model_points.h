// `vitruvius model points`: the points of a body that keypoints can be tied to, as text.
#pragma once

#include "models/body/body_model.h"

namespace vitruvius {

void PrintModelPoints(const BodyModel& model);

}  // namespace vitruvius
