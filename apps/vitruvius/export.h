// Results as the values that writers of other programs' formats take; fit and convert share it.
#pragma once

#include "data/io/glb_writer.h"
#include "models/scene/body_animation.h"
#include "models/scene/fit_result.h"

namespace vitruvius {

// One person as an animation of one frame.
BodyAnimation AnimationOf(const FitResult& fit);

// The rotation from a result's axes to y up, by --up; `auto`: results that a camera saw stand with y down,
// those of 3D keypoints as these do, y up. Throws UsageError.
Eigen::Matrix3d UprightFromResult(const FitResult& fit);

// UprightFromResult, and the camera where the result has one.
GlbOptions GlbOptionsFor(const FitResult& fit, int image_width, int image_height);

}  // namespace vitruvius
