// Poses of people who stand, as no capture of what people do has them: legs of people who simply stand, under
// whatever arms and trunks others have while these are straight.
#pragma once

#include <cstdint>
#include <vector>

#include "data/datasets/pose_collection.h"

namespace vitruvius {

// (N, 69), as many as `standing` has: each of its poses with trunk, arms and head of a pose of `others` whose
// trunk bends by less than 30 degrees, whatever its legs do, drawn by weight; hips, knees, ankles and feet
// stay. Throws InputError where there is none.
RowMatrixXd LegsUnderOthers(const PoseCollection& standing, const PoseCollection& others,
                            const MatrixX3d& rest_joints, std::uint64_t seed);

// Of body_pose's numbers those of hips, knees, ankles and feet.
std::vector<int> LegNumbers();

}  // namespace vitruvius
