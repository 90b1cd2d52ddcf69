// Results as the values that writers of other programs' formats take; fit and convert share it.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "data/io/glb_writer.h"
#include "data/io/result_arrays.h"
#include "models/body/body_model.h"
#include "models/scene/body_animation.h"
#include "models/scene/fit_result.h"

namespace vitruvius {

// One person as an animation of one frame.
BodyAnimation AnimationOf(const FitResult& fit);

// Throws UsageError for an --up that is none, before hours of work.
void CheckUp();

// The rotation from the axes of these results to y up, by --up; `auto`: with y down where a camera saw them;
// 3D keypoints and motion capture have their own axes, so that the heads say it: y up or y down, as most of
// the bodies stand, or z up where many all do. 3D keypoints of which nothing tells are taken for camera axes,
// y down. Throws UsageError.
Eigen::Matrix3d UprightFromResults(const BodyModel& model, const std::vector<const FitResult*>& fits);

std::vector<const FitResult*> FitsOf(const std::vector<ResultsFile::Row>& rows);

// A file of one person or sequence: how it is turned, and the camera where the result has one.
GlbOptions GlbOptionsFor(const Eigen::Matrix3d& upright, const FitResult& fit, int image_width,
                         int image_height);

}  // namespace vitruvius
