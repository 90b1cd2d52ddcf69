#include "models/body/surface_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

// Boost 1.74 warns of a header that it includes itself.
#define BOOST_ALLOW_DEPRECATED_HEADERS
#include <boost/geometry.hpp>
#include <boost/geometry/geometries/box.hpp>
#include <boost/geometry/geometries/point.hpp>
#include <boost/geometry/index/rtree.hpp>

#include "models/geometry/triangle2d.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

namespace bg = boost::geometry;
namespace bgi = boost::geometry::index;

using Point = bg::model::point<double, 2, bg::cs::cartesian>;
using Box = bg::model::box<Point>;
using Triangle = std::array<Eigen::Vector2d, 3>;

// Distances in uv units that differ by less are the same: coordinates are at most 1.
constexpr double kTie = 1e-12;
// Twice a triangle's area over its longest side squared, below which it is taken for a line.
constexpr double kMinHeightOverLength = 1e-10;

Triangle TriangleOf(const SurfaceChartData& data, int face) {
  Triangle corners;
  for (int k = 0; k < 3; ++k) corners[static_cast<size_t>(k)] = data.uv.block<1, 2>(face, 2 * k).transpose();
  return corners;
}

bool HasArea(const Triangle& t) {
  const double longest =
      std::max({(t[1] - t[0]).squaredNorm(), (t[2] - t[1]).squaredNorm(), (t[0] - t[2]).squaredNorm()});
  return std::abs(Cross2d(t[1] - t[0], t[2] - t[0])) > kMinHeightOverLength * longest;
}

// The point of the triangle nearest to `uv`: its weights and how far it is.
ChartFace NearestOf(const Triangle& t, bool has_area, const Eigen::Vector2d& uv) {
  ChartFace result;
  if (has_area) {
    const double area = Cross2d(t[1] - t[0], t[2] - t[0]);
    for (int k = 0; k < 3; ++k) {
      const Eigen::Vector2d &b = t[static_cast<size_t>((k + 1) % 3)],
                            &c = t[static_cast<size_t>((k + 2) % 3)];
      result.bary(k) = Cross2d(b - uv, c - uv) / area;
    }
    if (result.bary.minCoeff() >= 0) {
      result.bary /= result.bary.sum();
      return result;
    }
  }
  result.distance_uv = -1;
  for (int k = 0; k < 3; ++k) {
    const int next = (k + 1) % 3;
    const Eigen::Vector2d& a = t[static_cast<size_t>(k)];
    const Eigen::Vector2d side = t[static_cast<size_t>(next)] - a;
    const double length2 = side.squaredNorm();
    const double along = length2 > 0 ? std::clamp(side.dot(uv - a) / length2, 0.0, 1.0) : 0.0;
    const double distance = (a + along * side - uv).norm();
    if (result.distance_uv >= 0 && distance >= result.distance_uv) continue;
    result.distance_uv = distance;
    result.bary.setZero();
    result.bary(k) = 1 - along;
    result.bary(next) = along;
  }
  return result;
}

}  // namespace

// One tree of triangles' boxes and one of corners for each part.
class SurfaceChart::Lookup {
 public:
  explicit Lookup(const SurfaceChartData& data)
      : data_(data), has_area_(static_cast<size_t>(data.faces.rows())) {
    std::array<std::vector<FaceEntry>, kNumChartParts> faces;
    std::array<std::set<std::pair<std::pair<double, double>, int>>, kNumChartParts> corners;
    for (int f = 0; f < data.faces.rows(); ++f) {
      const auto part = static_cast<size_t>(data.part(f) - 1);
      const Triangle t = TriangleOf(data, f);
      has_area_[static_cast<size_t>(f)] = HasArea(t);
      const Eigen::Vector2d low = t[0].cwiseMin(t[1]).cwiseMin(t[2]),
                            high = t[0].cwiseMax(t[1]).cwiseMax(t[2]);
      faces[part].emplace_back(Box(Point(low.x(), low.y()), Point(high.x(), high.y())), f);
      for (int k = 0; k < 3; ++k) {
        const Eigen::Vector2d& uv = t[static_cast<size_t>(k)];
        corners[part].insert({{uv.x(), uv.y()}, data.faces(f, k)});
      }
    }
    for (size_t p = 0; p < kNumChartParts; ++p) {
      std::vector<CornerEntry> entries;
      for (const auto& [uv, vertex] : corners[p]) entries.emplace_back(Point(uv.first, uv.second), vertex);
      faces_[p] = FaceTree(faces[p]);
      corners_[p] = CornerTree(entries);
    }
  }

  std::optional<ChartFace> Find(int part, const Eigen::Vector2d& uv) const {
    const FaceTree& tree = faces_[static_cast<size_t>(part - 1)];
    std::vector<ChartFace> found;
    double best = 0;
    // Boxes come in the order of their distance, which no triangle within is nearer than.
    const Point at(uv.x(), uv.y());
    for (auto it = tree.qbegin(bgi::nearest(at, static_cast<unsigned>(tree.size()))); it != tree.qend();
         ++it) {
      if (!found.empty() && bg::distance(at, it->first) > best + 2 * kTie) break;
      ChartFace place = NearestOf(TriangleOf(data_, it->second), HasArea(it->second), uv);
      place.face = it->second;
      best = found.empty() ? place.distance_uv : std::min(best, place.distance_uv);
      found.push_back(place);
    }
    if (found.empty()) return std::nullopt;
    const auto rank = [&](const ChartFace& place) {
      return std::make_pair(HasArea(place.face) ? 0 : 1, place.face);
    };
    const ChartFace* chosen = nullptr;
    for (const ChartFace& place : found) {
      if (place.distance_uv > best + kTie) continue;
      if (chosen == nullptr || rank(place) < rank(*chosen)) chosen = &place;
    }
    return *chosen;
  }

  std::optional<ChartVertex> NearestVertex(int part, const Eigen::Vector2d& uv) const {
    const CornerTree& tree = corners_[static_cast<size_t>(part - 1)];
    std::optional<ChartVertex> best;
    const Point at(uv.x(), uv.y());
    for (auto it = tree.qbegin(bgi::nearest(at, static_cast<unsigned>(tree.size()))); it != tree.qend();
         ++it) {
      const double distance = bg::distance(at, it->first);
      if (best && distance > best->distance_uv + kTie) break;
      if (!best) {
        best = ChartVertex{it->second, distance};
      } else {
        best->vertex = std::min(best->vertex, it->second);
      }
    }
    return best;
  }

 private:
  using FaceEntry = std::pair<Box, int>;
  using CornerEntry = std::pair<Point, int>;
  using FaceTree = bgi::rtree<FaceEntry, bgi::rstar<16>>;
  using CornerTree = bgi::rtree<CornerEntry, bgi::rstar<16>>;

  bool HasArea(int face) const { return has_area_[static_cast<size_t>(face)]; }
  static bool HasArea(const Triangle& t) { return vitruvius::HasArea(t); }

  const SurfaceChartData& data_;  // of the chart, which outlives this
  std::vector<bool> has_area_;
  std::array<FaceTree, kNumChartParts> faces_;
  std::array<CornerTree, kNumChartParts> corners_;
};

void CheckChartArrays(const std::string& owner, Eigen::Index num_faces, const Eigen::VectorXi& part,
                      const ChartUv& uv) {
  if (part.size() != num_faces) {
    throw InputError(owner, "chart_part", StrCat("found ", part.size(), " faces, expected ", num_faces));
  }
  if (uv.rows() != num_faces) {
    throw InputError(owner, "chart_uv", StrCat("found ", uv.rows(), " faces, expected ", num_faces));
  }
  for (Eigen::Index f = 0; f < num_faces; ++f) {
    if (part(f) < 1 || part(f) > kNumChartParts) {
      throw InputError(owner, "chart_part",
                       StrCat("face ", f, ": found part ", part(f), ", expected 1 to ", kNumChartParts));
    }
    for (int k = 0; k < 6; ++k) {
      const double value = uv(f, k);
      if (std::isfinite(value) && value >= -kChartUvTolerance && value <= 1 + kChartUvTolerance) continue;
      throw InputError(
          owner, "chart_uv",
          StrCat("face ", f, ", corner ", k / 2, ": found ", "uv"[k % 2], " ", value, ", expected 0 to 1"));
    }
  }
}

std::shared_ptr<const SurfaceChart> SurfaceChart::Create(SurfaceChartData data, const std::string& owner) {
  if (data.faces.rows() == 0) throw InputError(owner, "faces", "found none, expected 1 or more");
  CheckChartArrays(owner, data.faces.rows(), data.part, data.uv);
  for (Eigen::Index f = 0; f < data.faces.rows(); ++f) {
    if (const int lowest = data.faces.row(f).minCoeff(); lowest < 0) {
      throw InputError(owner, "faces", StrCat("face ", f, ": found vertex ", lowest, ", expected 0 or more"));
    }
  }
  data.uv = data.uv.cwiseMax(0.0).cwiseMin(1.0);
  return std::shared_ptr<const SurfaceChart>(new SurfaceChart(std::move(data)));
}

SurfaceChart::SurfaceChart(SurfaceChartData data)
    : data_(std::move(data)),
      num_vertices_(data_.faces.maxCoeff() + 1),
      lookup_(std::make_unique<const Lookup>(data_)) {}

SurfaceChart::~SurfaceChart() = default;

std::optional<ChartFace> SurfaceChart::Find(int part, const Eigen::Vector2d& uv) const {
  if (part < 1 || part > kNumChartParts || !uv.allFinite()) return std::nullopt;
  return lookup_->Find(part, uv);
}

std::optional<ChartVertex> SurfaceChart::NearestVertex(int part, const Eigen::Vector2d& uv) const {
  if (part < 1 || part > kNumChartParts || !uv.allFinite()) return std::nullopt;
  return lookup_->NearestVertex(part, uv);
}

ChartPlace SurfaceChart::PlaceOf(int face, const Eigen::Vector3d& bary) const {
  VT_CHECK_GE(face, 0);
  VT_CHECK_LT(face, num_faces());
  const Triangle t = TriangleOf(data_, face);
  return {data_.part(face), bary(0) * t[0] + bary(1) * t[1] + bary(2) * t[2]};
}

VertexWeights SurfaceChart::WeightsOf(const ChartFace& place) const {
  VT_CHECK_GE(place.face, 0);
  VT_CHECK_LT(place.face, num_faces());
  VertexWeights weights;
  for (int k = 0; k < 3; ++k) weights.emplace_back(data_.faces(place.face, k), place.bary(k));
  return weights;
}

SurfaceChartData ChartOverFaces(const SurfaceChartData& chart, const BodyModel& model,
                                const std::string& owner) {
  constexpr int kMostLacking = 100;  // one in so many
  using Corners = std::array<int, 3>;
  const auto corners_of = [](const MatrixX3i& faces, Eigen::Index f) {
    return Corners{faces(f, 0), faces(f, 1), faces(f, 2)};
  };
  std::map<Corners, Eigen::Index> face_of;
  std::map<int, std::map<int, Eigen::Vector2d>> uv_in_part_of;  // by vertex
  for (Eigen::Index f = 0; f < chart.faces.rows(); ++f) {
    Corners corners = corners_of(chart.faces, f);
    for (int k = 0; k < 3; ++k)
      uv_in_part_of[corners[static_cast<size_t>(k)]].emplace(chart.part[f], chart.uv.block<1, 2>(f, 2 * k));
    std::sort(corners.begin(), corners.end());
    face_of.emplace(corners, f);
  }
  SurfaceChartData over = {model.faces(), Eigen::VectorXi(model.num_faces()), ChartUv(model.num_faces(), 6)};
  const auto face_like = [&](int f) {
    Corners corners = corners_of(over.faces, f);
    std::sort(corners.begin(), corners.end());
    return face_of.find(corners);
  };
  int lacking = 0;
  for (int f = 0; f < model.num_faces(); ++f) lacking += face_like(f) == face_of.end();
  if (lacking * kMostLacking > model.num_faces()) {
    throw InputError(StrCat(owner, ": chart: found none for ", lacking, " of the ", model.num_faces(),
                            " faces of ", model.name(), ", expected a chart of this body"));
  }
  for (int f = 0; f < model.num_faces(); ++f) {
    const Corners corners = corners_of(over.faces, f);
    const auto found = face_like(f);
    int part = 0;
    if (found != face_of.end()) {
      part = chart.part[found->second];
    } else {
      for (const auto& [candidate, uv] : uv_in_part_of[corners[0]]) {
        if (uv_in_part_of[corners[1]].count(candidate) > 0 &&
            uv_in_part_of[corners[2]].count(candidate) > 0) {
          part = candidate;
          break;
        }
      }
      if (part == 0) {
        throw InputError(StrCat(owner, ": chart: found no part with all vertices of face ", f, " of ",
                                model.name(), ", expected a chart of this body"));
      }
    }
    over.part[f] = part;
    for (int k = 0; k < 3; ++k) {
      const int vertex = corners[static_cast<size_t>(k)];
      Eigen::Vector2d uv;
      if (found == face_of.end()) {
        uv = uv_in_part_of[vertex].at(part);
      } else {
        int corner = 0;
        while (chart.faces(found->second, corner) != vertex) ++corner;
        uv = chart.uv.block<1, 2>(found->second, 2 * corner).transpose();
      }
      over.uv.block<1, 2>(f, 2 * k) = uv.transpose();
    }
  }
  return over;
}

std::shared_ptr<const SurfaceChart> ChartOf(const BodyModel& model) {
  if (!model.has_chart()) return nullptr;
  return SurfaceChart::Create({model.faces(), model.data().chart_part, model.data().chart_uv}, model.name());
}

}  // namespace vitruvius
