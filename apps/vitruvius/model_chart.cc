#include "apps/vitruvius/model_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/LU>

#include "data/bodies/chart_quality.h"
#include "models/rendering/canvas.h"
#include "models/rendering/part_colors.h"
#include "models/rendering/turntable.h"

namespace vitruvius {
namespace {

using Eigen::RowVector2d;
using Eigen::Vector3d;

const std::array<const char*, kNumChartParts> kPartNames = {"torso back",
                                                            "torso front",
                                                            "right hand",
                                                            "left hand",
                                                            "left foot",
                                                            "right foot",
                                                            "right thigh back",
                                                            "left thigh back",
                                                            "right thigh front",
                                                            "left thigh front",
                                                            "right shin back",
                                                            "left shin back",
                                                            "right shin front",
                                                            "left shin front",
                                                            "left upper arm inner",
                                                            "right upper arm inner",
                                                            "left upper arm outer",
                                                            "right upper arm outer",
                                                            "left forearm inner",
                                                            "right forearm inner",
                                                            "left forearm outer",
                                                            "right forearm outer",
                                                            "head right",
                                                            "head left"};

constexpr double kLineStep = 0.1;  // of u and v
constexpr double kLineHalfWidth = 0.008;
constexpr int kRefinements = 2;             // of the body's mesh, so that lines show: 16 triangles each
constexpr double kSky = 0.2, kFloor = 0.2;  // of the views: nothing is there around a body in T-pose
constexpr int kIslandSamples = 3;           // a side of a pixel

bool IsOnLine(const RowVector2d& uv) {
  for (const double x : {uv.x(), uv.y()}) {
    if (std::abs(x / kLineStep - std::round(x / kLineStep)) * kLineStep < kLineHalfWidth) return true;
  }
  return false;
}

Vector3d ColorAt(int part, const RowVector2d& uv) { return (IsOnLine(uv) ? 0.62 : 1.0) * ColorOfPart(part); }

// The body's mesh with a colour a vertex.
struct ColoredMesh {
  MatrixX3d vertices, colors;
  MatrixX3i faces;
};

ColoredMesh ColorBody(const BodyModel& model, const SurfaceChartData& chart) {
  std::vector<Vector3d> points;
  for (int v = 0; v < model.num_vertices(); ++v) points.push_back(model.v_template().row(v).transpose());
  struct Piece {
    std::array<int, 3> vertices;
    std::array<RowVector2d, 3> uv;
    int part;
  };
  std::vector<Piece> pieces;
  for (int f = 0; f < chart.faces.rows(); ++f) {
    Piece piece;
    piece.part = chart.part[f];
    for (int k = 0; k < 3; ++k) {
      piece.vertices[k] = chart.faces(f, k);
      piece.uv[k] = chart.uv.block<1, 2>(f, 2 * k);
    }
    pieces.push_back(piece);
  }
  for (int round = 0; round < kRefinements; ++round) {
    std::map<std::pair<int, int>, int> middles;
    const auto middle = [&](int a, int b) {
      const auto [it, is_new] = middles.try_emplace(std::minmax(a, b), static_cast<int>(points.size()));
      if (is_new) points.push_back(0.5 * (points[a] + points[b]));
      return it->second;
    };
    std::vector<Piece> finer;
    for (const Piece& piece : pieces) {
      Piece inner = piece;
      for (int k = 0; k < 3; ++k) {
        const int next = (k + 1) % 3;
        inner.vertices[k] = middle(piece.vertices[k], piece.vertices[next]);
        inner.uv[k] = 0.5 * (piece.uv[k] + piece.uv[next]);
      }
      for (int k = 0; k < 3; ++k) {
        Piece corner = inner;
        corner.vertices = {piece.vertices[k], inner.vertices[k], inner.vertices[(k + 2) % 3]};
        corner.uv = {piece.uv[k], inner.uv[k], inner.uv[(k + 2) % 3]};
        finer.push_back(corner);
      }
      finer.push_back(inner);
    }
    pieces = std::move(finer);
  }
  ColoredMesh mesh;
  const Eigen::Index n = static_cast<Eigen::Index>(points.size());
  mesh.vertices.resize(n, 3);
  mesh.colors.setConstant(n, 3, 0.2);
  mesh.faces.resize(static_cast<Eigen::Index>(pieces.size()), 3);
  for (Eigen::Index v = 0; v < n; ++v) mesh.vertices.row(v) = points[v].transpose();
  std::vector<int> part_of(n, 0);  // -1: of several, a seam
  for (size_t f = 0; f < pieces.size(); ++f) {
    for (int k = 0; k < 3; ++k) {
      const int v = pieces[f].vertices[k];
      mesh.faces(f, k) = v;
      part_of[v] = part_of[v] == 0 || part_of[v] == pieces[f].part ? pieces[f].part : -1;
      if (part_of[v] > 0) mesh.colors.row(v) = ColorAt(pieces[f].part, pieces[f].uv[k]).transpose();
    }
  }
  for (Eigen::Index v = 0; v < n; ++v) {
    if (part_of[v] < 0) mesh.colors.row(v).setConstant(0.2);
  }
  return mesh;
}

// The part's square, side px, with v up.
Image DrawIsland(const SurfaceChartData& chart, int part, int side) {
  const int n = side * kIslandSamples;
  std::vector<Vector3d> samples(static_cast<size_t>(n) * n, Vector3d::Constant(0.93));
  for (int f = 0; f < chart.faces.rows(); ++f) {
    if (chart.part[f] != part) continue;
    Eigen::Matrix<double, 3, 2> t;
    for (int k = 0; k < 3; ++k) t.row(k) = chart.uv.block<1, 2>(f, 2 * k);
    Eigen::Matrix2d edges;
    edges << (t.row(1) - t.row(0)).transpose(), (t.row(2) - t.row(0)).transpose();
    if (edges.determinant() == 0) continue;
    const Eigen::Matrix2d inverse = edges.inverse();
    const RowVector2d low = t.colwise().minCoeff() * n, high = t.colwise().maxCoeff() * n;
    for (int y = std::max(0, static_cast<int>(low.y())); y < std::min<double>(n, high.y() + 1); ++y) {
      for (int x = std::max(0, static_cast<int>(low.x())); x < std::min<double>(n, high.x() + 1); ++x) {
        const RowVector2d uv((x + 0.5) / n, (y + 0.5) / n);
        const Eigen::Vector2d b = inverse * (uv - t.row(0)).transpose();
        if (b.minCoeff() < 0 || b.sum() > 1) continue;
        samples[static_cast<size_t>(n - 1 - y) * n + x] = ColorAt(part, uv);
      }
    }
  }
  Image image(side, side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      Vector3d sum = Vector3d::Zero();
      for (int i = 0; i < kIslandSamples * kIslandSamples; ++i) {
        sum += samples[static_cast<size_t>(y * kIslandSamples + i / kIslandSamples) * n + x * kIslandSamples +
                       i % kIslandSamples];
      }
      const auto tone = [&](int k) {
        return static_cast<std::uint8_t>(std::lround(255 * sum[k] / (kIslandSamples * kIslandSamples)));
      };
      image.at(x, y) = {tone(0), tone(1), tone(2), 255};
    }
  }
  return image;
}

}  // namespace

void PrintChart(const BodyModel& model, const SurfaceChartData& chart) {
  std::printf("%4s %-22s %6s %8s   %-21s  %-21s %7s %8s\n", "", "", "", "", "stretch", "area ratio", "", "");
  std::printf("%4s %-22s %6s %8s   %6s %6s %7s   %6s %6s %7s %7s %8s\n", "part", "", "faces", "area cm2",
              "mean", "95 %", "worst", "mean", "95 %", "worst", "flipped", "overlaps");
  for (const ChartPartQuality& q : MeasureChart(model, chart)) {
    std::printf("%4d %-22s %6d %8.0f   %6.2f %6.2f %7.2f   %6.2f %6.2f %7.2f %7d %8d\n", q.part,
                kPartNames[q.part - 1], q.num_faces, 1e4 * q.area_m2, q.mean_stretch, q.high_stretch,
                q.worst_stretch, q.mean_area_ratio, q.high_area_ratio, q.worst_area_ratio, q.num_flipped,
                q.num_overlaps);
  }
}

Image DrawChart(const BodyModel& model, const SurfaceChartData& chart, int height) {
  const ColoredMesh body = ColorBody(model, chart);
  const Image panels = RenderTurntable(body.vertices, body.faces, height, RenderOptions(), &body.colors);
  const int top = static_cast<int>(kSky * height),
            views_height = static_cast<int>((1 - kSky - kFloor) * height);
  Image views(panels.width, views_height);
  std::copy_n(panels.pixels.begin() + static_cast<std::ptrdiff_t>(top) * panels.width, views.pixels.size(),
              views.pixels.begin());
  constexpr int kColumns = 8;
  const int cell = views.width / kColumns, margin = std::max(2, cell / 24), side = cell - 2 * margin;
  const int label = std::max(8, cell / 10);
  Canvas canvas(views.width, views.height + kNumChartParts / kColumns * (cell + label));
  canvas.FillGradient({250, 250, 250, 255}, {250, 250, 250, 255});
  canvas.DrawImage(views, 0, 0, 1);
  for (int part = 1; part <= kNumChartParts; ++part) {
    const int x = (part - 1) % kColumns * cell + margin;
    const int y = views.height + (part - 1) / kColumns * (cell + label);
    canvas.DrawText(x, y + label - margin / 2.0, side, std::to_string(part) + " " + kPartNames[part - 1],
                    {0.7 * label, {40, 44, 52, 255}, false});
    canvas.DrawImage(DrawIsland(chart, part, side), x, y + label + margin, 1);
  }
  return canvas.ToImage();
}

}  // namespace vitruvius
