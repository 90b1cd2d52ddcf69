// Pi and what turns degrees into radians.
#pragma once

namespace vitruvius {

inline constexpr double kPi = 3.14159265358979323846;
inline constexpr double kRadPerDeg = kPi / 180, kDegPerRad = 180 / kPi;

}  // namespace vitruvius
