// The mannequin's trunk, neck and head: cross sections from the hips to the crown.
#include "models/body/mannequin_mesh.h"
#include "models/math/angles.h"

namespace vitruvius {
namespace mannequin {
namespace {

using Eigen::Vector3d;

constexpr int kArmHoleFirst = 7;  // trunk columns 7..11 and six rows bound the arm's ring of 20
constexpr int kArmHoleLast = 11;

// Front y z, side x y z, back y z, squareness, how much closer the columns are in front. Metres, pelvis at
// the origin.
using TrunkRow = std::array<double, 9>;
const std::vector<std::pair<int, TrunkRow>>& TrunkKeys() {
  static const std::vector<std::pair<int, TrunkRow>> keys = {
      {2, {-.118, .070, .170, -.095, -.012, -.088, -.090, .25, 0}},  // hip line, where the legs begin
      {3, {-.075, .088, .167, -.060, -.008, -.055, -.104, .25, 0}},
      {4, {.000, .097, .151, .000, -.002, .000, -.094, .25, 0}},
      {4, {.090, .094, .134, .090, .002, .090, -.080, .20, 0}},  // waist
      {3, {.170, .101, .144, .170, .000, .170, -.098, .20, 0}},
      {3, {.240, .114, .156, .240, -.004, .240, -.113, .25, 0}},  // chest
      {3, {.290, .113, .160, .300, -.008, .300, -.118, .30, 0}},  // armpit
      {3, {.340, .098, .158, .355, -.014, .355, -.117, .30, 0}},
      {3, {.380, .073, .158, .410, -.018, .405, -.104, .25, 0}},  // shoulder
      {3, {.402, .055, .118, .425, -.025, .430, -.094, .10, 0}},
      {2, {.420, .041, .076, .442, -.024, .452, -.086, .00, .1}},  // neck
      {2, {.450, .031, .056, .474, -.020, .488, -.077, .00, .3}},
      {2, {.478, .038, .053, .500, -.015, .512, -.076, .00, .8}},
      {1, {.486, .068, .056, .515, -.005, .530, -.083, .00, 1.0}},
      {3, {.497, .086, .061, .530, .000, .545, -.092, .00, 1.0}},  // chin
      {3, {.528, .090, .068, .552, .000, .565, -.100, .05, 1.0}},
      {3, {.562, .092, .073, .580, -.002, .590, -.106, .10, 1.0}},
      {2, {.595, .090, .076, .605, -.006, .612, -.108, .10, 1.0}},  // eyes
      {3, {.618, .094, .077, .628, -.008, .632, -.107, .10, 1.0}},  // brow
      {3, {.654, .085, .0735, .656, -.010, .656, -.099, .05, .6}},
      {2, {.684, .065, .0590, .686, -.008, .684, -.081, .00, .2}},
      {1, {.704, .038, .0380, .705, -.006, .704, -.052, .00, 0}},
  };
  return keys;
}
constexpr int kArmHoleKey = 6;  // the key at the armpit; the hole ends two keys above
constexpr int kNeckKey = 10;
constexpr double kHeadTop = .715;

Vector3d TrunkPoint(const TrunkRow& row, double angle) {
  const auto [c, s] = RoundedSquare(angle, row[7]);
  const bool front = c > 0;
  const double blend = std::min(c * c, 1.0);
  return {row[2] * s, row[3] + ((front ? row[0] : row[5]) - row[3]) * blend,
          row[4] + ((front ? row[1] : row[6]) - row[4]) * std::abs(c)};
}

// kTrunkColumns + 1 points from front to back, equally far from each other, or closer in front.
std::vector<Vector3d> TrunkRing(const TrunkRow& row) {
  constexpr int kSamples = 6 * kTrunkColumns;
  std::vector<Vector3d> dense;
  std::vector<double> length = {0};
  for (int i = 0; i <= kSamples; ++i) {
    dense.push_back(TrunkPoint(row, kPi * i / kSamples));
    if (i == 0) continue;
    const double density = 1 + row[8] * SmoothStep(-.2, .6, std::cos(kPi * i / kSamples));
    length.push_back(length.back() + density * (dense[i] - dense[i - 1]).norm());
  }
  std::vector<Vector3d> ring;
  int at = 0;
  for (int c = 0; c <= kTrunkColumns; ++c) {
    const double target = length.back() * c / kTrunkColumns;
    while (at + 2 < static_cast<int>(length.size()) && length[at + 1] < target) ++at;
    const double t = (target - length[at]) / (length[at + 1] - length[at]);
    ring.emplace_back(dense[at] + t * (dense[at + 1] - dense[at]));
  }
  ring.front().x() = 0;
  ring.back().x() = 0;
  return ring;
}

// Closes the half ring at the crown by a grid of quads.
void AddCrown(HalfMesh* mesh, const Ring& rim) {
  constexpr int kAcross = 4;
  constexpr int kAlong = kTrunkColumns - 2 * kAcross;
  Vector3d top(0, kHeadTop, 0);
  top.z() = .5 * (mesh->vertices[rim.front()].z() + mesh->vertices[rim.back()].z());
  int grid[kAcross + 1][kAlong + 1];
  for (int i = 0; i <= kAcross; ++i) {
    for (int j = 0; j <= kAlong; ++j) {
      if (j == 0) {
        grid[i][j] = rim[i];
      } else if (j == kAlong) {
        grid[i][j] = rim[kTrunkColumns - i];
      } else if (i == kAcross) {
        grid[i][j] = rim[kAcross + j];
      } else {
        // Where the line from the middle through this cell meets the rim.
        const double u = static_cast<double>(i) / kAcross;
        const double v = 2.0 * j / kAlong - 1;
        const double m = std::max(u, std::abs(v));
        if (m == 0) {
          grid[i][j] = mesh->Add(top, Part::kHead);
          mesh->landmarks["head_top"] = grid[i][j];
          continue;
        }
        const double along = std::abs(v) < u ? kAcross + .5 * (v / m + 1) * kAlong
                             : v < 0         ? u / m * kAcross
                                             : kTrunkColumns - u / m * kAcross;
        const int k = std::min(static_cast<int>(along), kTrunkColumns - 1);
        const Vector3d edge =
            mesh->vertices[rim[k]] + (along - k) * (mesh->vertices[rim[k + 1]] - mesh->vertices[rim[k]]);
        Vector3d p = top + m * (edge - top);
        p.y() = top.y() + m * m * (edge.y() - top.y());
        if (i == 0) p.x() = 0;
        grid[i][j] = mesh->Add(p, Part::kHead);
      }
    }
  }
  for (int i = 0; i < kAcross; ++i) {
    for (int j = 0; j < kAlong; ++j)
      mesh->Quad(grid[i][j], grid[i + 1][j], grid[i + 1][j + 1], grid[i][j + 1]);
  }
}

}  // namespace

Trunk AddTrunk(HalfMesh* mesh) {
  const auto& keys = TrunkKeys();
  const std::vector<TrunkRow> rows = Interpolate(keys);
  int first = 0, last = 0, neck = 0;
  for (int k = 0; k < kNeckKey; ++k) {
    if (k < kArmHoleKey) first += keys[k].first;
    if (k < kArmHoleKey + 2) last += keys[k].first;
    neck += keys[k].first;
  }
  std::vector<Ring> rings;
  for (int r = 0; r < static_cast<int>(rows.size()); ++r) {
    const std::vector<Vector3d> points = TrunkRing(rows[r]);
    Ring ring;
    for (int c = 0; c <= kTrunkColumns; ++c) {
      const bool hole = r > first && r < last && c > kArmHoleFirst && c < kArmHoleLast;
      ring.push_back(hole ? -1 : mesh->Add(points[c], r < neck ? Part::kTrunk : Part::kHead));
    }
    if (r > 0) {
      const Ring& below = rings.back();
      for (int c = 0; c < kTrunkColumns; ++c) mesh->Quad(below[c], below[c + 1], ring[c + 1], ring[c]);
    }
    rings.push_back(ring);
  }
  AddCrown(mesh, rings.back());
  Trunk trunk;
  trunk.hip_line = rings.front();
  constexpr int kSide = kTrunkColumns / 2;
  for (int c = kSide; c > kArmHoleFirst; --c) trunk.arm_hole.push_back(rings[last][c]);
  for (int r = last; r > first; --r) trunk.arm_hole.push_back(rings[r][kArmHoleFirst]);
  for (int c = kArmHoleFirst; c < kArmHoleLast; ++c) trunk.arm_hole.push_back(rings[first][c]);
  for (int r = first; r < last; ++r) trunk.arm_hole.push_back(rings[r][kArmHoleLast]);
  for (int c = kArmHoleLast; c > kSide; --c) trunk.arm_hole.push_back(rings[last][c]);
  return trunk;
}

}  // namespace mannequin
}  // namespace vitruvius
