// A colour for each part of a body's chart, in pictures that tell parts apart.
#pragma once

#include <Eigen/Core>

namespace vitruvius {

// sRGB, 0 to 1, of parts 1 to 24 (models/body/surface_chart.h); others get the colour of the nearest number.
// Neighbouring parts differ in hue or lightness, mirrored ones a little in lightness.
Eigen::Vector3d ColorOfPart(int part);

}  // namespace vitruvius
