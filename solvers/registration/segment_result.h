// From the numbers of a body of segments to a result: what registration and prediction from pictures share.
#pragma once

#include <string>

#include "models/body/segment_body.h"
#include "models/scene/fit_result.h"
#include "models/scene/observation.h"
#include "solvers/registration/camera_choice.h"
#include "solvers/registration/segment_view.h"

namespace vitruvius {

// A result of a person of which nothing is known yet; not usable.
FitResult BeginSegmentResult(const PersonObservation& person, const BodyModel& model);

// Parameters with the camera in px of the picture. `joints` evaluates all joints of the body. focal: of
// the pinhole camera by which the body is placed in space where the person's is not known. The result is
// refused where the numbers make no body.
void AssembleSegments(const PersonObservation& person, const SegmentParameters& in_px,
                      const GivenFocal& focal, SegmentEvaluator* joints, FitResult* result);
// Distances between what is seen and the body's points (P, 3), units of the view, as residuals in px.
void SetResiduals(const SegmentView& view, const MatrixX3d& points, FitResult* result);

// A usable result of segments as one of the parametric body by models/body/segment_shape.h, for what knows no
// scales: parameters and joints3d are those of that body, segment_scales are empty; joints2d, weak_camera_px
// and all that was said of the registration stay. moved_m: if not null, the mean distance of the joints from
// those of the segments, metres. A result without scales is returned as it is, with moved_m 0. Throws
// ContractError for a body of other sizes.
FitResult WithoutSegments(const BodyModel& model, const FitResult& result, double* moved_m = nullptr);

}  // namespace vitruvius
