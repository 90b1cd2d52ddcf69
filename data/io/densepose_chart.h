// The chart of SMPL's surface that DensePose's annotations are made with, as its authors publish it:
// UV_Processed.mat. It is not shipped; source: Guler et al., DensePose, CVPR 2018, and the file's own arrays.
#pragma once

#include <string>

#include "models/body/surface_chart.h"

namespace vitruvius {

// Reads a MATLAB file of version 5 to 7.2 with, for N vertices of the chart and F faces (13,774 in the
// published file):
//   All_Faces (F,3)        vertices of the chart, 1-based
//   All_FaceIndices (F)    part, 1 to 24
//   All_vertices (N)       SMPL's vertex, 1-based: a vertex on a seam has an entry for each part
//   All_U_norm, All_V_norm (N)
// Vectors are rows or columns, numbers of any real type; other arrays are passed over. The faces of the
// result are numbered as in the file, which are not those of SMPL's own list. Throws InputError naming the
// file, the array, what was found and what was expected.
SurfaceChartData ReadDensePoseChart(const std::string& path);

}  // namespace vitruvius
