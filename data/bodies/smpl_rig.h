// MakeHuman's rig in SMPL's terms: 163 bones folded into 24 joints, and what is symmetric about the mesh.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <Eigen/Geometry>

#include "data/io/makehuman.h"

namespace vitruvius {

// The mirror image of every vertex of the body; itself in the middle plane. Throws InputError where the mesh
// is not symmetric in its places or its faces.
std::vector<int> MirrorVertices(const MakeHumanData& data);

// Skin weights over SMPL's joints, (body vertices, 24), exactly symmetric, at most four a vertex, rows sum to
// one. Throws InputError naming a bone that is not known.
SparseRowMatrixd FoldWeights(const MakeHumanData& data, const std::vector<int>& mirror);

// Mean of the vertices at a bone's head or tail in the given shape, (V, 3); `bone` on the left, ".L"; the
// mean of it and the mirror image of its partner, so that left and right agree.
Eigen::Vector3d HeadOfBone(const MakeHumanData& data, const MatrixX3d& vertices, const std::string& bone);
Eigen::Vector3d TailOfBone(const MakeHumanData& data, const MatrixX3d& vertices, const std::string& bone);

// SMPL's 24 joints in the given shape, (24, 3), exactly symmetric.
MatrixX3d JointsOf(const MakeHumanData& data, const MatrixX3d& vertices);

}  // namespace vitruvius
