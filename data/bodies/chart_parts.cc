#include "data/bodies/chart_parts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string>

#include <Eigen/Dense>

#include "models/util/check.h"

namespace vitruvius {
namespace {

using Eigen::Vector3d;

// Regions: sides are right 0, left 1.
enum Region { kTorso, kHead, kUpperArm, kLowerArm = 4, kHand = 6, kUpperLeg = 8, kLowerLeg = 10, kFoot = 12 };
constexpr int kNumRegions = 14;

constexpr int kMaxSweeps = 60;
// The strength of borders in units of the mesh: a step of one edge's length is smoothed where the surface
// that they should follow is within about an edge.
constexpr double kSplitStrength = 0.6;    // times the squared mean edge
constexpr double kRegionStrength = 0.35;  // times the mean edge: the cost is a share of the weight

int RegionOf(const std::string& joint) {
  const int side = joint.rfind("left_", 0) == 0 ? 1 : 0;
  const std::string name = joint.substr(joint.find('_') + 1);
  if (joint == "neck" || joint == "head") return kHead;
  if (joint == "pelvis" || joint.rfind("spine", 0) == 0 || name == "collar") return kTorso;
  if (name == "shoulder") return kUpperArm + side;
  if (name == "elbow") return kLowerArm + side;
  if (name == "wrist" || name == "hand") return kHand + side;
  if (name == "hip") return kUpperLeg + side;
  if (name == "knee") return kLowerLeg + side;
  if (name == "ankle" || name == "foot") return kFoot + side;
  return -1;
}

// A joint of another name (fingers, jaw, eyes) is of its parent's region.
std::vector<int> RegionOfJoints(const BodyModel& model) {
  std::vector<int> regions(model.num_joints());
  for (int j = 0; j < model.num_joints(); ++j) {
    regions[j] = RegionOf(model.joint_names()[j]);
    if (regions[j] < 0 && model.parents()[j] >= 0) regions[j] = regions[model.parents()[j]];
    if (regions[j] < 0)
      throw InputError(
          StrCat("body chart: the root joint is called \"", model.joint_names()[j], "\", expected pelvis"));
  }
  return regions;
}

struct Surface {
  MatrixX3d vertices;
  MatrixX3i faces;
  std::vector<std::array<int, 3>> neighbours;
  MatrixX3d centres, normals;  // (F, 3)
  std::vector<double> areas;
  double mean_edge = 0;

  double EdgeLength(int f, int k) const {
    return (vertices.row(faces(f, k)) - vertices.row(faces(f, (k + 1) % 3))).norm();
  }
};

Surface MakeSurface(const BodyModel& model) {
  Surface surface{model.v_template(), model.faces(), FaceNeighbours(model.faces()), {}, {}, {}, 0};
  const Eigen::Index n = model.num_faces();
  surface.centres.resize(n, 3);
  surface.normals.resize(n, 3);
  for (int f = 0; f < n; ++f) {
    const Vector3d a = surface.vertices.row(surface.faces(f, 0)),
                   b = surface.vertices.row(surface.faces(f, 1)),
                   c = surface.vertices.row(surface.faces(f, 2));
    const Vector3d normal = (b - a).cross(c - a);
    if (!(normal.norm() > 0)) throw InputError(StrCat("body chart: face ", f, " has no area"));
    surface.centres.row(f) = (a + b + c).transpose() / 3;
    surface.normals.row(f) = normal.normalized().transpose();
    surface.areas.push_back(0.5 * normal.norm());
    for (int k = 0; k < 3; ++k) {
      surface.mean_edge += surface.EdgeLength(f, k) / static_cast<double>(3 * n);
      if (surface.neighbours[f][k] < 0)
        throw InputError(StrCat("body chart: face ", f, " has an open edge, expected a closed mesh"));
    }
  }
  return surface;
}

// labels (F), at first the guess; only faces with `movable` change, and border costs count between all faces.
// costs (F, L) >= 0. Faces in their order, until none changes.
void SmoothLabels(const Surface& surface, const RowMatrixXd& costs, double strength,
                  const std::vector<char>& movable, std::vector<int>* labels) {
  bool changed = true;
  for (int sweep = 0; changed && sweep < kMaxSweeps; ++sweep) {
    changed = false;
    for (size_t f = 0; f < labels->size(); ++f) {
      if (!movable[f]) continue;
      const auto cost = [&](int label) {
        double sum = surface.areas[f] * costs(f, label);
        for (int k = 0; k < 3; ++k) {
          const int other = (*labels)[surface.neighbours[f][k]];
          if (other != label) sum += strength * surface.EdgeLength(f, k);
        }
        return sum;
      };
      int best = (*labels)[f];
      double least = cost(best) * (1 - 1e-9);
      for (int k = 0; k < 3; ++k) {
        const int candidate = (*labels)[surface.neighbours[f][k]];
        if (candidate < 0 || candidate >= costs.cols()) continue;
        const double candidate_cost = cost(candidate);
        if (candidate_cost < least) {
          best = candidate;
          least = candidate_cost;
        }
      }
      if (best == (*labels)[f]) continue;
      (*labels)[f] = best;
      changed = true;
    }
  }
}

// All but the greatest piece of a label go to the label that they share the longest border with.
void MakeOnePiece(const Surface& surface, const std::vector<char>& movable, std::vector<int>* labels) {
  const int n = static_cast<int>(labels->size());
  for (int round = 0; round < kMaxSweeps; ++round) {
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

std::vector<int> FindRegions(const BodyModel& model, const Surface& surface) {
  const std::vector<int> region_of_joint = RegionOfJoints(model);
  RowMatrixXd vertex_weights = RowMatrixXd::Zero(model.num_vertices(), kNumRegions);
  for (int v = 0; v < model.num_vertices(); ++v) {
    for (SparseRowMatrixd::InnerIterator it(model.weights(), v); it; ++it) {
      vertex_weights(v, region_of_joint[it.col()]) += it.value();
    }
  }
  const int n = model.num_faces();
  RowMatrixXd costs(n, kNumRegions);
  std::vector<int> regions(n);
  for (int f = 0; f < n; ++f) {
    const Eigen::RowVectorXd weights =
        (vertex_weights.row(surface.faces(f, 0)) + vertex_weights.row(surface.faces(f, 1)) +
         vertex_weights.row(surface.faces(f, 2))) /
        3;
    costs.row(f) = weights.maxCoeff(&regions[f]) - weights.array();
  }
  const std::vector<char> all(n, 1);
  MakeOnePiece(surface, all, &regions);
  SmoothLabels(surface, costs, kRegionStrength * surface.mean_edge, all, &regions);
  MakeOnePiece(surface, all, &regions);
  return regions;
}

// A line through joints, read as one coordinate over another.
class JointLine {
 public:
  JointLine(const BodyModel& model, const std::vector<std::string>& names, int along, int across)
      : along_(along), across_(across) {
    for (const std::string& name : names) {
      const int joint = model.JointIndex(name);
      if (joint < 0) throw InputError("body chart: the body has no joint " + name);
      points_.emplace_back(model.joint_template()(joint, along), model.joint_template()(joint, across));
    }
    std::sort(points_.begin(), points_.end());
  }
  // How far the point lies past the line; the line goes on level beyond its ends.
  double Past(const Vector3d& p) const {
    const double t = p[along_];
    if (t <= points_.front().first) return p[across_] - points_.front().second;
    for (size_t i = 1; i < points_.size(); ++i) {
      const auto& [t0, v0] = points_[i - 1];
      const auto& [t1, v1] = points_[i];
      if (t <= t1) return p[across_] - (v0 + (v1 - v0) * (t - t0) / std::max(t1 - t0, 1e-9));
    }
    return p[across_] - points_.back().second;
  }

 private:
  int along_, across_;
  std::vector<std::pair<double, double>> points_;
};

// The two parts of a region: where its function is negative, and where it is positive.
struct Halves {
  int below, above;
};

Halves HalvesOf(int region) {
  const int side = region % 2;  // right 0, left 1
  switch (region - side) {
    case kTorso:
      return side == 0 ? Halves{1, 2} : Halves{23, 24};  // kHead is odd
    case kUpperArm:
      return {16 - side, 18 - side};
    case kLowerArm:
      return {20 - side, 22 - side};
    case kHand:
      return {3 + side, 3 + side};
    case kUpperLeg:
      return {7 + side, 9 + side};
    case kLowerLeg:
      return {11 + side, 13 + side};
    default:
      return {6 - side, 6 - side};
  }
}

// Splits the faces with `inside` by the sign of `past` (F, metres): 0 below, 1 above, 2 outside.
std::vector<int> Split(const Surface& surface, const std::vector<char>& inside,
                       const std::vector<double>& past, double strength) {
  const int n = static_cast<int>(inside.size());
  RowMatrixXd costs = RowMatrixXd::Zero(n, 2);
  std::vector<int> labels(n, 2);
  for (int f = 0; f < n; ++f) {
    if (!inside[f]) continue;
    labels[f] = past[f] > 0;
    costs(f, 0) = std::max(0.0, past[f]);
    costs(f, 1) = std::max(0.0, -past[f]);
  }
  MakeOnePiece(surface, inside, &labels);
  SmoothLabels(surface, costs, strength, inside, &labels);
  MakeOnePiece(surface, inside, &labels);
  return labels;
}

}  // namespace

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

MirrorImage FindMirrorImage(const MatrixX3d& vertices, const MatrixX3i& faces) {
  std::vector<int> order(vertices.rows());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return vertices(a, 1) < vertices(b, 1); });
  MirrorImage mirror;
  for (int v = 0; v < vertices.rows(); ++v) {
    const Vector3d image = Vector3d(-1, 1, 1).cwiseProduct(vertices.row(v).transpose());
    auto it = std::lower_bound(order.begin(), order.end(), image.y() - kMirrorM,
                               [&](int a, double y) { return vertices(a, 1) < y; });
    int best = -1;
    double least = kMirrorM;
    for (; it != order.end() && vertices(*it, 1) <= image.y() + kMirrorM; ++it) {
      const double distance = (vertices.row(*it).transpose() - image).norm();
      if (distance <= least) {
        least = distance;
        best = *it;
      }
    }
    if (best < 0) return {};
    mirror.vertex.push_back(best);
  }
  const auto sorted = [](std::array<int, 3> face) {
    std::sort(face.begin(), face.end());
    return face;
  };
  std::map<std::array<int, 3>, int> face_of;
  for (int f = 0; f < faces.rows(); ++f) face_of[sorted({faces(f, 0), faces(f, 1), faces(f, 2)})] = f;
  for (int f = 0; f < faces.rows(); ++f) {
    const auto it = face_of.find(
        sorted({mirror.vertex[faces(f, 0)], mirror.vertex[faces(f, 1)], mirror.vertex[faces(f, 2)]}));
    if (it == face_of.end()) return {};
    mirror.face.push_back(it->second);
  }
  return mirror;
}

int MirrorPart(int part) { return part <= 2 ? part : part % 2 == 1 ? part + 1 : part - 1; }

ChartParts FindChartParts(const BodyModel& model, const MirrorImage& mirror) {
  const Surface surface = MakeSurface(model);
  const int n = model.num_faces();
  const std::vector<int> regions = FindRegions(model, surface);
  ChartParts chart;
  chart.part.resize(n);
  const double strength = kSplitStrength * surface.mean_edge * surface.mean_edge;
  const JointLine trunk(model, {"left_hip", "left_shoulder", "neck"}, 1, 2);
  for (int region = 0; region < kNumRegions; ++region) {
    const std::string side = region % 2 == 1 ? "left_" : "right_";
    const Halves halves = HalvesOf(region);
    std::vector<char> inside(n);
    for (int f = 0; f < n; ++f) inside[f] = regions[f] == region;
    std::vector<double> past(n, 0);
    if (halves.below != halves.above) {
      const JointLine leg(model, {side + "hip", side + "knee", side + "ankle"}, 1, 2);
      const JointLine arm(model, {side + "shoulder", side + "elbow", side + "wrist"}, 0, 1);
      for (int f = 0; f < n; ++f) {
        const Vector3d p = surface.centres.row(f).transpose();
        past[f] = region == kTorso     ? trunk.Past(p)
                  : region == kHead    ? p.x()
                  : region < kUpperLeg ? arm.Past(p)
                                       : leg.Past(p);
      }
    }
    const std::vector<int> labels = Split(surface, inside, past, strength);
    for (int f = 0; f < n; ++f) {
      if (inside[f]) chart.part[f] = labels[f] == 1 ? halves.above : halves.below;
    }
  }
  if (!mirror.empty()) {
    for (int f = 0; f < n; ++f) {
      if (surface.centres(f, 0) > 0) chart.part[f] = MirrorPart(chart.part[mirror.face[f]]);
    }
  }
  return chart;
}

}  // namespace vitruvius
