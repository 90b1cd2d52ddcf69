// How the mannequin's surface hangs on its skeleton: joints, skin weights, joint regressor, pose blend
// shapes.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "models/body/mannequin_internal.h"
#include "models/math/decompositions.h"
#include "models/util/check.h"

namespace vitruvius {
namespace mannequin {
namespace {

using Eigen::Vector3d;

constexpr int kNumJoints = 24;
constexpr int kMaxWeights = 4;  // joints a vertex; the evaluators' speed depends on it

// Joints by number (SmplJointNames).
enum : int {
  kPelvis = 0,
  kLeftHip = 1,
  kSpine1 = 3,
  kLeftKnee = 4,
  kSpine2 = 6,
  kLeftAnkle = 7,
  kSpine3 = 9,
  kLeftFoot = 10,
  kNeck = 12,
  kLeftCollar = 13,
  kHead = 15,
  kLeftShoulder = 16,
  kLeftElbow = 18,
  kLeftWrist = 20,
  kLeftHand = 22
};

const std::vector<int>& Swap() {
  static const std::vector<int> swap = MirrorPermutation(SmplJointNames());
  return swap;
}

using Row = std::array<double, kNumJoints>;

// Hands the share t of what joint `from` carries to joint `to`.
void Pass(Row* row, int from, int to, double t) {
  (*row)[to] += t * (*row)[from];
  (*row)[from] *= 1 - t;
}

// Weights of a vertex of the left half by its place: each joint passes what lies beyond it on to the next.
Row RawWeights(const Vector3d& p, Part part) {
  const std::vector<Vector3d>& joints = JointPositions();
  Row row = {};
  row[kPelvis] = 1;
  const bool trunk = part == Part::kTrunk || part == Part::kHead;
  const bool leg = part == Part::kLeg || part == Part::kFoot;
  const bool arm = part == Part::kArm || part == Part::kHand || part == Part::kThumb;
  if (trunk || leg) {
    // Across the fold of the groin, wider at the seat than in front; nothing on the middle line.
    const Vector3d d = p - joints[kLeftHip];
    const double beyond = .35 * d.x() - .94 * d.y();
    const double wide = .062 + .023 * SmoothStep(.0, .1, -d.z());
    const double above_crotch = 1 - SmoothStep(.170, .225, -p.y());
    const double t =
        SmoothStep(-wide, wide + .01, beyond) * (1 - above_crotch * (1 - SmoothStep(0, .085, p.x())));
    Pass(&row, kPelvis, kLeftHip, t);
  }
  if (leg) {
    Pass(&row, kLeftHip, kLeftKnee, SmoothStep(-.065, .065, joints[kLeftKnee].y() - p.y()));
    const Vector3d a = p - joints[kLeftAnkle];
    Pass(&row, kLeftKnee, kLeftAnkle, SmoothStep(-.045, .035, .35 * a.z() - .94 * a.y()));
    Pass(&row, kLeftAnkle, kLeftFoot, SmoothStep(-.022, .026, p.z() - joints[kLeftFoot].z()));
  }
  if (trunk) {
    const auto above = [&](int joint, double below, double over, double tilt) {
      const Vector3d d = p - joints[joint];
      return SmoothStep(-below, over, d.y() + tilt * d.z());
    };
    Pass(&row, kPelvis, kSpine1, above(kSpine1, .07, .06, 0));
    Pass(&row, kSpine1, kSpine2, above(kSpine2, .06, .07, 0));
    Pass(&row, kSpine2, kSpine3, above(kSpine3, .08, .08, 0));
    Pass(&row, kSpine3, kNeck, above(kNeck, .045, .035, .25));
    Pass(&row, kNeck, kHead, above(kHead, .085, -.020, .35));
    const double to_collar = SmoothStep(.015, .13, p.x()) * SmoothStep(.24, .36, p.y());
    Pass(&row, kSpine3, kLeftCollar, to_collar);
    Pass(&row, kNeck, kLeftCollar, .6 * to_collar);
  }
  if (arm) {
    row[kPelvis] = 0;
    row[kLeftCollar] = 1;
    const double up = SmoothStep(.27, .36, p.y());
    Pass(&row, kLeftCollar, kSpine3, (1 - up) * .7);
  }
  if (trunk || arm) {
    const double t = SmoothStep(-.065, .070, p.x() - joints[kLeftShoulder].x());
    if (p.y() > .25) {
      const double high = SmoothStep(.25, .31, p.y());
      Pass(&row, kLeftCollar, kLeftShoulder, t * high);
      Pass(&row, kSpine3, kLeftShoulder, t * high);
    }
  }
  if (arm) {
    Pass(&row, kLeftShoulder, kLeftElbow, SmoothStep(-.055, .055, p.x() - joints[kLeftElbow].x()));
    Pass(&row, kLeftElbow, kLeftWrist, SmoothStep(-.035, .030, p.x() - joints[kLeftWrist].x()));
    if (part == Part::kHand) {
      Pass(&row, kLeftWrist, kLeftHand, SmoothStep(-.024, .030, p.x() - joints[kLeftHand].x()));
    }
  }
  return row;
}

Row Swapped(const Row& row) {
  Row swapped;
  for (int j = 0; j < kNumJoints; ++j) swapped[Swap()[j]] = row[j];
  return swapped;
}

// The largest kMaxWeights, rounded, summing to one exactly.
std::vector<std::pair<int, double>> Sparsify(const Row& row) {
  constexpr double kNegligible = 4e-3;
  std::vector<std::pair<int, double>> kept;
  for (int j = 0; j < kNumJoints; ++j) {
    if (row[j] > kNegligible) kept.emplace_back(j, row[j]);
  }
  std::stable_sort(kept.begin(), kept.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (kept.size() > kMaxWeights) kept.resize(kMaxWeights);
  double sum = 0;
  for (const auto& entry : kept) sum += entry.second;
  double rest = 1;
  for (size_t i = 1; i < kept.size(); ++i) {
    kept[i].second = Quantize(kept[i].second / sum);
    rest -= kept[i].second;
  }
  kept[0].second = rest;
  return kept;
}

}  // namespace

const std::vector<Vector3d>& JointPositions() {
  static const std::vector<Vector3d> joints = [] {
    std::vector<Vector3d> places(kNumJoints);
    const std::pair<int, Vector3d> left_and_middle[] = {
        {kPelvis, {0, 0, 0}},
        {kLeftHip, {.098, -.094, 0}},
        {kLeftKnee, {.118, -.486, .004}},
        {kLeftAnkle, {.131, -.900, -.018}},
        {kLeftFoot, {.141, -.962, .112}},
        {kSpine1, {0, .065, -.008}},
        {kSpine2, {0, .140, -.008}},
        {kSpine3, {0, .278, -.012}},
        {kNeck, {0, .459, -.028}},
        {kHead, {0, .556, -.006}},
        {kLeftCollar, {.060, .385, -.022}},
        {kLeftShoulder, {.176, .363, -.017}},
        {kLeftElbow, {.421, .363, -.020}},
        {kLeftWrist, {.658, .363, -.012}},
        {kLeftHand, {.748, .363, -.004}},
    };
    for (const auto& [joint, place] : left_and_middle) {
      places[joint] = place;
      if (Swap()[joint] != joint) places[Swap()[joint]] = {-place.x(), place.y(), place.z()};
    }
    return places;
  }();
  return joints;
}

SparseRowMatrixd MakeWeights(const Surface& surface) {
  const int num_vertices = static_cast<int>(surface.vertices.size());
  std::vector<Row> rows(num_vertices);
  const auto mirror_rows = [&] {
    for (int v = surface.num_half; v < num_vertices; ++v) rows[v] = Swapped(rows[surface.mirror[v]]);
  };
  for (int v = 0; v < surface.num_half; ++v) rows[v] = RawWeights(surface.vertices[v], surface.parts[v]);
  mirror_rows();
  // A few rounds of averaging along the edges take the kinks out where parts meet. Vertices on the middle
  // line keep the weights of the trunk alone, which are the same for both sides.
  constexpr int kRounds = 4;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Row> next = rows;
    for (int v = 0; v < surface.num_half; ++v) {
      if (surface.mirror[v] == v) continue;
      for (int j = 0; j < kNumJoints; ++j) {
        double sum = 0;
        for (const int n : surface.neighbors[v]) sum += rows[n][j];
        next[v][j] = .5 * rows[v][j] + .5 * sum / surface.neighbors[v].size();
      }
    }
    rows = next;
    mirror_rows();
  }
  std::vector<Eigen::Triplet<double>> entries;
  for (int v = 0; v < num_vertices; ++v) {
    const bool right = v >= surface.num_half;
    for (const auto& [joint, weight] : Sparsify(rows[right ? surface.mirror[v] : v])) {
      entries.emplace_back(v, right ? Swap()[joint] : joint, weight);
    }
  }
  SparseRowMatrixd weights(num_vertices, kNumJoints);
  weights.setFromTriplets(entries.begin(), entries.end());
  return weights;
}

namespace {

// Where the vertices are that speak for a joint: a band around the limb or trunk, fading to both sides.
struct Band {
  int joint;
  Vector3d normal;  // across the band
  double half_width;
  double reach;  // from the joint, metres
};

const std::vector<Band>& Bands() {
  static const std::vector<Band> bands = {
      {kPelvis, {0, 1, 0}, .045, .25},    {kLeftHip, {.35, -.94, 0}, .060, .16},
      {kSpine1, {0, 1, 0}, .040, .25},    {kLeftKnee, {0, 1, 0}, .035, .12},
      {kSpine2, {0, 1, 0}, .040, .25},    {kLeftAnkle, {0, .94, -.35}, .035, .12},
      {kSpine3, {0, 1, 0}, .040, .25},    {kLeftFoot, {0, .3, 1}, .030, .10},
      {kNeck, {0, 1, .25}, .030, .13},    {kLeftCollar, {1, 0, 0}, .045, .13},
      {kHead, {0, 1, .3}, .035, .16},     {kLeftShoulder, {1, 0, 0}, .050, .09},
      {kLeftElbow, {1, 0, 0}, .030, .10}, {kLeftWrist, {1, 0, 0}, .025, .08},
      {kLeftHand, {1, 0, 0}, .020, .06},
  };
  return bands;
}

}  // namespace

SparseRowMatrixd MakeJointRegressor(const Surface& surface) {
  const int num_vertices = static_cast<int>(surface.vertices.size());
  std::vector<Eigen::Triplet<double>> entries;
  for (const Band& band : Bands()) {
    const Vector3d joint = JointPositions()[band.joint];
    const bool middle = Swap()[band.joint] == band.joint;
    std::vector<std::pair<int, double>> near;
    for (int v = 0; v < num_vertices; ++v) {
      const Vector3d d = surface.vertices[v] - joint;
      if (!middle && surface.vertices[v].x() <= .005) continue;
      if (surface.parts[v] == Part::kThumb) continue;
      const double across = d.dot(band.normal) / (band.half_width * band.normal.norm());
      const double away = d.squaredNorm() / (band.reach * band.reach);
      if (std::abs(across) < 1 && away < 1) near.emplace_back(v, (1 - across * across) * (1 - away));
    }
    // The smallest change of these kernel weights (relative to each) that sums to one and hits the joint:
    // kernel times a linear function. Symmetric for the joints in the middle because its slope along x is
    // then zero. Vertices that would get a negative weight are left out, and the rest solved again.
    Eigen::Vector4d linear = Eigen::Vector4d::Zero();
    const auto weight_of = [&](const std::pair<int, double>& vertex_and_kernel) {
      const auto& [v, kernel] = vertex_and_kernel;
      return kernel * (linear[0] + linear.tail<3>().dot(surface.vertices[v] - joint));
    };
    for (size_t before = 0; before != near.size();) {
      before = near.size();
      Eigen::Matrix4d moments = Eigen::Matrix4d::Zero();
      for (const auto& [v, kernel] : near) {
        Eigen::Vector4d a;
        a << 1, surface.vertices[v] - joint;
        moments += kernel * a * a.transpose();
      }
      linear = SolveLu(moments, Eigen::Vector4d(1, 0, 0, 0));
      if (middle) linear[1] = 0;
      near.erase(std::remove_if(near.begin(), near.end(),
                                [&](const auto& entry) { return weight_of(entry) < 1e-5; }),
                 near.end());
    }
    double rest = 1;
    int largest = -1;
    for (auto& [v, weight] : near) {
      weight = Quantize(weight_of({v, weight}));
      rest -= weight;
    }
    for (size_t i = 0; i < near.size(); ++i) {
      const bool allowed = !middle || surface.mirror[near[i].first] == near[i].first;
      if (allowed && (largest < 0 || near[i].second > near[largest].second)) largest = static_cast<int>(i);
    }
    VT_CHECK_GE(largest, 0);
    near[largest].second += rest;
    for (const auto& [v, weight] : near) {
      entries.emplace_back(band.joint, v, weight);
      if (!middle) entries.emplace_back(Swap()[band.joint], surface.mirror[v], weight);
    }
  }
  SparseRowMatrixd regressor(kNumJoints, num_vertices);
  regressor.setFromTriplets(entries.begin(), entries.end());
  return regressor;
}

namespace {

// Where a joint's skin collapses under linear blending: by cos(angle / 2) in the plane of the rotation for a
// vertex shared half and half. A push outward of (1 - cos angle) times the vertex's distance makes up for it;
// the diagonal of R - I is exactly minus that, for each axis that the rotation moves. On the inside of a bend
// less is needed.
struct Bulge {
  int joint;
  int bone_axis;    // 0 x, 1 y, 2 z: not pushed along
  Vector3d inside;  // the direction that closes when the joint bends as it usually does
  double outer_gain, inner_gain;
};

const std::vector<Bulge>& Bulges() {
  static const std::vector<Bulge> bulges = {
      {kLeftHip, 1, {0, 0, 1}, .14, .06},   {kLeftKnee, 1, {0, 0, -1}, .42, .18},
      {kLeftAnkle, 1, {0, 0, 1}, .30, .15}, {kLeftShoulder, 0, {0, -1, 0}, .30, .15},
      {kLeftElbow, 0, {0, 0, 1}, .44, .18}, {kLeftWrist, 0, {0, -1, 0}, .40, .30},
      {kNeck, 1, {0, 0, 1}, .30, .30},      {kHead, 1, {0, 0, 1}, .30, .30},
      {kSpine1, 1, {0, 0, 1}, .30, .20},    {kSpine2, 1, {0, 0, 1}, .30, .20},
      {kSpine3, 1, {0, 0, 1}, .30, .20},
  };
  return bulges;
}

std::vector<char> DescendantsAndSelf(int joint) {
  std::vector<char> below(kNumJoints, 0);
  for (int j = joint; j < kNumJoints; ++j) {
    below[j] = j == joint || (j > 0 && below[SmplParents()[j]]);
  }
  return below;
}

}  // namespace

RowMatrixXf MakePosedirs(const Surface& surface, const SparseRowMatrixd& weights) {
  const int num_vertices = static_cast<int>(surface.vertices.size());
  RowMatrixXf posedirs = RowMatrixXf::Zero(3 * num_vertices, 9 * (kNumJoints - 1));
  for (const Bulge& bulge : Bulges()) {
    const std::vector<char> below = DescendantsAndSelf(bulge.joint);
    const bool middle = Swap()[bulge.joint] == bulge.joint;
    const Vector3d joint = JointPositions()[bulge.joint];
    for (int v = 0; v < num_vertices; ++v) {
      double share = 0;
      for (SparseRowMatrixd::InnerIterator it(weights, v); it; ++it)
        share += below[it.col()] ? it.value() : 0;
      if (share <= 0 || share >= 1) continue;
      Vector3d out = surface.vertices[v] - joint;
      out[bulge.bone_axis] = 0;
      const double inside = SmoothStep(-.5, .5, out.dot(bulge.inside) / (out.norm() + 1e-9));
      const double gain =
          4 * share * (1 - share) * (bulge.outer_gain + inside * (bulge.inner_gain - bulge.outer_gain));
      for (int axis = 0; axis < 3; ++axis) {
        const float push = static_cast<float>(Quantize(-gain * out[axis]));
        posedirs(3 * v + axis, 9 * (bulge.joint - 1) + 4 * axis) = push;
        if (!middle) {
          posedirs(3 * surface.mirror[v] + axis, 9 * (Swap()[bulge.joint] - 1) + 4 * axis) =
              axis == 0 ? -push : push;
        }
      }
    }
  }
  return posedirs;
}

}  // namespace mannequin
}  // namespace vitruvius
