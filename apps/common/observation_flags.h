// What flags say about observations: how they are read, where their pictures are, what the coordinates of
// surface points mean.
#pragma once

#include <memory>
#include <string>

#include "data/io/keypoint_files.h"
#include "models/body/body_model.h"
#include "models/body/surface_chart.h"

namespace vitruvius {

// --keypoint_set, --read_as, --image_size, --dense_points; --images is a folder, if anything. dense: points
// of the surface are read too. Throws UsageError and InputError.
ObservationOptions ObservationOptionsFromFlags(bool dense);

// Throws InputError where --images names no folder.
void RequireImagesFolder();
// The image of a person: FindImage with --images.
std::string FindPicture(const PersonObservation& person);

// --chart, or the body's own. Throws InputError.
std::shared_ptr<const SurfaceChart> ChartFromFlags(const BodyModel& model);

}  // namespace vitruvius
