// A chart of a body's surface: parts 1 to 24 in DensePose's numbering, each with coordinates (u, v) in [0, 1] x
// [0, 1]. A vertex on a seam has other coordinates in each part that meets there, so they belong to the corners
// of faces.
//
// Source: Guler, Neverova, Kokkinos, DensePose, CVPR 2018. Parts: 1, 2 torso (back, front); 3 right hand, 4
// left hand; 5 left foot, 6 right foot; 7, 9 upper leg right, 8, 10 left; 11, 13 lower leg right, 12, 14 left;
// 15, 17 upper arm left, 16, 18 right; 19, 21 lower arm left, 20, 22 right; 23, 24 head (right, left).
#pragma once

#include "models/body/body_model.h"

namespace vitruvius {

inline constexpr int kNumChartParts = 24;

// Plain arrays, as read or made.
struct SurfaceChartData {
  MatrixX3i faces;       // (F, 3) vertices of the body
  Eigen::VectorXi part;  // (F) 1 to 24
  Eigen::Matrix<double, Eigen::Dynamic, 6, Eigen::RowMajor> uv;  // (F, 6): u, v of each corner
};

}  // namespace vitruvius
