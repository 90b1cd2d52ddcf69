// One camera for all of a capture. Internal to data/io; OpenObservations uses it.
#pragma once

#include <functional>
#include <memory>

#include "data/io/keypoint_files.h"

namespace vitruvius {

using OpenSource = std::function<std::unique_ptr<ObservationSource>()>;

// Opens a source and gives people of images whose size nobody tells that of the other images of their
// capture, where these are of one size, else the frame of all that was seen of such people
// (PersonObservation::frame_px, SeenExtent): in the capture; of people of no capture in their folder, where
// every file is one image, or in their file. As soon as one person needs it, all of the source is read once
// before, so that what somebody gets depends on neither the order nor the part that is asked for; memory
// grows with the captures alone.
std::unique_ptr<ObservationSource> WithCaptureCameras(const OpenSource& open);

}  // namespace vitruvius
