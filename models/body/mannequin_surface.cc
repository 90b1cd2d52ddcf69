// The mannequin's surface: lofted tubes, faired where they join, with relief, mirrored.
#include "models/body/mannequin_mesh.h"

namespace vitruvius {
namespace mannequin {
namespace {

using Eigen::Vector3d;

// Of each vertex along the edges of the quads.
std::vector<std::vector<int>> QuadNeighbors(const std::vector<std::array<int, 4>>& quads,
                                            size_t num_vertices) {
  std::vector<std::vector<int>> neighbors(num_vertices);
  for (const auto& quad : quads) {
    for (int k = 0; k < 4; ++k) {
      for (const auto& [a, b] :
           {std::pair(quad[k], quad[(k + 1) % 4]), std::pair(quad[(k + 1) % 4], quad[k])}) {
        auto& list = neighbors[a];
        if (std::find(list.begin(), list.end(), b) == list.end()) list.push_back(b);
      }
    }
  }
  return neighbors;
}

// How freely each vertex moves: by its distance in edges from the nearest of the given ones.
std::vector<double> Freedom(const std::vector<std::vector<int>>& neighbors, const std::vector<int>& around,
                            const std::vector<double>& by_distance) {
  std::vector<double> freedom(neighbors.size(), 0);
  std::vector<int> front = around;
  for (const double value : by_distance) {
    std::vector<int> next;
    for (const int v : front) {
      if (freedom[v] > 0) continue;
      freedom[v] = value;
      next.insert(next.end(), neighbors[v].begin(), neighbors[v].end());
    }
    front = next;
  }
  return freedom;
}

// Mean of the neighbours minus the value, for a field that mirrors like positions do: across the middle plane
// the other half's values are these with x negated.
std::vector<Vector3d> Laplacian(const HalfMesh& mesh, const std::vector<std::vector<int>>& neighbors,
                                const std::vector<Vector3d>& field) {
  std::vector<Vector3d> result(field.size());
  for (size_t v = 0; v < field.size(); ++v) {
    const bool middle = mesh.vertices[v].x() == 0;
    Vector3d sum = Vector3d::Zero();
    double count = 0;
    for (const int n : neighbors[v]) {
      const double times = middle && mesh.vertices[n].x() != 0 ? 2 : 1;
      sum += times * field[n];
      count += times;
    }
    result[v] = sum / count - field[v];
    if (middle) result[v].x() = 0;
  }
  return result;
}

// Steps down the thin plate energy: flat curvature instead of shrinking.
void Bend(HalfMesh* mesh, const std::vector<std::vector<int>>& neighbors, const std::vector<double>& freedom,
          int steps) {
  for (int step = 0; step < steps; ++step) {
    const std::vector<Vector3d> second =
        Laplacian(*mesh, neighbors, Laplacian(*mesh, neighbors, mesh->vertices));
    for (size_t v = 0; v < freedom.size(); ++v) mesh->vertices[v] -= .4 * freedom[v] * second[v];
  }
}

// A push that fades to nothing at the border of an ellipsoid.
struct Bump {
  Vector3d center, radii, push;
};

const std::vector<Bump>& Bumps() {
  static const std::vector<Bump> bumps = {
      // Trunk.
      {{.075, -.115, -.095}, {.105, .120, .100}, {.004, -.004, -.026}},  // seat
      {{.075, .262, .100}, {.095, .080, .090}, {0, -.002, .011}},        // breast muscle
      {{.000, .250, .110}, {.024, .110, .050}, {0, 0, -.003}},
      {{.000, .080, .095}, {.014, .120, .050}, {0, 0, -.003}},
      {{.000, .200, -.100}, {.024, .260, .050}, {0, 0, .007}},   // furrow of the spine
      {{.085, .330, -.115}, {.065, .080, .060}, {0, 0, -.010}},  // shoulder blade
      {{.135, .260, -.060}, {.050, .100, .060}, {.007, 0, -.006}},
      {{.200, .385, -.015}, {.070, .060, .070}, {.002, .008, 0}},  // deltoid
      {{.070, .435, -.045}, {.060, .040, .050}, {0, .006, -.004}},
      {{.090, .405, .045}, {.080, .014, .040}, {0, 0, .004}},  // collar bone
      // Arm.
      {{.300, .370, .030}, {.075, .040, .050}, {0, .001, .006}},
      {{.290, .360, -.060}, {.080, .040, .050}, {0, 0, -.006}},
      {{.421, .363, -.060}, {.036, .030, .034}, {0, 0, -.005}},  // point of the elbow
      // Leg.
      {{.118, -.478, .058}, {.040, .048, .045}, {0, 0, .0045}},  // kneecap
      {{.098, -.600, -.050}, {.050, .090, .050}, {-.005, 0, -.006}},
      {{.145, -.585, -.045}, {.040, .080, .050}, {.003, 0, -.004}},
      {{.096, -.898, -.016}, {.022, .030, .034}, {-.005, 0, 0}},  // ankle, inner
      {{.168, -.908, -.022}, {.022, .030, .034}, {.005, 0, 0}},   // outer
      {{.131, -.850, -.055}, {.030, .050, .030}, {0, 0, .004}},
      // Head.
      {{.000, .585, .095}, {.016, .042, .045}, {0, 0, .012}},       // ridge of the nose
      {{.000, .563, .098}, {.022, .020, .045}, {0, -.003, .013}},   // its tip
      {{.032, .598, .085}, {.028, .021, .040}, {0, 0, -.007}},      // eye socket
      {{.026, .621, .088}, {.040, .016, .040}, {0, 0, .003}},       // brow
      {{.045, .570, .070}, {.032, .026, .050}, {.002, 0, .004}},    // cheekbone
      {{.000, .531, .092}, {.028, .016, .040}, {0, 0, .004}},       // mouth
      {{.000, .503, .088}, {.028, .018, .040}, {0, 0, .005}},       // chin
      {{.058, .520, .010}, {.030, .025, .040}, {.004, -.002, 0}},   // angle of the jaw
      {{.077, .590, -.012}, {.020, .030, .018}, {.010, 0, -.006}},  // ear
  };
  return bumps;
}

void AddRelief(HalfMesh* mesh) {
  for (Vector3d& p : mesh->vertices) {
    const bool middle = p.x() == 0;
    Vector3d push = Vector3d::Zero();
    for (const Bump& bump : Bumps()) {
      const double d = (p - bump.center).cwiseQuotient(bump.radii).squaredNorm();
      if (d < 1) push += (1 - d) * (1 - d) * bump.push;
    }
    p += push;
    if (middle) p.x() = 0;
  }
}

// Smooths the seams, the webs and the vertices around them, everything else a little; adds the relief.
void Finish(HalfMesh* mesh) {
  const std::vector<std::vector<int>> neighbors = QuadNeighbors(mesh->quads, mesh->vertices.size());
  Bend(mesh, neighbors, Freedom(neighbors, mesh->seams, {1, 1, .8, .55, .3, .12}), 60);
  Bend(mesh, neighbors, Freedom(neighbors, mesh->webs, {.6, .5, .2}), 12);
  const std::vector<double> everywhere(mesh->vertices.size(), .4);
  Bend(mesh, neighbors, everywhere, 4);
  AddRelief(mesh);
  Bend(mesh, neighbors, everywhere, 2);
}

// Both halves; quads cut into triangles, mirrored ones along mirrored diagonals.
Surface Mirror(const HalfMesh& half) {
  Surface surface;
  surface.num_half = static_cast<int>(half.vertices.size());
  surface.parts = half.parts;
  for (const Vector3d& v : half.vertices) {
    surface.vertices.emplace_back(Quantize(v.x()), Quantize(v.y()), Quantize(v.z()));
  }
  surface.mirror.resize(surface.num_half);
  for (int v = 0; v < surface.num_half; ++v) {
    const Vector3d p = surface.vertices[v];
    if (p.x() == 0) {
      surface.mirror[v] = v;
      continue;
    }
    surface.mirror[v] = static_cast<int>(surface.vertices.size());
    surface.mirror.push_back(v);
    surface.vertices.emplace_back(-p.x(), p.y(), p.z());
    surface.parts.push_back(half.parts[v]);
  }
  std::vector<std::array<int, 4>> quads = half.quads;
  for (const auto& [a, b, c, d] : half.quads) {
    quads.push_back({surface.mirror[a], surface.mirror[d], surface.mirror[c], surface.mirror[b]});
  }
  surface.neighbors = QuadNeighbors(quads, surface.vertices.size());
  // Each quad is cut along its shorter diagonal, a mirrored one along the mirrored diagonal.
  const size_t num_half_quads = half.quads.size();
  for (size_t q = 0; q < quads.size(); ++q) {
    const auto& [a, b, c, d] = half.quads[q % num_half_quads];
    const bool ac = (surface.vertices[a] - surface.vertices[c]).squaredNorm() <=
                    (surface.vertices[b] - surface.vertices[d]).squaredNorm();
    std::array<int, 3> first = ac ? std::array<int, 3>{a, b, c} : std::array<int, 3>{a, b, d};
    std::array<int, 3> second = ac ? std::array<int, 3>{a, c, d} : std::array<int, 3>{b, c, d};
    if (q >= num_half_quads) {
      for (auto* face : {&first, &second}) {
        *face = {surface.mirror[(*face)[0]], surface.mirror[(*face)[2]], surface.mirror[(*face)[1]]};
      }
    }
    surface.faces.push_back(first);
    surface.faces.push_back(second);
  }
  for (const auto& [name, vertex] : half.landmarks) {
    surface.landmarks[name] = vertex;
    if (name.rfind("left_", 0) == 0) surface.landmarks["right_" + name.substr(5)] = surface.mirror[vertex];
  }
  return surface;
}

}  // namespace

// Adding zero turns a rounded -0 into 0.
double Quantize(double value) { return std::nearbyint(value * 1048576.0) / 1048576.0 + 0.0; }

Surface MakeSurface() {
  HalfMesh mesh;
  const Trunk trunk = AddTrunk(&mesh);
  AddArm(&mesh, trunk.arm_hole);
  AddLeg(&mesh, trunk.hip_line);
  Finish(&mesh);
  for (const auto& [name, place] :
       std::initializer_list<std::pair<const char*, Vector3d>>{{"nose", {0, .565, .12}},
                                                               {"left_eye", {.031, .600, .085}},
                                                               {"left_ear", {.078, .590, -.008}},
                                                               {"left_heel", {.133, -.972, -.075}}}) {
    mesh.landmarks[name] = mesh.Nearest(place);
  }
  return Mirror(mesh);
}

}  // namespace mannequin
}  // namespace vitruvius
