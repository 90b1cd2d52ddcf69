#include "data/bodies/face_labels.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <Eigen/Core>
#include <Eigen/Geometry>

#include "data/bodies/min_cut.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kMaxRounds = 60;  // each ends a chain of pieces by one

std::vector<std::array<int, 3>> FaceNeighbours(const MatrixX3i& faces) {
  std::map<std::pair<int, int>, int> face_of;
  for (int f = 0; f < faces.rows(); ++f) {
    for (int k = 0; k < 3; ++k) face_of[{faces(f, k), faces(f, (k + 1) % 3)}] = f;
  }
  std::vector<std::array<int, 3>> neighbours(faces.rows());
  for (int f = 0; f < faces.rows(); ++f) {
    for (int k = 0; k < 3; ++k) {
      const auto it = face_of.find({faces(f, (k + 1) % 3), faces(f, k)});
      neighbours[f][k] = it == face_of.end() ? -1 : it->second;
    }
  }
  return neighbours;
}

}  // namespace

Surface MakeSurface(const BodyModel& model) {
  Surface surface{model.v_template(), model.faces(), FaceNeighbours(model.faces()), {}, {}, {}};
  const Eigen::Index n = model.num_faces();
  surface.centres.resize(n, 3);
  surface.normals.resize(n, 3);
  for (int f = 0; f < n; ++f) {
    const Eigen::Vector3d a = surface.vertices.row(surface.faces(f, 0)),
                          b = surface.vertices.row(surface.faces(f, 1)),
                          c = surface.vertices.row(surface.faces(f, 2));
    const Eigen::Vector3d normal = (b - a).cross(c - a);
    if (!(normal.norm() > 0)) throw InputError(StrCat("body chart: face ", f, " has no area"));
    surface.centres.row(f) = (a + b + c).transpose() / 3;
    surface.normals.row(f) = normal.normalized().transpose();
    surface.areas.push_back(0.5 * normal.norm());
    for (int k = 0; k < 3; ++k) {
      if (surface.neighbours[f][k] < 0)
        throw InputError(StrCat("body chart: face ", f, " has an open edge, expected a closed mesh"));
    }
  }
  return surface;
}

void SmoothBorder(const Surface& surface, const RowMatrixXd& costs, int a, int b, double strength, int power,
                  std::vector<int>* labels) {
  std::vector<int> node(labels->size(), -1), members;
  double area = 0, edge_area = 0;
  for (int f = 0; f < static_cast<int>(labels->size()); ++f) {
    if ((*labels)[f] != a && (*labels)[f] != b) continue;
    node[f] = static_cast<int>(members.size());
    members.push_back(f);
    area += surface.areas[f];
    for (int k = 0; k < 3; ++k) edge_area += surface.areas[f] * surface.EdgeLength(f, k) / 3;
  }
  if (members.empty()) return;
  const double unit = strength * std::pow(edge_area / area, power);
  MinCut cut(static_cast<int>(members.size()));
  for (const int f : members) {
    cut.AddCosts(node[f], surface.areas[f] * costs(f, a), surface.areas[f] * costs(f, b));
    for (int k = 0; k < 3; ++k) {
      const int g = surface.neighbours[f][k];
      if (g > f && node[g] >= 0) cut.AddEdge(node[f], node[g], unit * surface.EdgeLength(f, k));
    }
  }
  const std::vector<int> solution = cut.Solve();
  for (const int f : members) (*labels)[f] = solution[node[f]] == 0 ? a : b;
}

void MakeOnePiece(const Surface& surface, const std::vector<char>& movable, std::vector<int>* labels) {
  const int n = static_cast<int>(labels->size());
  for (int round = 0; round < kMaxRounds; ++round) {
    std::vector<int> piece(n, -1);
    std::vector<std::vector<int>> pieces;
    std::vector<double> areas;
    std::map<int, int> greatest;  // piece of each label
    for (int seed = 0; seed < n; ++seed) {
      if (piece[seed] >= 0) continue;
      const int id = static_cast<int>(pieces.size());
      pieces.push_back({seed});
      areas.push_back(0);
      piece[seed] = id;
      for (size_t i = 0; i < pieces[id].size(); ++i) {
        const int f = pieces[id][i];
        areas[id] += surface.areas[f];
        for (const int g : surface.neighbours[f]) {
          if (piece[g] >= 0 || (*labels)[g] != (*labels)[f]) continue;
          piece[g] = id;
          pieces[id].push_back(g);
        }
      }
      const auto [it, is_new] = greatest.try_emplace((*labels)[seed], id);
      if (!is_new && areas[id] > areas[it->second]) it->second = id;
    }
    bool changed = false;
    for (const std::vector<int>& faces : pieces) {
      const int label = (*labels)[faces[0]];
      if (!movable[faces[0]] || piece[faces[0]] == greatest.at(label)) continue;
      std::map<int, double> shared;
      for (const int f : faces) {
        for (int k = 0; k < 3; ++k) {
          const int g = surface.neighbours[f][k];
          if ((*labels)[g] != label && movable[g]) shared[(*labels)[g]] += surface.EdgeLength(f, k);
        }
      }
      if (shared.empty()) continue;
      const int to = std::max_element(shared.begin(), shared.end(), [](const auto& a, const auto& b) {
                       return a.second < b.second;
                     })->first;
      for (const int f : faces) (*labels)[f] = to;
      changed = true;
    }
    if (!changed) return;
  }
}

}  // namespace vitruvius
