// (internal) Names of keypoints as files spell them: "LKnee", "left-knee", "Left Knee", "knee_l".
#pragma once

#include <string>
#include <vector>

#include "models/body/keypoint_set.h"

namespace vitruvius {

// In the spelling of keypoint sets: "left_knee". Words are split at capitals, blanks and signs; a side as one
// letter, or at the end, becomes left_ or right_ at the beginning.
std::string PlainKeypointName(const std::string& name);
// The point of a set with this name, both spelled plainly; -1: none.
int IndexOfKeypoint(const KeypointSet& set, const std::string& plain_name);
// The smallest shipped set that has points of all these plain names, the first of several; null: none.
const KeypointSet* KeypointSetWithNames(const std::vector<std::string>& plain_names);

}  // namespace vitruvius
