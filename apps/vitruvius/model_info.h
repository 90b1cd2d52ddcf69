// `vitruvius model info`: what a body holds, as text.
#pragma once

#include "models/body/body_model.h"

namespace vitruvius {

void PrintModelInfo(const BodyModel& model);

}  // namespace vitruvius
