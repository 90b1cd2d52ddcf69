// The mannequin's limbs: tubes of rings with fingers or toes at their end.
#include "models/body/mannequin_mesh.h"
#include "models/math/angles.h"
#include "models/util/check.h"

namespace vitruvius {
namespace mannequin {
namespace {

using Eigen::Vector3d;

// A cross section: middle and the four vectors from it to the dorsal, ventral, medial and lateral extremes.
struct Loop {
  Vector3d center, dorsal, ventral, medial, lateral;
  double square;
};

std::vector<Vector3d> LoopPoints(const Loop& loop, int size) {
  std::vector<Vector3d> points;
  for (int i = 0; i < size; ++i) {
    const auto [c, s] = RoundedSquare(2 * kPi * i / size, loop.square);
    points.emplace_back(loop.center + std::abs(c) * (c > 0 ? loop.dorsal : loop.ventral) +
                        std::abs(s) * (s > 0 ? loop.medial : loop.lateral));
  }
  return points;
}

Ring AddLoop(HalfMesh* mesh, const Loop& loop, int size, Part part) {
  Ring ring;
  for (const Vector3d& p : LoopPoints(loop, size)) ring.push_back(mesh->Add(p, part));
  return ring;
}

// The rings between a seam of the trunk and the first cross section of a limb, evenly spaced; fairing shapes
// them.
Ring AddSeam(HalfMesh* mesh, Ring near, const std::vector<Vector3d>& far, int count, Part part) {
  mesh->seams.insert(mesh->seams.end(), near.begin(), near.end());
  const Ring from = near;
  for (int k = 1; k <= count; ++k) {
    Ring next;
    for (size_t i = 0; i < from.size(); ++i) {
      const Vector3d start = mesh->vertices[from[i]];
      next.push_back(mesh->Add(start + static_cast<double>(k) / (count + 1) * (far[i] - start), part));
    }
    mesh->Bridge(near, next);
    mesh->seams.insert(mesh->seams.end(), next.begin(), next.end());
    near = next;
  }
  return near;
}

struct Digit {
  Vector3d base, direction;
  double length, radius;
  double curl;  // how far the tip bends to the ventral side, as a fraction of the length
  const char* name;
};

// The tube of a digit from its ring of eight (dorsal middle first) to the closed, round tip.
void AddDigit(HalfMesh* mesh, Ring ring, const Digit& digit, const Vector3d& dorsal, Part part) {
  const Vector3d medial = digit.direction.cross(dorsal);
  constexpr int kShaftRings = 5;
  constexpr double kTaper = .88;
  const auto center = [&](double s) -> Vector3d {
    return digit.base + s * digit.direction - digit.curl * s * s / digit.length * dorsal;
  };
  const auto add = [&](double s, double r) {
    const Ring next =
        AddLoop(mesh, {center(s), r * dorsal, -r * dorsal, r * medial, -r * medial, 0}, 8, part);
    mesh->Bridge(ring, next);
    ring = next;
  };
  const double shaft = digit.length - kTaper * digit.radius;
  for (int k = 0; k < kShaftRings; ++k) {
    const double t = (k + .5) / (kShaftRings - .5);
    add(t * shaft, digit.radius * (1 - (1 - kTaper) * t * t));
  }
  add(digit.length - .30 * digit.radius, .70 * kTaper * digit.radius);
  const int tip = mesh->Add(center(digit.length), part);
  for (int i = 0; i < 8; i += 2) mesh->Quad(tip, ring[i], ring[i + 1], ring[(i + 2) % 8]);
  if (*digit.name != '\0') mesh->landmarks[digit.name] = tip;
}

// Ends a tube in digits, side by side from lateral to medial: a last ring of 4 * digits + 4, a line of webs
// through its middle, and the digits.
void AddDigits(HalfMesh* mesh, const Ring& near, const std::vector<Digit>& digits, const Vector3d& dorsal,
               Part part) {
  const int n = static_cast<int>(near.size());
  const int count = static_cast<int>(digits.size());
  VT_CHECK_EQ(n, 4 * count + 4);
  Ring ring(n);
  Ring rows[3];  // dorsal, middle, ventral; 2 * count + 1 each
  for (int j = 0; j <= 2 * count; ++j) {
    const Digit& before = digits[std::max((j - 1) / 2, 0)];
    const Digit& after = digits[std::min(j / 2, count - 1)];
    Vector3d p = .5 * (before.base + after.base);
    double height = .5 * (before.radius + after.radius);
    if (j % 2 == 0) {
      height *= .8;
      // Webs lie as far back as the further back of their two digits.
      p -= .5 * std::abs(after.direction.dot(after.base - before.base)) * after.direction;
      const Vector3d medial = after.direction.cross(dorsal);
      if (j == 0) p -= medial * after.radius;
      if (j == 2 * count) p += medial * after.radius;
    }
    for (int row = 0; row < 3; ++row) {
      rows[row].push_back(row == 1 && j % 2 == 1 ? -1 : mesh->Add(p + (1 - row) * height * dorsal, part));
    }
    ring[(n + j - count) % n] = rows[0][j];
    ring[n / 2 + count - j] = rows[2][j];
  }
  ring[3 * n / 4] = rows[1][0];
  ring[n / 4] = rows[1][2 * count];
  mesh->Bridge(near, ring);
  mesh->webs.insert(mesh->webs.end(), ring.begin(), ring.end());
  for (int d = 0; d < count; ++d) {
    const int j = 2 * d;
    AddDigit(mesh,
             {rows[0][j + 1], rows[0][j + 2], rows[1][j + 2], rows[2][j + 2], rows[2][j + 1], rows[2][j],
              rows[1][j], rows[0][j]},
             digits[d], dorsal, part);
  }
}

// x, middle y z, radii dorsal (up), ventral, medial (front), lateral (back), squareness.
using ArmRow = std::array<double, 8>;
const std::vector<std::pair<int, ArmRow>>& ArmKeys() {
  static const std::vector<std::pair<int, ArmRow>> keys = {
      {2, {.195, .361, -.016, .056, .058, .054, .054, .10}},  // deltoid
      {2, {.235, .362, -.017, .052, .050, .050, .049, .05}},
      {3, {.280, .363, -.018, .046, .046, .047, .046, .00}},
      {3, {.340, .363, -.019, .042, .042, .043, .043, .00}},
      {3, {.390, .363, -.020, .037, .037, .038, .041, .00}},
      {3, {.421, .363, -.020, .036, .036, .037, .040, .00}},  // elbow
      {2, {.455, .363, -.018, .037, .037, .042, .041, .00}},
      {3, {.500, .363, -.016, .036, .036, .042, .040, .00}},
      {3, {.560, .363, -.014, .030, .030, .036, .034, .00}},
      {2, {.615, .363, -.013, .023, .024, .030, .028, .00}},
      {1, {.648, .363, -.012, .019, .020, .028, .027, .05}},
      {1, {.665, .363, -.011, .018, .020, .029, .029, .10}},  // wrist
      {2, {.682, .363, -.010, .018, .020, .033, .032, .20}},  // the thumb from here
      {2, {.712, .363, -.009, .017, .019, .039, .036, .30}},  // to here
      {1, {.742, .363, -.007, .014, .016, .037, .039, .40}},
  };
  return keys;
}

// y, middle x z, radii dorsal (front), ventral, medial, lateral, drop of the medial and rise of the lateral
// side.
using LegRow = std::array<double, 9>;
const std::vector<std::pair<int, LegRow>>& LegKeys() {
  static const std::vector<std::pair<int, LegRow>> keys = {
      {3, {-.215, .097, -.008, .086, .088, .080, .082, .018, .020}},
      {4, {-.300, .104, -.004, .080, .078, .076, .077, .000, .000}},
      {3, {-.380, .110, .000, .072, .066, .064, .066, .000, .000}},
      {4, {-.440, .115, .004, .061, .058, .055, .056, .000, .000}},
      {4, {-.486, .118, .006, .054, .052, .051, .051, .000, .000}},  // knee
      {3, {-.530, .120, .004, .048, .054, .050, .050, .000, .000}},
      {4, {-.600, .122, -.002, .044, .062, .053, .055, .000, .000}},  // calf
      {4, {-.680, .125, -.006, .040, .054, .047, .048, .000, .000}},
      {3, {-.760, .128, -.010, .036, .041, .038, .039, .000, .000}},
      {2, {-.830, .130, -.014, .034, .036, .033, .034, .000, .000}},
      {0, {-.872, .131, -.017, .036, .037, .034, .035, .000, .000}},
  };
  return keys;
}

// Foot: dorsal y z, ventral y z, middle x, radii medial, lateral, squareness, lead of the big toe's side.
using FootRow = std::array<double, 9>;
const std::vector<std::pair<int, FootRow>>& FootKeys() {
  static const std::vector<std::pair<int, FootRow>> keys = {
      {1, {-.890, .026, -.897, -.060, .132, .036, .036, .05, .000}},
      {2, {-.902, .036, -.925, -.072, .132, .035, .035, .10, .000}},
      {2, {-.911, .046, -.955, -.075, .133, .034, .034, .15, .000}},  // heel
      {1, {-.919, .056, -.979, -.056, .134, .034, .035, .25, .000}},
      {1, {-.927, .067, -.985, -.024, .135, .034, .036, .35, .000}},
      {2, {-.934, .080, -.983, .012, .137, .036, .039, .40, .004}},
      {2, {-.946, .106, -.983, .068, .141, .044, .045, .45, .010}},  // ball
      {0, {-.957, .128, -.984, .116, .144, .047, .046, .45, .016}},
  };
  return keys;
}

}  // namespace

void AddArm(HalfMesh* mesh, const Ring& hole) {
  const std::vector<ArmRow> rows = Interpolate(ArmKeys());
  const int num_rows = static_cast<int>(rows.size());
  const int first_thumb_row = num_rows - 5;  // of three
  constexpr int kThumbColumn = 5;            // medial; the hole is two quads wide
  std::vector<Ring> rings;
  for (int r = 0; r < num_rows; ++r) {
    const ArmRow& row = rows[r];
    const Loop loop = {{row[0], row[1], row[2]}, {0, row[3], 0},  {0, -row[4], 0},
                       {0, 0, row[5]},           {0, 0, -row[6]}, row[7]};
    const std::vector<Vector3d> points = LoopPoints(loop, kArmColumns);
    if (r == 0) rings.push_back(AddSeam(mesh, hole, points, 2, Part::kArm));
    Ring next;
    for (int i = 0; i < kArmColumns; ++i) {
      const bool in_hole = r == first_thumb_row + 1 && i == kThumbColumn;
      next.push_back(in_hole ? -1 : mesh->Add(points[i], r < first_thumb_row ? Part::kArm : Part::kHand));
    }
    mesh->Bridge(rings.back(), next);
    rings.push_back(next);
  }
  rings.erase(rings.begin());  // the seam, so that rings[r] belongs to rows[r]
  Ring thumb;
  const int c = kThumbColumn;
  for (const auto& [dr, dc] : std::initializer_list<std::pair<int, int>>{
           {1, -1}, {0, -1}, {0, 0}, {0, 1}, {1, 1}, {2, 1}, {2, 0}, {2, -1}}) {
    thumb.push_back(rings[first_thumb_row + dr][c + dc]);
  }
  const Vector3d thumb_direction = Vector3d(.80, -.16, .58).normalized();
  const Vector3d thumb_up = (Vector3d(0, 1, 0) + .16 * thumb_direction).normalized();
  AddDigit(mesh, thumb, {{.702, .358, .036}, thumb_direction, .060, .0105, .0, "left_thumb"}, thumb_up,
           Part::kThumb);

  const Vector3d up(0, 1, 0);
  const std::vector<Digit> fingers = {
      {{.746, .362, -.0385}, Vector3d(1, 0, -.10).normalized(), .066, .0083, .10, "left_pinky"},
      {{.757, .363, -.0195}, Vector3d(1, 0, -.03).normalized(), .077, .0091, .10, "left_ring"},
      {{.761, .363, .0005}, Vector3d(1, 0, .01).normalized(), .083, .0094, .10, "left_middle"},
      {{.757, .363, .0205}, Vector3d(1, 0, .05).normalized(), .075, .0092, .10, "left_index"},
  };
  AddDigits(mesh, rings.back(), fingers, up, Part::kHand);
}

void AddLeg(HalfMesh* mesh, const Ring& hip_line) {
  // The middle line through the crotch, from front to back.
  Ring middle;
  const Vector3d front = mesh->vertices[hip_line.front()];
  const Vector3d back = mesh->vertices[hip_line.back()];
  constexpr double kCrotch = -.172;
  for (int i = 1; i < kCrotchQuads; ++i) {
    const double t = static_cast<double>(i) / kCrotchQuads;
    const double line = front.y() + t * (back.y() - front.y());
    const double arch = 1 - (2 * t - 1) * (2 * t - 1);
    const double z = front.z() + t * (back.z() - front.z());
    middle.push_back(mesh->Add({0, line + arch * (kCrotch - .5 * (front.y() + back.y())), z}, Part::kLeg));
  }
  constexpr int kFront = 3;  // the trunk column in front of the leg's middle
  Ring ring;
  for (int c = kFront; c >= 0; --c) ring.push_back(hip_line[c]);
  ring.insert(ring.end(), middle.begin(), middle.end());
  for (int c = kTrunkColumns; c > kFront; --c) ring.push_back(hip_line[c]);
  const int n = static_cast<int>(ring.size());

  bool first = true;
  for (const LegRow& row : Interpolate(LegKeys())) {
    const Loop loop = {{row[1], row[0], row[2]}, {0, 0, row[3]},      {0, 0, -row[4]},
                       {-row[5], -row[7], 0},    {row[6], row[8], 0}, 0};
    if (first) ring = AddSeam(mesh, ring, LoopPoints(loop, n), 4, Part::kLeg);
    first = false;
    const Ring next = AddLoop(mesh, loop, n, Part::kLeg);
    mesh->Bridge(ring, next);
    ring = next;
  }
  for (const FootRow& row : Interpolate(FootKeys())) {
    const Vector3d dorsal(row[4], row[0], row[1]);
    const Vector3d ventral(row[4], row[2], row[3]);
    const Vector3d half = .5 * (dorsal - ventral);
    const Ring next = AddLoop(
        mesh, {.5 * (dorsal + ventral), half, -half, {-row[5], 0, row[8]}, {row[6], 0, -row[8]}, row[7]}, n,
        Part::kFoot);
    mesh->Bridge(ring, next);
    ring = next;
  }
  const Vector3d up(0, 1, 0);
  const std::vector<Digit> toes = {
      {{.1845, -.9755, .121}, Vector3d(.10, 0, 1).normalized(), .028, .0077, .10, "left_small_toe"},
      {{.168, -.975, .131}, Vector3d(.06, 0, 1).normalized(), .034, .0079, .08, ""},
      {{.151, -.9745, .139}, Vector3d(.04, 0, 1).normalized(), .038, .0083, .06, ""},
      {{.133, -.974, .144}, Vector3d(.02, 0, 1).normalized(), .041, .0088, .06, ""},
      {{.1095, -.9705, .146}, Vector3d(.00, 0, 1).normalized(), .041, .0132, .00, "left_big_toe"},
  };
  AddDigits(mesh, ring, toes, up, Part::kFoot);
}

}  // namespace mannequin
}  // namespace vitruvius
