// The image files of people.
#pragma once

#include <string>

#include "models/scene/observation.h"

namespace vitruvius {

// The file of the image that a person was seen in; "" where there is none. With a folder: there, by the path
// that the input names, with all of its folders or as many of the last ones as there are; else by the name of
// the keypoint file without "_keypoints" (as OpenPose names files), in a folder of the same name or not.
// Without: where the input says, from its own folder on or a folder `images` there, else from the current
// one; or, where the input names none, by its own name. PNG and JPEG; any of their usual endings will do.
std::string FindImage(const PersonObservation& person, const std::string& folder);

// Takes what the image's file tells: its size where the input tells none, and the focal length of its Exif.
// An image that is there but cannot be read, or has another size than the input says, is a remark, and so is
// one that is not in the folder.
void AskImage(const std::string& folder, PersonObservation* person);

}  // namespace vitruvius
