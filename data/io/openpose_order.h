// (internal) BODY_25 or BODY_25B: OpenPose writes 25 points of either and does not say which.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

// "openpose25b" where the people of some of these files, OpenPose's, have a body's bones in that order and
// far from a body's bones in the other; else "openpose25". Files that are large, unreadable or of another
// kind say nothing. The order of the paths does not matter.
std::string OpenPoseOrder(std::vector<std::string> paths);

}  // namespace vitruvius
