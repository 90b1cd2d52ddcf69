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
  part_of_vertex_ = parts.joint_of_vertex;
  const auto is_trunk = [&](int joint) {
    const std::string& name = model.joint_names()[joint];
    return name == "pelvis" || name.rfind("spine", 0) == 0 || name == "left_collar" || name == "right_collar";
  };
  std::vector<int> solid_of_part(model.num_joints(), -1);
  int trunk = -1;
  for (int joint = 0; joint < model.num_joints(); ++joint) {
    if (parts.vertices[joint].empty()) continue;
    parts_.push_back({joint, parts.vertices[joint]});
    int& solid = solid_of_part[joint];
    solid = is_trunk(joint) ? trunk : -1;
    if (solid < 0) {
      solid = static_cast<int>(solids_.size());
      solids_.emplace_back();
    }
    if (is_trunk(joint)) trunk = solid;
  }

  std::vector<std::set<std::pair<int, int>>> edges(solids_.size());
  for (int f = 0; f < model.num_faces(); ++f) {
    const Eigen::Vector3i face = model.faces().row(f);
    int of[3];
    for (int k = 0; k < 3; ++k) of[k] = solid_of_part[part_of_vertex_[face[k]]];
    const int owner = of[1] == of[2] ? of[1] : of[0];
    solids_[owner].faces.push_back(face);
    for (int k = 0; k < 3; ++k) edges[owner].emplace(face[k], face[(k + 1) % 3]);
  }
  for (size_t q = 0; q < solids_.size(); ++q) {
    std::set<std::pair<int, int>> open;
    for (const auto& edge : edges[q]) {
      if (edges[q].count({edge.second, edge.first}) == 0) open.insert(edge);
    }
    solids_[q].cuts = Loops(open);
  }

  ignored_.assign(model.num_joints(), std::vector<bool>(solids_.size(), false));
  for (const Part& p : parts_) {
    for (const Part& q : parts_) {
      if (parts.neighbours[p.joint][q.joint]) ignored_[p.joint][solid_of_part[q.joint]] = true;
    }
  }
  // What overlaps at rest tells nothing: such pairs are ignored until none is left.
  for (Depth depth = Deepest(model.v_template()); depth.vertex >= 0; depth = Deepest(model.v_template())) {
    ignored_[part_of_vertex_[depth.vertex]][solid_of_part[depth.inside_joint]] = true;
  }
}

double SelfPenetration::WindingNumber(const Solid& solid, const MatrixX3d& vertices,
                                      const Vector3d& x) const {
  const auto corner = [&](int v) { return Vector3d(vertices.row(v).transpose() - x); };
  double winding = 0;
  for (const Eigen::Vector3i& face : solid.faces)
    winding += SolidAngle(corner(face[0]), corner(face[1]), corner(face[2]));
  for (const auto& cut : solid.cuts) {
    Vector3d middle = Vector3d::Zero();
    for (const auto& edge : cut) middle += corner(edge.first);
    middle /= static_cast<double>(cut.size());
    for (const auto& edge : cut) winding += SolidAngle(corner(edge.second), corner(edge.first), middle);
  }
  return winding;
}

SelfPenetration::Depth SelfPenetration::Deepest(const MatrixX3d& vertices) const {
  VT_CHECK_EQ(vertices.rows(), num_vertices_);
  // A box of each solid: most vertices are in none of a stranger.
  std::vector<Eigen::AlignedBox3d> boxes(solids_.size());
  for (size_t q = 0; q < solids_.size(); ++q) {
    for (const Eigen::Vector3i& face : solids_[q].faces) {
      for (const int v : face) boxes[q].extend(Vector3d(vertices.row(v)));
    }
  }
  Depth deepest;
  for (size_t q = 0; q < solids_.size(); ++q) {
    for (const Part& part : parts_) {
      if (ignored_[part.joint][q]) continue;
      for (const int v : part.vertices) {
        const Vector3d x = vertices.row(v);
        if (!boxes[q].contains(x) || WindingNumber(solids_[q], vertices, x) < 0.5) continue;
        double depth = std::numeric_limits<double>::infinity();
        int nearest = -1;
        for (const Eigen::Vector3i& face : solids_[q].faces) {
          const double distance =
              DistanceToTriangle(x, vertices.row(face[0]), vertices.row(face[1]), vertices.row(face[2]));
          if (distance >= depth) continue;
          depth = distance;
          nearest = face[0];
        }
        if (depth > deepest.depth_m) deepest = {depth, v, part_of_vertex_[nearest]};
      }
    }
  }
  return deepest;
}

}  // namespace vitruvius
