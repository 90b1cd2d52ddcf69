// Private to the mannequin: its surface before it becomes a BodyModelData, and the places of its joints.
//
// Everything is made for the left half (x >= 0) and mirrored, so that the symmetry is exact, and rounded to
// binary fractions at the end, so that the last bits of a libm or a fused multiply-add cannot be seen in the
// result.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <Eigen/Geometry>

#include "models/body/body_model.h"

namespace vitruvius {
namespace mannequin {

enum class Part { kTrunk, kHead, kLeg, kFoot, kArm, kHand, kThumb };

struct Surface {
  std::vector<Eigen::Vector3d> vertices;    // left half and middle plane first, then the right half
  std::vector<Part> parts;                  // of each vertex
  std::vector<int> mirror;                  // the vertex at (-x, y, z); itself on the middle plane
  std::vector<std::array<int, 3>> faces;    // outward
  std::vector<std::vector<int>> neighbors;  // of each vertex along the edges of the quads
  std::map<std::string, int> landmarks;
  int num_half = 0;  // vertices with x >= 0
};

// mannequin_surface.cc
Surface MakeSurface();

// mannequin_skin.cc
// Rest positions (24) of the joints, metres, pelvis at the origin.
const std::vector<Eigen::Vector3d>& JointPositions();
SparseRowMatrixd MakeWeights(const Surface& surface);
SparseRowMatrixd MakeJointRegressor(const Surface& surface);
RowMatrixXf MakePosedirs(const Surface& surface, const SparseRowMatrixd& weights);

// mannequin_shape.cc
RowMatrixXd MakeShapedirs(const Surface& surface, const SparseRowMatrixd& weights);

// 0 below a, 1 above b, smooth between (first and second derivatives vanish at both ends).
inline double SmoothStep(double a, double b, double x) {
  const double t = x <= a ? 0 : x >= b ? 1 : (x - a) / (b - a);
  return t * t * t * (t * (6 * t - 15) + 10);
}
// To a multiple of 2^-20: about a micrometre.
double Quantize(double value);

}  // namespace mannequin
}  // namespace vitruvius
