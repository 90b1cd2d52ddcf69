// Private to the mannequin: its left half while it is being built from rings of quads.
//
// The trunk and head are half rings from the front middle line over the left side to the back. Legs grow out
// of the lowest trunk ring closed by a line of vertices through the crotch, arms out of a hole in the trunk's
// side, fingers and toes out of a two-quads-high slot at the end of the tube. All tubes list their rings in
// the same order: dorsal (front of leg, top of foot, arm and hand), medial (thumb or big toe), ventral,
// lateral; so one set of functions builds all of them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <Eigen/Geometry>

#include "models/body/mannequin_internal.h"

namespace vitruvius {
namespace mannequin {

constexpr int kTrunkColumns = 18;  // quads of a half ring
constexpr int kCrotchQuads = 6;    // along the middle line between the legs; a leg has 18 + 6 = 24
constexpr int kArmColumns = 20;

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
      if ((vertices[v] - target).squaredNorm() < (vertices[best] - target).squaredNorm())
        best = static_cast<int>(v);
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

// Cosine and sine, drawn towards a square of the same half width (square = 1: a superellipse of exponent 4).
inline std::pair<double, double> RoundedSquare(double angle, double square) {
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  const double scale = 1 + square * (1 / std::sqrt(std::sqrt(c * c * c * c + s * s * s * s)) - 1);
  return {c * scale, s * scale};
}

// Key frames of numbers, each with the number of rings up to the next; cubic (Catmull-Rom) in between.
template <size_t N>
std::vector<std::array<double, N>> Interpolate(
    const std::vector<std::pair<int, std::array<double, N>>>& keys) {
  std::vector<std::array<double, N>> rows;
  const int last = static_cast<int>(keys.size()) - 1;
  for (int k = 0; k < last; ++k) {
    const auto& before = keys[std::max(k - 1, 0)].second;
    const auto& from = keys[k].second;
    const auto& to = keys[k + 1].second;
    const auto& after = keys[std::min(k + 2, last)].second;
    // Tangents per ring of this segment: segments with rings of different spacing join smoothly.
    const double steps = keys[k].first;
    const double steps_before = k > 0 ? keys[k - 1].first : 0;
    const double steps_after = k + 1 < last ? keys[k + 1].first : 0;
    for (int i = 0; i < keys[k].first; ++i) {
      const double t = i / steps;
      std::array<double, N> row;
      for (size_t n = 0; n < N; ++n) {
        const double m0 = (to[n] - before[n]) / (steps + steps_before) * steps;
        const double m1 = (after[n] - from[n]) / (steps + steps_after) * steps;
        const double d = to[n] - from[n];
        row[n] = from[n] + t * (m0 + t * (3 * d - 2 * m0 - m1 + t * (m0 + m1 - 2 * d)));
      }
      rows.push_back(row);
    }
  }
  rows.push_back(keys[last].second);
  return rows;
}

// mannequin_trunk.cc
struct Trunk {
  Ring hip_line;  // the lowest half ring, front to back
  Ring arm_hole;  // kArmColumns, in tube order
};
Trunk AddTrunk(HalfMesh* mesh);

// mannequin_limbs.cc: arm with hand out of the hole, leg with foot out of the hip line.
void AddArm(HalfMesh* mesh, const Ring& hole);
void AddLeg(HalfMesh* mesh, const Ring& hip_line);

}  // namespace mannequin
}  // namespace vitruvius
