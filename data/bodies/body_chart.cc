#include "data/bodies/body_chart.h"

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "data/bodies/chart_parts.h"
#include "data/bodies/disk_map.h"
#include "data/bodies/face_labels.h"
#include "models/math/decompositions.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Eigen::Vector2d;
using Eigen::Vector3d;

// A part as a mesh of its own, open along cuts and where it only touches itself at a vertex.
struct Island {
  std::vector<int> face_of;  // of the body
  MatrixX3i faces;
  MatrixX3d vertices;
};

Island MakeIsland(const BodyModel& model, const Surface& surface, const ChartParts& parts, int part) {
  Island island;
  std::vector<int> local(model.num_faces(), -1);
  for (int f = 0; f < model.num_faces(); ++f) {
    if (parts.part[f] != part) continue;
    local[f] = static_cast<int>(island.face_of.size());
    island.face_of.push_back(f);
  }
  const int n = static_cast<int>(island.face_of.size());
  // Corners that are one vertex of the island, as a forest.
  std::vector<int> parent(3 * n);
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](int c) {
    while (parent[c] != c) c = parent[c] = parent[parent[c]];
    return c;
  };
  const MatrixX3i& faces = model.faces();
  for (int i = 0; i < n; ++i) {
    const int f = island.face_of[i];
    for (int k = 0; k < 3; ++k) {
      const int g = surface.neighbours[f][k], a = faces(f, k), b = faces(f, (k + 1) % 3);
      if (g < 0 || local[g] < 0 || parts.cuts.count(std::minmax(a, b))) continue;
      for (int l = 0; l < 3; ++l) {
        if (faces(g, l) == a) parent[root(3 * local[g] + l)] = root(3 * i + k);
        if (faces(g, l) == b) parent[root(3 * local[g] + l)] = root(3 * i + (k + 1) % 3);
      }
    }
  }
  island.faces.resize(n, 3);
  std::vector<int> vertex(3 * n, -1);
  std::vector<int> vertices;
  for (int c = 0; c < 3 * n; ++c) {
    int& v = vertex[root(c)];
    if (v < 0) {
      v = static_cast<int>(vertices.size());
      vertices.push_back(faces(island.face_of[c / 3], c % 3));
    }
    island.faces(c / 3, c % 3) = v;
  }
  island.vertices.resize(static_cast<Eigen::Index>(vertices.size()), 3);
  for (size_t v = 0; v < vertices.size(); ++v) island.vertices.row(v) = model.v_template().row(vertices[v]);
  return island;
}

// Where v goes, in the rest pose.
Vector3d UpOf(const BodyModel& model, int part) {
  const auto joint = [&](const std::string& name) -> Vector3d {
    const int j = model.JointIndex(name);
    if (j < 0) throw InputError("body chart: the body has no joint " + name);
    return model.joint_template().row(j).transpose();
  };
  const bool is_left = part == 4 || part == 5 || (part >= 7 && part <= 14 && part % 2 == 0) ||
                       (part >= 15 && part <= 22 && part % 2 == 1);
  const std::string side = is_left ? "left_" : "right_";
  if (part <= 2 || part >= 23) return joint("head") - joint("pelvis");
  if (part <= 4) return joint(side + "wrist") - joint(side + "hand");
  if (part <= 6) return -Vector3d::UnitZ();
  if (part <= 10) return joint(side + "hip") - joint(side + "knee");
  if (part <= 14) return joint(side + "knee") - joint(side + "ankle");
  if (part <= 18) return joint(side + "shoulder") - joint(side + "elbow");
  return joint(side + "elbow") - joint(side + "wrist");
}

// The layout turned so that the direction `up` on the body, in the mean over its area, becomes v; then scaled
// and moved into the unit square.
void Place(const Island& island, const Vector3d& up, MatrixX2d* uv) {
  Vector2d mean = Vector2d::Zero();
  for (int f = 0; f < island.faces.rows(); ++f) {
    Eigen::Matrix<double, 3, 2> edges;
    Eigen::Matrix2d flat;
    for (int k = 0; k < 2; ++k) {
      edges.col(k) =
          (island.vertices.row(island.faces(f, k + 1)) - island.vertices.row(island.faces(f, 0))).transpose();
      flat.col(k) = (uv->row(island.faces(f, k + 1)) - uv->row(island.faces(f, 0))).transpose();
    }
    // Least squares: the part of `up` within the triangle, as a sum of its edges.
    const Vector2d sum = SolveLdlt<Eigen::Dynamic>(edges.transpose() * edges, edges.transpose() * up);
    mean += 0.5 * edges.col(0).cross(edges.col(1)).norm() * (flat * sum);
  }
  if (!(mean.norm() > 0)) mean = Vector2d::UnitY();
  mean.normalize();
  Eigen::Matrix2d turn;
  turn << mean.y(), -mean.x(), mean.x(), mean.y();
  *uv = MatrixX2d(*uv * turn.transpose());
  const Eigen::RowVector2d low = uv->colwise().minCoeff(), high = uv->colwise().maxCoeff();
  uv->rowwise() -= 0.5 * (low + high);
  *uv /= (high - low).maxCoeff();
  uv->array() += 0.5;
  *uv = uv->cwiseMax(0).cwiseMin(1);  // rounding
}

// Corners of the mirror image: its corner is the one at the mirrored vertex.
void CopyMirrored(const BodyModel& model, const MirrorImage& mirror, int face, SurfaceChartData* chart) {
  const int image = mirror.face[face];
  for (int k = 0; k < 3; ++k) {
    for (int l = 0; l < 3; ++l) {
      if (mirror.vertex[model.faces()(face, k)] != model.faces()(image, l)) continue;
      chart->uv(image, 2 * l) = 1 - chart->uv(face, 2 * k);
      chart->uv(image, 2 * l + 1) = chart->uv(face, 2 * k + 1);
    }
  }
}

bool IsOwnBody(const BodyModel& model) { return model.name() == "mannequin" || model.name() == "free"; }

}  // namespace

SurfaceChartData MakeBodyChart(const BodyModel& model) {
  const MirrorImage mirror = FindMirrorImage(model.v_template(), model.faces());
  const Surface surface = MakeSurface(model);
  const ChartParts parts = FindChartParts(model, surface, mirror);
  SurfaceChartData chart;
  chart.faces = model.faces();
  chart.part = parts.part;
  chart.uv.setConstant(model.num_faces(), 6, -1);
  for (int part = 1; part <= kNumChartParts; ++part) {
    Island island = MakeIsland(model, surface, parts, part);
    if (!IsDisk(island.faces)) {  // a cut went astray
      ChartParts whole = parts;
      whole.cuts.clear();
      island = MakeIsland(model, surface, whole, part);
    }
    if (!mirror.empty() && !island.face_of.empty() && chart.uv(island.face_of[0], 0) >= 0) continue;
    if (!IsDisk(island.faces))
      throw InputError(StrCat("body chart: part ", part, " of ", island.face_of.size(),
                              " faces is no disk: the mesh or its skin weights are unlike SMPL's"));
    MatrixX2d uv = FlattenDisk(island.vertices, island.faces);
    Place(island, UpOf(model, part), &uv);
    for (int f = 0; f < island.faces.rows(); ++f) {
      for (int k = 0; k < 3; ++k) chart.uv.block<1, 2>(island.face_of[f], 2 * k) = uv.row(island.faces(f, k));
    }
    if (mirror.empty() || MirrorPart(part) == part) continue;
    for (const int f : island.face_of) CopyMirrored(model, mirror, f, &chart);
  }
  return chart;
}

std::shared_ptr<const SurfaceChart> ChartOrOwn(const BodyModel& model) {
  if (model.has_chart() || !IsOwnBody(model)) return ChartOf(model);
  return SurfaceChart::Create(MakeBodyChart(model), model.name());
}

std::shared_ptr<const BodyModel> WithOwnChart(const std::shared_ptr<const BodyModel>& model) {
  if (model->has_chart() || !IsOwnBody(*model)) return model;
  SurfaceChartData chart;
  try {
    chart = MakeBodyChart(*model);
  } catch (const InputError&) {  // a mesh that is no person's: everything else works without
    return model;
  }
  BodyModelData data = model->data();
  data.chart_part = std::move(chart.part);
  data.chart_uv = std::move(chart.uv);
  return BodyModel::Create(std::move(data));
}

}  // namespace vitruvius
