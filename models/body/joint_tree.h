// The joint trees of SMPL, SMPL-H and SMPL-X: names, parents and the left-right swap.
#pragma once

#include <string>
#include <vector>

namespace vitruvius {

// The 24 joints of SMPL.
const std::vector<std::string>& SmplJointNames();
const std::vector<int>& SmplParents();
// The 52 joints of SMPL-H: SMPL's first 22, then left and right hand, each index, middle, pinky, ring and
// thumb, 1 to 3 from the palm outwards ("left_index1"). Finger tips are landmarks ("left_index").
const std::vector<std::string>& SmplhJointNames();
const std::vector<int>& SmplhParents();
// The 55 joints of SMPL-X: SMPL's first 22, jaw, left_eye_smplhf, right_eye_smplhf (the eye balls; left_eye
// is a landmark on the surface), then the hands as above. Names: smplx, joint_names.py.
const std::vector<std::string>& SmplxJointNames();
const std::vector<int>& SmplxParents();

// Names for a tree: those above for the trees above; otherwise SMPL's 24 for 24 joints, its first 22 for more
// than 22, and "joint_17" for the rest.
std::vector<std::string> KnownJointNames(const std::vector<int>& parents);
// swap[j] = the joint that takes j's place in the mirrored body, by left_/right_ in the names.
std::vector<int> MirrorPermutation(const std::vector<std::string>& names);

}  // namespace vitruvius
