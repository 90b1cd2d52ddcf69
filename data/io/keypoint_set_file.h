// Keypoint sets of the user's own, as JSON:
//
//   {"name": "markers", "num_vertices": 6890,
//    "points": [
//      {"name": "left_knee", "at": "left_knee"},                            a joint, landmark or point by
//      name
//      {"name": "left_hip", "joint": 1},                                    a joint by number
//      {"name": "LFHD", "vertex": 707, "mirror": "RFHD"},                   a vertex
//      {"name": "C7", "face": 5120, "bary": [0.2, 0.3, 0.5]},               a place on a face
//      {"name": "crotch", "vertices": [3149, 1210], "weights": [0.5, 0.5]}, a sum of vertices
//      {"name": "left_ankle", "regressor": "J_regressor_h36m.npy", "row": 3},
//      {"name": "prop"}],                                                   tied to nothing
//    "limbs": [["left_hip", "left_knee"]]}
//
// In the order of the numbers in keypoint files. "name" is the file's without it; num_vertices, the bodies
// whose vertices and faces are meant, is checked where it is given; a regressor's path is relative to the
// file. Left and right are told by left_/right_ in the names, or by "mirror". docs/keypoint-sets.md is the
// guide.
#pragma once

#include <string>

#include "models/body/keypoint_set.h"

namespace vitruvius {

// Reads a set; nothing else knows of it (AddKeypointSet). Throws InputError.
KeypointSet ReadKeypointSet(const std::string& path);

// The set that a user names: one that ships, or a path, told by the ending .json; a file is read anew and
// kept. Throws InputError that lists the shipped sets.
const KeypointSet& KeypointSetOf(const std::string& name_or_path);

}  // namespace vitruvius
