#include "models/metrics/self_penetration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <Eigen/Geometry>

#include "models/body/body_parts.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Eigen::Vector3d;

// Signed solid angle of a triangle seen from the origin, in units of the whole sphere.
double SolidAngle(const Vector3d& a, const Vector3d& b, const Vector3d& c) {
  const double la = a.norm(), lb = b.norm(), lc = c.norm();
  const double below = la * lb * lc + a.dot(b) * lc + b.dot(c) * la + c.dot(a) * lb;
  return std::atan2(a.dot(b.cross(c)), below) / (2 * EIGEN_PI);
}

// Ericson, Real-Time Collision Detection, 2005, 5.1.5.
double DistanceToTriangle(const Vector3d& p, const Vector3d& a, const Vector3d& b, const Vector3d& c) {
  const Vector3d ab = b - a, ac = c - a, ap = p - a;
  const double d1 = ab.dot(ap), d2 = ac.dot(ap);
  if (d1 <= 0 && d2 <= 0) return ap.norm();
  const Vector3d bp = p - b;
  const double d3 = ab.dot(bp), d4 = ac.dot(bp);
  if (d3 >= 0 && d4 <= d3) return bp.norm();
  const double vc = d1 * d4 - d3 * d2;
  if (vc <= 0 && d1 >= 0 && d3 <= 0) return (ap - d1 / (d1 - d3) * ab).norm();
  const Vector3d cp = p - c;
  const double d5 = ab.dot(cp), d6 = ac.dot(cp);
  if (d6 >= 0 && d5 <= d6) return cp.norm();
  const double vb = d5 * d2 - d1 * d6;
  if (vb <= 0 && d2 >= 0 && d6 <= 0) return (ap - d2 / (d2 - d6) * ac).norm();
  const double va = d3 * d6 - d5 * d4;
  if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) {
    return (bp - (d4 - d3) / ((d4 - d3) + (d5 - d6)) * (c - b)).norm();
  }
  return (ap - (vb * ab + vc * ac) / (va + vb + vc)).norm();
}

// Groups edges that share vertices.
std::vector<std::vector<std::pair<int, int>>> Loops(const std::set<std::pair<int, int>>& edges) {
  std::map<int, int> loop_of;  // vertex -> loop
  std::vector<std::vector<std::pair<int, int>>> loops;
  for (const auto& edge : edges) {
    const auto first = loop_of.find(edge.first), second = loop_of.find(edge.second);
    int loop;
    if (first == loop_of.end() && second == loop_of.end()) {
      loop = static_cast<int>(loops.size());
      loops.emplace_back();
    } else {
      loop = first != loop_of.end() ? first->second : second->second;
      if (first != loop_of.end() && second != loop_of.end() && first->second != second->second) {
        const int gone = second->second;
        for (const auto& other : loops[gone]) {
          loops[loop].push_back(other);
          loop_of[other.first] = loop_of[other.second] = loop;
        }
        loops[gone].clear();
      }
    }
    loops[loop].push_back(edge);
    loop_of[edge.first] = loop_of[edge.second] = loop;
  }
  loops.erase(std::remove_if(loops.begin(), loops.end(), [](const auto& loop) { return loop.empty(); }),
              loops.end());
  return loops;
}

}  // namespace

SelfPenetration::SelfPenetration(const BodyModel& model) : num_vertices_(model.num_vertices()) {
  const BodyParts parts = FindBodyParts(model);
  std::vector<int> part_of_joint(model.num_joints(), -1);
  for (int joint = 0; joint < model.num_joints(); ++joint) {
    if (parts.vertices[joint].empty()) continue;
    part_of_joint[joint] = static_cast<int>(parts_.size());
    parts_.push_back({joint, parts.vertices[joint], {}, {}});
  }
  std::vector<int> part_of_vertex(num_vertices_);
  for (int v = 0; v < num_vertices_; ++v) part_of_vertex[v] = part_of_joint[parts.joint_of_vertex[v]];

  const size_t num_parts = parts_.size();
  neighbours_.assign(num_parts, std::vector<bool>(num_parts, false));
  std::vector<std::set<std::pair<int, int>>> edges(num_parts);
  for (int f = 0; f < model.num_faces(); ++f) {
    const Eigen::Vector3i face = model.faces().row(f);
    int of[3];
    for (int k = 0; k < 3; ++k) of[k] = part_of_vertex[face[k]];
    const int owner = of[1] == of[2] ? of[1] : of[0];
    parts_[owner].faces.push_back(face);
    for (int k = 0; k < 3; ++k) edges[owner].emplace(face[k], face[(k + 1) % 3]);
  }
  for (size_t p = 0; p < num_parts; ++p) {
    for (size_t q = 0; q < num_parts; ++q)
      neighbours_[p][q] = parts.neighbours[parts_[p].joint][parts_[q].joint];
    std::set<std::pair<int, int>> open;
    for (const auto& edge : edges[p]) {
      if (edges[p].count({edge.second, edge.first}) == 0) open.insert(edge);
    }
    parts_[p].cuts = Loops(open);
  }
  // What overlaps at rest tells nothing: such pairs become neighbours until none is left.
  for (Depth depth = Deepest(model.v_template()); depth.vertex >= 0; depth = Deepest(model.v_template())) {
    const int p = part_of_vertex[depth.vertex], q = part_of_joint[depth.inside_joint];
    neighbours_[p][q] = neighbours_[q][p] = true;
  }
}

double SelfPenetration::WindingNumber(const Part& part, const MatrixX3d& vertices, const Vector3d& x) const {
  const auto corner = [&](int v) { return Vector3d(vertices.row(v).transpose() - x); };
  double winding = 0;
  for (const Eigen::Vector3i& face : part.faces)
    winding += SolidAngle(corner(face[0]), corner(face[1]), corner(face[2]));
  for (const auto& cut : part.cuts) {
    Vector3d middle = Vector3d::Zero();
    for (const auto& edge : cut) middle += corner(edge.first);
    middle /= static_cast<double>(cut.size());
    for (const auto& edge : cut) winding += SolidAngle(corner(edge.second), corner(edge.first), middle);
  }
  return winding;
}

SelfPenetration::Depth SelfPenetration::Deepest(const MatrixX3d& vertices) const {
  VT_CHECK_EQ(vertices.rows(), num_vertices_);
  // A box of each part's faces: most vertices are in none of a stranger.
  std::vector<Eigen::AlignedBox3d> boxes(parts_.size());
  for (size_t p = 0; p < parts_.size(); ++p) {
    for (const Eigen::Vector3i& face : parts_[p].faces) {
      for (const int v : face) boxes[p].extend(Vector3d(vertices.row(v)));
    }
  }
  Depth deepest;
  for (size_t q = 0; q < parts_.size(); ++q) {
    for (size_t p = 0; p < parts_.size(); ++p) {
      if (neighbours_[p][q] || !boxes[p].intersects(boxes[q])) continue;
      for (const int v : parts_[p].vertices) {
        const Vector3d x = vertices.row(v);
        if (!boxes[q].contains(x) || WindingNumber(parts_[q], vertices, x) < 0.5) continue;
        double depth = std::numeric_limits<double>::infinity();
        for (const Eigen::Vector3i& face : parts_[q].faces) {
          depth = std::min(depth, DistanceToTriangle(x, vertices.row(face[0]), vertices.row(face[1]),
                                                     vertices.row(face[2])));
        }
        if (depth > deepest.depth_m) deepest = {depth, v, parts_[q].joint};
      }
    }
  }
  return deepest;
}

}  // namespace vitruvius
