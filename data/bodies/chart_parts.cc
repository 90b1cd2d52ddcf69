#include "data/bodies/chart_parts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string>

#include <Eigen/Core>
#include <Eigen/Geometry>

#include "data/bodies/chart_cuts.h"
#include "data/bodies/face_labels.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Eigen::Vector3d;

// Regions: sides are right 0, left 1.
enum Region {
  kTorsoRegion,
  kHeadRegion,
  kUpperArmRegion,
  kLowerArmRegion = 4,
  kHandRegion = 6,
  kUpperLegRegion = 8,
  kLowerLegRegion = 10,
  kFootRegion = 12
};
constexpr int kNumRegions = 14;

// The strength of borders, in mean edges: the larger, the straighter they are and the further they may stray
// from the line that they should follow.
constexpr double kSplitStrength = 0.7;  // times the squared edge: the cost is a distance
constexpr int kWeightSmoothings = 4;    // of the skin weights, which painters leave with steps
constexpr double kRegionStrength = 1;   // times the edge: the cost is a share of the weight

int RegionOf(const std::string& joint) {
  const int side = joint.rfind("left_", 0) == 0 ? 1 : 0;
  const std::string name = joint.substr(joint.find('_') + 1);
  if (joint == "neck" || joint == "head") return kHeadRegion;
  if (joint == "pelvis" || joint.rfind("spine", 0) == 0 || name == "collar") return kTorsoRegion;
  if (name == "shoulder") return kUpperArmRegion + side;
  if (name == "elbow") return kLowerArmRegion + side;
  if (name == "wrist" || name == "hand") return kHandRegion + side;
  if (name == "hip") return kUpperLegRegion + side;
  if (name == "knee") return kLowerLegRegion + side;
  if (name == "ankle" || name == "foot") return kFootRegion + side;
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

std::vector<int> FindRegions(const BodyModel& model, const Surface& surface) {
  const std::vector<int> region_of_joint = RegionOfJoints(model);
  RowMatrixXd vertex_weights = RowMatrixXd::Zero(model.num_vertices(), kNumRegions);
  for (int v = 0; v < model.num_vertices(); ++v) {
    for (SparseRowMatrixd::InnerIterator it(model.weights(), v); it; ++it) {
      vertex_weights(v, region_of_joint[it.col()]) += it.value();
    }
  }
  for (int round = 0; round < kWeightSmoothings; ++round) {
    RowMatrixXd sums = vertex_weights;
    Eigen::VectorXd counts = Eigen::VectorXd::Ones(model.num_vertices());
    for (int f = 0; f < model.num_faces(); ++f) {
      for (int k = 0; k < 3; ++k) {  // every edge is met once in each direction
        sums.row(surface.faces(f, k)) += vertex_weights.row(surface.faces(f, (k + 1) % 3));
        counts[surface.faces(f, k)] += 1;
      }
    }
    vertex_weights = counts.cwiseInverse().asDiagonal() * sums;
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
  std::set<std::pair<int, int>> touching;
  for (int f = 0; f < n; ++f) {
    for (const int g : surface.neighbours[f]) {
      if (regions[f] < regions[g]) touching.emplace(regions[f], regions[g]);
    }
  }
  for (const auto& [a, b] : touching) SmoothBorder(surface, costs, a, b, kRegionStrength, 1, &regions);
  MakeOnePiece(surface, all, &regions);
  return regions;
}

// A line through places, read as one coordinate over another.
class DividingLine {
 public:
  DividingLine(int along, int across) : along_(along), across_(across) {}

  void Add(const Vector3d& place) {
    points_.emplace_back(place[along_], place[across_]);
    std::sort(points_.begin(), points_.end());
  }

  // Where the bone between two joints passes the middle of its limb. `inside` (F) are the limb's faces. Near
  // joints cross sections are not whole, as where a thigh meets the hip.
  void AddBone(const Surface& surface, const std::vector<char>& inside, const Vector3d& from,
               const Vector3d& to) {
    for (const double share : {0.35, 0.65}) {
      double low = std::numeric_limits<double>::infinity(), high = -low;
      for (int f = 0; f < surface.faces.rows(); ++f) {
        if (!inside[f]) continue;
        const Vector3d p = surface.centres.row(f).transpose();
        if (std::abs((p - from).dot(to - from) / (to - from).squaredNorm() - share) > kSlab) continue;
        low = std::min(low, p[across_]);
        high = std::max(high, p[across_]);
      }
      Vector3d place = from + share * (to - from);
      if (low <= high) place[across_] = 0.5 * (low + high);
      Add(place);
    }
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
  static constexpr double kSlab = 0.12;  // half the thickness of a cross section, in bones

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
    case kTorsoRegion:
      return side == 0 ? Halves{1, 2} : Halves{23, 24};  // kHeadRegion is odd
    case kUpperArmRegion:
      return {16 - side, 18 - side};
    case kLowerArmRegion:
      return {20 - side, 22 - side};
    case kHandRegion:
      return {3 + side, 3 + side};
    case kUpperLegRegion:
      return {7 + side, 9 + side};
    case kLowerLegRegion:
      return {11 + side, 13 + side};
    default:
      return {6 - side, 6 - side};
  }
}

// Splits the faces with `inside` by the sign of `past` (F, metres): 0 below, 1 above, 2 outside.
std::vector<int> Split(const Surface& surface, const std::vector<char>& inside,
                       const std::vector<double>& past) {
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
  SmoothBorder(surface, costs, 0, 1, kSplitStrength, 2, &labels);
  MakeOnePiece(surface, inside, &labels);
  return labels;
}

}  // namespace

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

ChartParts FindChartParts(const BodyModel& model, const Surface& surface, const MirrorImage& mirror) {
  const int n = model.num_faces();
  const std::vector<int> regions = FindRegions(model, surface);
  ChartParts chart;
  chart.part.resize(n);
  const auto joint = [&](const std::string& name) -> Vector3d {
    const int j = model.JointIndex(name);
    if (j < 0) throw InputError("body chart: the body has no joint " + name);
    return model.joint_template().row(j).transpose();
  };
  DividingLine trunk(1, 2);
  for (const char* name : {"left_hip", "left_shoulder", "neck"}) trunk.Add(joint(name));
  for (int region = 0; region < kNumRegions; ++region) {
    const std::string side = region % 2 == 1 ? "left_" : "right_";
    const Halves halves = HalvesOf(region);
    std::vector<char> inside(n);
    for (int f = 0; f < n; ++f) inside[f] = regions[f] == region;
    std::vector<double> past(n, 0);
    if (halves.below != halves.above) {
      const bool is_leg = region >= kUpperLegRegion;
      DividingLine limb = is_leg ? DividingLine(1, 2) : DividingLine(0, 1);
      // Over both halves of the limb, so that they meet.
      std::vector<char> upper(n), lower(n);
      for (int f = 0; f < n; ++f) {
        upper[f] = regions[f] == (is_leg ? kUpperLegRegion : kUpperArmRegion) + region % 2;
        lower[f] = regions[f] == (is_leg ? kLowerLegRegion : kLowerArmRegion) + region % 2;
      }
      const Vector3d top = joint(side + (is_leg ? "hip" : "shoulder")),
                     middle = joint(side + (is_leg ? "knee" : "elbow")),
                     end = joint(side + (is_leg ? "ankle" : "wrist"));
      limb.AddBone(surface, upper, top, middle);
      limb.AddBone(surface, lower, middle, end);
      for (int f = 0; f < n; ++f) {
        const Vector3d p = surface.centres.row(f).transpose();
        past[f] = region == kTorsoRegion ? trunk.Past(p) : region == kHeadRegion ? p.x() : limb.Past(p);
      }
    }
    const std::vector<int> labels = Split(surface, inside, past);
    for (int f = 0; f < n; ++f) {
      if (inside[f]) chart.part[f] = labels[f] == 1 ? halves.above : halves.below;
    }
  }
  if (!mirror.empty()) {
    for (int f = 0; f < n; ++f) {
      if (surface.centres(f, 0) > 0) chart.part[f] = MirrorPart(chart.part[mirror.face[f]]);
    }
  }
  for (const int part : {3, 4}) AddHandCut(model, surface, chart.part, part, &chart.cuts);
  for (const int part : {5, 6}) AddFootCut(model, surface, chart.part, part, &chart.cuts);
  return chart;
}

}  // namespace vitruvius
