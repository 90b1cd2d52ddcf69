// A disk of triangles laid out in the plane, one-to-one and with little distortion.
//
// Start: mean value coordinates (Floater, Mean value coordinates, CAGD 2003) with the border on a circle,
// which is one-to-one by Tutte's theorem. Then the symmetric Dirichlet energy, with s_1, s_2 the singular
// values of a triangle's map and A its area,
//   E = sum_f A_f (s_1^2 + s_2^2 + s_1^-2 + s_2^-2)     least, 4 per area, where the map is isometric
// (Smith and Schaefer, Bijective parameterization with free boundaries, SIGGRAPH 2015) is minimised by
// Newton's method. The Hessian of each triangle is made positive semi-definite by its closed-form eigenvalues
// (Smith, de Goes and Kim, Analytic eigensystems for isotropic distortion energies, TOG 2019). No step turns
// a triangle over: then the map is one-to-one if the border does not cross itself in the end. Where it does,
// the way is taken again with a barrier between the border's vertices and edges, by steps that let no
// crossing happen.
#pragma once

#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

using MatrixX2d = Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor>;

// The border loops of a mesh without pinched vertices, in the direction of its triangles; each begins at its
// lowest vertex.
std::vector<std::vector<int>> BorderLoops(const MatrixX3i& faces);
// One piece, one border loop, Euler characteristic 1. Every vertex from 0 to the largest is used.
bool IsDisk(const MatrixX3i& faces);

// vertices (V, 3) and faces (F, 3) of a disk without triangles of no area. Returns (V, 2): places in the
// plane in the units of the vertices, every triangle counter-clockwise. Deterministic. Throws ContractError
// where the mesh is no disk, or so thin and long that the start cannot be told apart in double precision.
MatrixX2d FlattenDisk(const MatrixX3d& vertices, const MatrixX3i& faces);

}  // namespace vitruvius
