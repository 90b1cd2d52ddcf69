// Private to the mannequin: its surface before it becomes a BodyModelData, and the places of its joints.
//
// Everything is made for the left half (x >= 0) and mirrored, so that the symmetry is exact, and rounded to binary
// fractions at the end, so that the last bits of a libm or a fused multiply-add cannot be seen in the result.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include <Eigen/Dense>

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
  int num_half = 0;                         // vertices with x >= 0
};

using Ring = std::vector<int>;

// The left half while it is being built; vertices of the middle plane have x = 0 exactly.
struct HalfMesh {
  int Add(const Eigen::Vector3d& p, Part part) {
    vertices.push_back(p);
    parts.push_back(part);
    return static_cast<int>(vertices.size()) - 1;
  }
  // A quad that names a vertex left out (-1) belongs to a hole.
  void Quad(int a, int b, int c, int d) {
    if (a >= 0 && b >= 0 && c >= 0 && d >= 0) quads.push_back({a, b, c, d});
  }
  // Outward for tubes in the order above when far lies further out on the limb.
  void Bridge(const Ring& near, const Ring& far) {
    const size_t n = near.size();
    for (size_t i = 0; i < n; ++i) Quad(near[i], near[(i + 1) % n], far[(i + 1) % n], far[i]);
  }
  int Nearest(const Eigen::Vector3d& target) const {
    int best = 0;
    for (size_t v = 1; v < vertices.size(); ++v) {
      if ((vertices[v] - target).squaredNorm() < (vertices[best] - target).squaredNorm()) best = static_cast<int>(v);
    }
    return best;
  }

  std::vector<Eigen::Vector3d> vertices;
  std::vector<Part> parts;
  std::vector<std::array<int, 4>> quads;
  std::map<std::string, int> landmarks;
  std::vector<int> seams;  // vertices where tubes join: placed roughly, to be faired
  std::vector<int> webs;   // rings from which fingers and toes grow
};

// mannequin_surface.cc: topology and cross sections.
Surface MakeSurface();

// mannequin_finish.cc
// Smooths the seams, the webs and the vertices around them, everything else a little; adds muscles, bones and face.
void Finish(HalfMesh* mesh);
// Both halves; quads cut into triangles, mirrored ones along mirrored diagonals.
Surface Mirror(const HalfMesh& half);

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
