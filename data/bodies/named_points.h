// Where nose, eyes, ears, toes, heels and fingertips are on MakeHuman's body.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/io/makehuman.h"

namespace vitruvius {

// Vertices of the landmarks of keypoint sets, found by geometry on one shape, (V, 3), in MakeHuman's rest
// pose: the left ones by extent along a direction within their body part, the right ones by `mirror`.
// `weights` as FoldWeights makes them.
std::map<std::string, int> FindNamedPoints(const MakeHumanData& data, const MatrixX3d& vertices,
                                           const SparseRowMatrixd& weights, const std::vector<int>& mirror);

}  // namespace vitruvius
