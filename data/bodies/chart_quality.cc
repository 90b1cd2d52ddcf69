#include "data/bodies/chart_quality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include <Eigen/Core>
#include <Eigen/Geometry>

#include "data/bodies/disk_map.h"
#include "models/geometry/triangle2d.h"
#include "models/math/decompositions.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Eigen::Vector2d;
using Triangle = std::array<Vector2d, 3>;

constexpr double kTouch = 1e-12;  // depth to which triangles may meet by rounding
constexpr int kCells = 64;        // of the grid, a side

// Whether an edge of a has all of b on its outer side.
bool Separates(const Triangle& a, const Triangle& b) {
  for (int k = 0; k < 3; ++k) {
    const Vector2d edge = (a[(k + 1) % 3] - a[k]) * (SignedArea(a[0], a[1], a[2]) < 0 ? -1 : 1);
    double deepest = -1;
    for (const Vector2d& p : b) deepest = std::max(deepest, Cross2d(edge, p - a[k]) / edge.norm());
    if (deepest <= kTouch) return true;
  }
  return false;
}

int CountOverlaps(const std::vector<Triangle>& triangles) {
  const auto cell = [](double x) { return std::clamp(static_cast<int>(x * kCells), 0, kCells - 1); };
  std::vector<std::vector<int>> cells(kCells * kCells);
  int count = 0;
  for (int i = 0; i < static_cast<int>(triangles.size()); ++i) {
    const Triangle& t = triangles[i];
    const Vector2d low = t[0].cwiseMin(t[1]).cwiseMin(t[2]), high = t[0].cwiseMax(t[1]).cwiseMax(t[2]);
    std::vector<int> near;
    for (int y = cell(low.y()); y <= cell(high.y()); ++y) {
      for (int x = cell(low.x()); x <= cell(high.x()); ++x) {
        std::vector<int>& members = cells[y * kCells + x];
        near.insert(near.end(), members.begin(), members.end());
        members.push_back(i);
      }
    }
    std::sort(near.begin(), near.end());
    near.erase(std::unique(near.begin(), near.end()), near.end());
    for (const int j : near) {
      if (!Separates(t, triangles[j]) && !Separates(triangles[j], t)) ++count;
    }
  }
  return count;
}

// Corners at one vertex and one place are one vertex.
MatrixX3i WeldCorners(const SurfaceChartData& chart, const std::vector<int>& members) {
  std::map<std::tuple<int, double, double>, int> ids;
  MatrixX3i faces(static_cast<Eigen::Index>(members.size()), 3);
  for (size_t i = 0; i < members.size(); ++i) {
    const int f = members[i];
    for (int k = 0; k < 3; ++k) {
      const auto key = std::make_tuple(chart.faces(f, k), chart.uv(f, 2 * k), chart.uv(f, 2 * k + 1));
      faces(i, k) = ids.try_emplace(key, static_cast<int>(ids.size())).first->second;
    }
  }
  return faces;
}

int CountPieces(const MatrixX3i& faces) {
  std::vector<int> piece(faces.size() == 0 ? 0 : faces.maxCoeff() + 1);
  for (size_t v = 0; v < piece.size(); ++v) piece[v] = static_cast<int>(v);
  const auto root = [&](int v) {
    while (piece[v] != v) v = piece[v] = piece[piece[v]];
    return v;
  };
  for (int f = 0; f < faces.rows(); ++f) {
    for (int k = 1; k < 3; ++k) piece[root(faces(f, k))] = root(faces(f, 0));
  }
  int count = 0;
  for (size_t v = 0; v < piece.size(); ++v) count += piece[v] == static_cast<int>(v);
  return count;
}

int EulerCharacteristic(const MatrixX3i& faces) {
  std::map<std::pair<int, int>, int> edges;
  for (int f = 0; f < faces.rows(); ++f) {
    for (int k = 0; k < 3; ++k) ++edges[std::minmax({faces(f, k), faces(f, (k + 1) % 3)})];
  }
  const int num_vertices = faces.size() == 0 ? 0 : faces.maxCoeff() + 1;
  return num_vertices - static_cast<int>(edges.size()) + static_cast<int>(faces.rows());
}

struct Spread {
  double mean = 1, high = 1, worst = 1;
};

// values with their weights.
Spread Summarize(std::vector<std::pair<double, double>> values) {
  Spread spread;
  if (values.empty()) return spread;
  std::sort(values.begin(), values.end());
  double total = 0, sum = 0, passed = 0;
  for (const auto& [value, weight] : values) {
    total += weight;
    sum += weight * value;
  }
  spread.mean = sum / total;
  spread.worst = values.back().first;
  for (const auto& [value, weight] : values) {
    passed += weight;
    spread.high = value;
    if (passed >= 0.95 * total) break;
  }
  return spread;
}

ChartPartQuality MeasurePart(const BodyModel& model, const SurfaceChartData& chart, int part) {
  ChartPartQuality quality;
  quality.part = part;
  std::vector<int> members;
  std::vector<Triangle> triangles;
  std::vector<std::pair<double, double>> stretches, areas;
  double flat_area = 0;
  for (int f = 0; f < chart.faces.rows(); ++f) {
    if (chart.part[f] != part) continue;
    members.push_back(f);
    Triangle t;
    for (int k = 0; k < 3; ++k) t[k] = chart.uv.block<1, 2>(f, 2 * k).transpose();
    triangles.push_back(t);
    const Eigen::Vector3d a =
        (model.v_template().row(chart.faces(f, 1)) - model.v_template().row(chart.faces(f, 0)));
    const Eigen::Vector3d b =
        (model.v_template().row(chart.faces(f, 2)) - model.v_template().row(chart.faces(f, 0)));
    const double area = 0.5 * a.cross(b).norm(), flat = SignedArea(t[0], t[1], t[2]);
    quality.area_m2 += area;
    flat_area += flat;
    quality.num_flipped += !(flat > 0);
    Eigen::Matrix2d body, place;
    body << a.norm(), a.dot(b) / a.norm(), 0, 2 * area / a.norm();
    place.col(0) = t[1] - t[0];
    place.col(1) = t[2] - t[0];
    const Eigen::Vector2d s = SvdOf<2>(place * body.inverse()).values;
    stretches.emplace_back(s[0] / s[1], area);
    areas.emplace_back(flat / area, area);
  }
  quality.num_faces = static_cast<int>(members.size());
  for (auto& [ratio, area] : areas) {
    ratio *= quality.area_m2 / flat_area;
    ratio = std::max(ratio, 1 / ratio);
  }
  const Spread stretch = Summarize(std::move(stretches)), area_ratio = Summarize(std::move(areas));
  quality.mean_stretch = stretch.mean;
  quality.high_stretch = stretch.high;
  quality.worst_stretch = stretch.worst;
  quality.mean_area_ratio = area_ratio.mean;
  quality.high_area_ratio = area_ratio.high;
  quality.worst_area_ratio = area_ratio.worst;
  quality.num_overlaps = CountOverlaps(triangles);
  const MatrixX3i welded = WeldCorners(chart, members);
  quality.num_pieces = CountPieces(welded);
  quality.euler = EulerCharacteristic(welded);
  quality.num_border_loops = static_cast<int>(BorderLoops(welded).size());
  return quality;
}

}  // namespace

std::vector<ChartPartQuality> MeasureChart(const BodyModel& model, const SurfaceChartData& chart) {
  VT_CHECK_EQ(chart.faces.rows(), model.num_faces());
  VT_CHECK(chart.faces == model.faces());
  VT_CHECK_EQ(chart.part.size(), chart.faces.rows());
  VT_CHECK_EQ(chart.uv.rows(), chart.faces.rows());
  std::vector<ChartPartQuality> qualities;
  for (int part = 1; part <= kNumChartParts; ++part) qualities.push_back(MeasurePart(model, chart, part));
  return qualities;
}

}  // namespace vitruvius
