#include "models/rendering/rasterizer.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/rendering/shading.h"
#include "models/rendering/turntable.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius::rasterizer_test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// Depth is kept as a float of 1/z: two roundings.
constexpr double kDepthTolerance = 3e-7;

struct Mesh {
  MatrixX3d vertices;
  MatrixX3i faces;
};

Mesh MakeMesh(const std::vector<Eigen::Vector3d>& vertices, const std::vector<Eigen::Vector3i>& faces) {
  Mesh mesh;
  mesh.vertices.resize(vertices.size(), 3);
  for (std::size_t i = 0; i < vertices.size(); ++i) mesh.vertices.row(i) = vertices[i];
  mesh.faces.resize(faces.size(), 3);
  for (std::size_t i = 0; i < faces.size(); ++i) mesh.faces.row(i) = faces[i];
  return mesh;
}

RenderView UnitView(int width, int height) {
  RenderView view;
  view.width = width;
  view.height = height;
  view.focal_px = Eigen::Vector2d(1, 1);
  return view;
}

Rendering RenderHard(const Mesh& mesh, const RenderView& view, double near_m = 0.05) {
  RenderOptions options;
  options.supersampling = 1;
  options.near_m = near_m;
  Rendering rendering;
  Rasterizer().Render(mesh.vertices, mesh.faces, view, options, &rendering);
  return rendering;
}

// One character a pixel: '#' where the mask is set.
std::vector<std::string> Rows(const Rendering& rendering) {
  std::vector<std::string> rows(rendering.image.height);
  for (int y = 0; y < rendering.image.height; ++y) {
    for (int x = 0; x < rendering.image.width; ++x) {
      rows[y] += rendering.mask[static_cast<std::size_t>(y) * rendering.image.width + x] ? '#' : '.';
    }
  }
  return rows;
}

int NumCovered(const Rendering& rendering) {
  int count = 0;
  for (const auto value : rendering.mask) count += value != 0;
  return count;
}

TEST(Rasterizer, TriangleCoversExactlyTheCentresInside) {
  // In the plane z = 1 with focal 1, metres are px: x + y < 4.2 over a 6 x 5 picture.
  const Mesh mesh = MakeMesh({{0, 0, 1}, {4.2, 0, 1}, {0, 4.2, 1}}, {{0, 1, 2}});
  EXPECT_THAT(Rows(RenderHard(mesh, UnitView(6, 5))),
              testing::ElementsAre("####..", "###...", "##....", "#.....", "......"));
}

TEST(Rasterizer, SampleOnAnEdgeBelongsToTheTriangle) {
  // The hypotenuse x + y = 4 passes through the centres (0.5, 3.5), (1.5, 2.5), ...
  const Mesh mesh = MakeMesh({{0, 0, 1}, {4, 0, 1}, {0, 4, 1}}, {{0, 1, 2}});
  EXPECT_THAT(Rows(RenderHard(mesh, UnitView(5, 5))),
              testing::ElementsAre("####.", "###..", "##...", "#....", "....."));
}

// Rows are searched between the edges alone; nothing inside may be missed, however level an edge is.
TEST(Rasterizer, EverySampleInsideIsFound) {
  Rng rng(3);
  for (int trial = 0; trial < 400; ++trial) {
    std::vector<Eigen::Vector3d> corners;
    for (int i = 0; i < 3; ++i) corners.emplace_back(rng.Uniform(-5, 45), rng.Uniform(-5, 35), 1);
    if (trial % 4 == 1) corners[1].y() = corners[0].y();
    if (trial % 4 == 2) corners[1].y() = corners[0].y() + 1e-13 * rng.Normal();
    if (trial % 4 == 3) corners[2].x() = corners[0].x() + 1e-9 * rng.Normal();
    for (Eigen::Vector3d& corner : corners) corner *= rng.Uniform(0.5, 2);  // the depth, and x and y with it
    const std::vector<std::string> rows = Rows(RenderHard(MakeMesh(corners, {{0, 1, 2}}), UnitView(40, 30)));
    const auto cross = [&](int i, double x, double y) {
      const Eigen::Vector2d a = corners[i].head<2>() / corners[i].z(),
                            b = corners[(i + 1) % 3].head<2>() / corners[(i + 1) % 3].z();
      return (b - a).x() * (y - a.y()) - (b - a).y() * (x - a.x());
    };
    for (int y = 0; y < 30; ++y) {
      for (int x = 0; x < 40; ++x) {
        double low = 1e9, high = -1e9;
        for (int i = 0; i < 3; ++i) {
          low = std::min(low, cross(i, x + 0.5, y + 0.5));
          high = std::max(high, cross(i, x + 0.5, y + 0.5));
        }
        if (low > 1e-6 || high < -1e-6) {
          EXPECT_EQ(rows[y][x], '#') << trial;
        } else if (low < -1e-6 && high > 1e-6) {
          EXPECT_EQ(rows[y][x], '.') << trial;
        }
      }
    }
  }
}

TEST(Rasterizer, BothWindingsCoverTheSame) {
  const Mesh one = MakeMesh({{0.3, 0.2, 1}, {7.1, 1.4, 1.3}, {2.2, 9.9, 1.7}}, {{0, 1, 2}});
  Mesh other = one;
  other.faces << 0, 2, 1;
  const RenderView view = UnitView(8, 8);
  EXPECT_GT(NumCovered(RenderHard(one, view)), 10);
  EXPECT_EQ(RenderHard(one, view).mask, RenderHard(other, view).mask);
}

TEST(Rasterizer, NoGapBetweenNeighbours) {
  // A fan around a centre that is no sample; its outline is the whole picture.
  Rng rng(3);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<Eigen::Vector3d> vertices = {{rng.Uniform(3, 13), rng.Uniform(3, 13), 1}};
    std::vector<Eigen::Vector3i> faces;
    constexpr int kSpokes = 17;
    for (int i = 0; i < kSpokes; ++i) {
      const double angle = 2 * 3.141592653589793 * (i + rng.Uniform(0, 0.5)) / kSpokes, z = rng.Uniform(1, 3);
      vertices.push_back({z * (8 + 40 * std::cos(angle)), z * (8 + 40 * std::sin(angle)), z});
      faces.push_back({0, 1 + i, 1 + (i + 1) % kSpokes});
    }
    EXPECT_EQ(NumCovered(RenderHard(MakeMesh(vertices, faces), UnitView(16, 16))), 256);
  }
}

TEST(Rasterizer, DepthOfATiltedPlane) {
  // z = 2 + 0.5 x seen along the ray (u, v, 1): z = 2 / (1 - 0.5 u).
  const auto on_plane = [](double x, double y) { return Eigen::Vector3d(x, y, 2 + 0.5 * x); };
  const Mesh mesh =
      MakeMesh({on_plane(-3, -9), on_plane(9, -9), on_plane(9, 9), on_plane(-3, 9)}, {{0, 1, 2}, {0, 2, 3}});
  RenderView view = UnitView(20, 10);
  view.focal_px = Eigen::Vector2d(20, 20);
  view.center_px = Eigen::Vector2d(10, 5);
  const Rendering rendering = RenderHard(mesh, view);
  for (int y = 0; y < 10; ++y) {
    for (int x = 0; x < 20; ++x) {
      const double u = (x + 0.5 - 10) / 20;
      const double expected = 2 / (1 - 0.5 * u);
      EXPECT_NEAR(rendering.depth_m[y * 20 + x] / expected, 1, kDepthTolerance);
    }
  }
}

TEST(Rasterizer, MaskOfASquareInPerspective) {
  // 1 m wide, 4 m away, focal 40 px: 10 px, around (12, 9). Nothing else, and no depth elsewhere.
  const Mesh mesh =
      MakeMesh({{-0.5, -0.5, 4}, {0.5, -0.5, 4}, {0.5, 0.5, 4}, {-0.5, 0.5, 4}}, {{0, 1, 2}, {0, 2, 3}});
  RenderView view = UnitView(24, 20);
  view.focal_px = Eigen::Vector2d(40, 40);
  view.center_px = Eigen::Vector2d(12, 9);
  const Rendering rendering = RenderHard(mesh, view);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 24; ++x) {
      const bool inside = x >= 7 && x < 17 && y >= 4 && y < 14;
      EXPECT_EQ(rendering.mask[y * 24 + x], inside ? 255 : 0) << x << " " << y;
      EXPECT_EQ(rendering.image.at(x, y).a, inside ? 255 : 0);
      EXPECT_EQ(std::isfinite(rendering.depth_m[y * 24 + x]), inside);
    }
  }
}

TEST(Rasterizer, CoverageIsTheShareOfSamples) {
  // The right half of the pixel column 1 is covered: with 4 x 4 samples exactly half of them.
  const Mesh mesh = MakeMesh({{1.5, -9, 1}, {9, -9, 1}, {9, 9, 1}, {1.5, 9, 1}}, {{0, 1, 2}, {0, 2, 3}});
  RenderOptions options;
  options.supersampling = 4;
  Rendering rendering;
  Rasterizer().Render(mesh.vertices, mesh.faces, UnitView(3, 2), options, &rendering);
  EXPECT_EQ(rendering.image.at(0, 0).a, 0);
  EXPECT_EQ(rendering.image.at(1, 0).a, 128);
  EXPECT_EQ(rendering.image.at(2, 0).a, 255);
  EXPECT_EQ(rendering.mask[1], 255);
}

TEST(Rasterizer, NearerTriangleHidesFarther) {
  const std::vector<Eigen::Vector3d> vertices = {{-20, -20, 2}, {40, -20, 2}, {-20, 40, 2},
                                                 {-2, -2, 1},   {6, -2, 1},   {-2, 6, 1}};
  MatrixX3d colors(6, 3);
  colors << 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1;
  for (const bool near_first : {false, true}) {
    const Mesh mesh =
        near_first ? MakeMesh(vertices, {{3, 5, 4}, {0, 2, 1}}) : MakeMesh(vertices, {{0, 2, 1}, {3, 5, 4}});
    RenderOptions options;
    options.supersampling = 1;
    Rendering rendering;
    Rasterizer().Render(mesh.vertices, mesh.faces, UnitView(8, 8), options, &rendering, &colors);
    EXPECT_NEAR(rendering.depth_m[0], 1, kDepthTolerance);
    EXPECT_GT(rendering.image.at(0, 0).b, rendering.image.at(0, 0).r + 40);
    EXPECT_NEAR(rendering.depth_m[3 * 8 + 4], 2, 2 * kDepthTolerance);
    EXPECT_GT(rendering.image.at(4, 3).r, rendering.image.at(4, 3).b + 40);
  }
}

TEST(Rasterizer, TriangleAcrossTheImagePlaneIsCut) {
  // The floor y = 1 from 5 m behind the camera to 5 m before it: seen at v = 1/z below the horizon, up to z =
  // 5 (v = 0.2) and down to the near plane z = 0.5 (v = 2).
  const Mesh mesh =
      MakeMesh({{-100, 1, -5}, {100, 1, -5}, {100, 1, 5}, {-100, 1, 5}}, {{0, 1, 2}, {0, 2, 3}});
  RenderView view = UnitView(4, 30);
  view.focal_px = Eigen::Vector2d(10, 10);
  view.center_px = Eigen::Vector2d(2, 4);
  const Rendering rendering = RenderHard(mesh, view, 0.5);
  for (int y = 0; y < 30; ++y) {
    const double v = (y + 0.5 - 4) / 10;
    const bool seen = v > 0.2 && v < 2;
    for (int x = 0; x < 4; ++x) {
      EXPECT_EQ(rendering.mask[y * 4 + x], seen ? 255 : 0) << y;
      if (seen) {
        EXPECT_NEAR(rendering.depth_m[y * 4 + x] * v, 1, kDepthTolerance);
      }
    }
  }
}

TEST(Rasterizer, NothingBehindTheCameraIsDrawn) {
  const Mesh mesh = MakeMesh({{-9, -9, -1}, {9, -9, -2}, {0, 9, -1}}, {{0, 1, 2}, {0, 2, 1}});
  RenderView view = UnitView(8, 8);
  view.center_px = Eigen::Vector2d(4, 4);
  EXPECT_EQ(NumCovered(RenderHard(mesh, view)), 0);
}

TEST(Rasterizer, BrokenFacesAreLeftOutAndTheOthersDrawn) {
  const Mesh good = MakeMesh({{0, 0, 1}, {4.2, 0, 1}, {0, 4.2, 1}}, {{0, 1, 2}});
  const std::vector<std::string> expected = Rows(RenderHard(good, UnitView(6, 5)));
  const std::vector<Eigen::Vector3d> vertices = {
      {0, 0, 1},    {4.2, 0, 1},   {0, 4.2, 1},           {kNaN, 3, 1},
      {9, kInf, 1}, {9, 9, -kInf}, {1e300, 1e300, 1e300}, {9, 9, 0}};
  const Mesh mesh = MakeMesh(vertices, {{0, 1, 3},
                                        {0, 4, 2},
                                        {5, 1, 2},
                                        {0, 1, 8},
                                        {-1, 1, 2},
                                        {1, 1, 2},
                                        {0, 0, 0},
                                        {6, 1, 2},
                                        {2147483647, -2147483647 - 1, 0},
                                        {0, 1, 2}});
  EXPECT_EQ(Rows(RenderHard(mesh, UnitView(6, 5))), expected);
}

TEST(Rasterizer, BrokenNeighbourDoesNotDarkenAFace) {
  Mesh mesh = MakeMesh({{0, 0, 1}, {4.2, 0, 1}, {0, 4.2, 1}, {kNaN, 3, 1}}, {{0, 2, 1}});
  const Rendering alone = RenderHard(mesh, UnitView(6, 5));
  mesh.faces.resize(2, 3);
  mesh.faces << 0, 2, 1, 0, 1, 3;
  EXPECT_EQ(RenderHard(mesh, UnitView(6, 5)).image.pixels, alone.image.pixels);
  EXPECT_GT(alone.image.at(0, 0).r, 60);
}

TEST(Rasterizer, SliversAndSeenEdgeOnHaveNoPixels) {
  // Three points of one line; a plane through the camera.
  EXPECT_EQ(NumCovered(RenderHard(MakeMesh({{0.5, 0.5, 1}, {2.5, 2.5, 1}, {4.5, 4.5, 1}}, {{0, 1, 2}}),
                                  UnitView(6, 6))),
            0);
  EXPECT_EQ(
      NumCovered(RenderHard(MakeMesh({{0, 1, 1}, {5, 10, 10}, {9, 2, 2}}, {{0, 1, 2}}), UnitView(6, 6))), 0);
}

TEST(Rasterizer, AnythingGoesIn) {
  Rng rng(11);
  const double values[] = {0,     1,     -1,     1e-300, -1e-300, 1e30,  -1e30,
                           1e154, 1e308, -1e308, kNaN,   kInf,    -kInf, 0.05};
  RenderView view = UnitView(7, 5);
  view.center_px = Eigen::Vector2d(3, 2);
  for (int trial = 0; trial < 20000; ++trial) {
    Mesh mesh;
    mesh.vertices = MatrixX3d::NullaryExpr(
        4, 3, [&] { return rng.Uniform() < 0.5 ? values[rng.Index(std::size(values))] : 3 * rng.Normal(); });
    mesh.faces = MatrixX3i::NullaryExpr(4, 3, [&] { return static_cast<int>(rng.Index(6)) - 1; });
    const Rendering rendering = RenderHard(mesh, view);
    for (std::size_t i = 0; i < rendering.mask.size(); ++i) {
      // What is drawn lies beyond the near plane.
      ASSERT_EQ(rendering.mask[i] != 0, rendering.depth_m[i] < kInf);
      ASSERT_GE(rendering.depth_m[i], 0.05f * (1 - 1e-6f));
    }
  }
}

TEST(Rasterizer, EmptyPicturesAndMeshes) {
  const Mesh mesh = MakeMesh({{0, 0, 1}, {4, 0, 1}, {0, 4, 1}}, {{0, 1, 2}});
  for (const auto& [width, height] : {std::pair(0, 0), std::pair(0, 5), std::pair(5, 0)}) {
    EXPECT_TRUE(RenderHard(mesh, UnitView(width, height)).mask.empty());
  }
  EXPECT_EQ(NumCovered(RenderHard(Mesh(), UnitView(5, 5))), 0);
}

TEST(Rasterizer, BandsOfALargePictureFitTogether) {
  // Larger than one band of samples; the square's rows are all there.
  const Mesh mesh =
      MakeMesh({{-9, 10, 1}, {5000, 10, 1}, {5000, 990, 1}, {-9, 990, 1}}, {{0, 1, 2}, {0, 2, 3}});
  const Rendering rendering = RenderHard(mesh, UnitView(1500, 1000));
  EXPECT_EQ(NumCovered(rendering), 1500 * 980);
}

TEST(Rasterizer, ASecondPictureForgetsTheFirst) {
  const Mesh large = MakeMesh({{-9, -9, 1}, {90, -9, 1}, {-9, 90, 1}}, {{0, 1, 2}});
  const Mesh small = MakeMesh({{0, 0, 1}, {4.2, 0, 1}, {0, 4.2, 1}}, {{0, 1, 2}});
  RenderOptions options;
  Rasterizer rasterizer;
  Rendering rendering, fresh;
  const MatrixX3d colors = MatrixX3d::Zero(3, 3);
  rasterizer.Render(large.vertices, large.faces, UnitView(6, 5), options, &rendering, &colors);
  rasterizer.Render(small.vertices, small.faces, UnitView(6, 5), options, &rendering);
  Rasterizer().Render(small.vertices, small.faces, UnitView(6, 5), options, &fresh);
  EXPECT_EQ(rendering.mask, fresh.mask);
  EXPECT_EQ(rendering.depth_m, fresh.depth_m);
  EXPECT_EQ(rendering.image.pixels, fresh.image.pixels);
}

TEST(Rasterizer, SmoothNormalsShadeASphereByDirection) {
  // The outside of a ball is lit from the upper left: brighter there than at the lower right, and the inside
  // of the same ball (faces turned around) is lit as well.
  constexpr int kRings = 24, kSectors = 48;
  Mesh ball;
  ball.vertices.resize((kRings + 1) * kSectors, 3);
  ball.faces.resize(2 * kRings * kSectors, 3);
  for (int i = 0; i <= kRings; ++i) {
    for (int j = 0; j < kSectors; ++j) {
      const double t = 3.141592653589793 * i / kRings, p = 2 * 3.141592653589793 * j / kSectors;
      ball.vertices.row(i * kSectors + j) << std::sin(t) * std::cos(p), std::cos(t),
          5 + std::sin(t) * std::sin(p);
    }
  }
  int f = 0;
  for (int i = 0; i < kRings; ++i) {
    for (int j = 0; j < kSectors; ++j) {
      const int a = i * kSectors + j, b = i * kSectors + (j + 1) % kSectors;
      ball.faces.row(f++) << a, b, a + kSectors;
      ball.faces.row(f++) << b, b + kSectors, a + kSectors;
    }
  }
  RenderView view = UnitView(60, 60);
  view.focal_px = Eigen::Vector2d(120, 120);
  view.center_px = Eigen::Vector2d(30, 30);
  RenderOptions options;
  Rendering rendering;
  Rasterizer().Render(ball.vertices, ball.faces, view, options, &rendering);
  ASSERT_EQ(rendering.image.at(30, 30).a, 255);
  EXPECT_GT(rendering.image.at(22, 20).g, rendering.image.at(38, 42).g + 25);
  // Smooth: neighbouring pixels of the lit side differ by little, though faces are 8 degrees wide.
  for (int x = 18; x < 32; ++x) EXPECT_NEAR(rendering.image.at(x, 24).g, rendering.image.at(x + 1, 24).g, 8);
}

TEST(Rasterizer, InsideIsLitAsItsOwnSurfaceButDarker) {
  Mesh mesh = MakeMesh({{-9, -9, 1}, {90, -9, 1}, {-9, 90, 1}}, {{0, 2, 1}});  // faces the camera
  const auto light = [&] {
    const Rgba pixel = RenderHard(mesh, UnitView(5, 5)).image.at(2, 2);
    return LinearFromSrgb(Eigen::Vector3f(pixel.r, pixel.g, pixel.b) / 255.0f);
  };
  const Eigen::Vector3f outside = light();
  mesh.faces << 0, 1, 2;
  constexpr float kRounding = 0.01f;  // of 8-bit colours
  EXPECT_TRUE(light().isApprox(0.6f * outside, kRounding))
      << light().transpose() << "; " << outside.transpose();
  EXPECT_GT(outside.y(), 0.2f);
}

TEST(Rasterizer, BrokenContractsThrow) {
  const Mesh mesh = MakeMesh({{0, 0, 1}, {4, 0, 1}, {0, 4, 1}}, {{0, 1, 2}});
  RenderView view = UnitView(5, 5);
  view.focal_px.x() = 0;
  EXPECT_THROW(RenderHard(mesh, view), ContractError);
  EXPECT_THROW(RenderHard(mesh, UnitView(-1, 5)), ContractError);
  EXPECT_THROW(RenderHard(mesh, UnitView(5, 20000)), ContractError);
  EXPECT_THROW(RenderHard(mesh, UnitView(5, 5), 0), ContractError);
  view = UnitView(5, 5);
  view.center_px.y() = kNaN;
  EXPECT_THROW(RenderHard(mesh, view), ContractError);
  const MatrixX3d colors = MatrixX3d::Zero(2, 3);
  Rendering rendering;
  EXPECT_THROW(
      Rasterizer().Render(mesh.vertices, mesh.faces, UnitView(5, 5), RenderOptions(), &rendering, &colors),
      ContractError);
}

TEST(Over, KnownMixtures) {
  EXPECT_EQ(Over({200, 100, 0, 255}, 0.5f, {0, 100, 200, 255}), (Rgba{100, 100, 100, 255}));
  EXPECT_EQ(Over({200, 100, 0, 0}, 1.0f, {1, 2, 3, 255}), (Rgba{1, 2, 3, 255}));
  EXPECT_EQ(Over({200, 100, 50, 255}, 1.0f, {1, 2, 3, 255}), (Rgba{200, 100, 50, 255}));
  EXPECT_EQ(Over({9, 9, 9, 0}, 1.0f, {9, 9, 9, 0}), (Rgba{0, 0, 0, 0}));
  EXPECT_EQ(Over({200, 100, 50, 128}, 1.0f, {7, 7, 7, 0}), (Rgba{200, 100, 50, 128}));
  Image back(2, 1, {0, 0, 0, 255});
  BlendOver(Image(2, 1, {255, 255, 255, 255}), 0.25, &back);
  EXPECT_EQ(back.at(1, 0), (Rgba{64, 64, 64, 255}));
  EXPECT_THROW(BlendOver(Image(1, 1), 1, &back), ContractError);
}

// 1 m wide (x), 2 m tall (y), 0.25 m deep (z), standing on y = 0.
Mesh MakeBox() {
  std::vector<Eigen::Vector3d> corners;
  for (int i = 0; i < 8; ++i)
    corners.push_back({i & 1 ? 0.5 : -0.5, i & 2 ? 2.0 : 0.0, i & 4 ? 0.125 : -0.125});
  return MakeMesh(corners, {{4, 5, 7},
                            {4, 7, 6},
                            {1, 0, 2},
                            {1, 2, 3},
                            {5, 1, 3},
                            {5, 3, 7},
                            {0, 4, 6},
                            {0, 6, 2},
                            {6, 7, 3},
                            {6, 3, 2},
                            {0, 1, 5},
                            {0, 5, 4}});
}

TEST(Turntable, BodyStandsInItsShadow) {
  const Mesh box = MakeBox();
  const Image sheet = RenderTurntable(box.vertices, box.faces, 600);
  // Beside the front view's lower corner, 126 px from the middle; the same rows far from it are plain floor.
  int darkest = 255;
  for (int y = 540; y < 570; ++y)
    darkest = std::min(darkest, sheet.at(180 + 128, y).g - sheet.at(180 + 170, y).g);
  EXPECT_LT(darkest, -10);
}

TEST(Turntable, FourViewsOfABox) {
  // Wide in front and back views, narrow from the side, between at 45 degrees. The subject's left (+x) is
  // blue: on the right in front, on the left from behind.
  const Mesh box = MakeBox();
  MatrixX3d colors(8, 3);
  for (int i = 0; i < 8; ++i) colors.row(i) << (i & 1 ? 0.0 : 0.9), 0, (i & 1 ? 0.9 : 0.0);
  const Image sheet = RenderTurntable(box.vertices, box.faces, 200, RenderOptions(), &colors);
  ASSERT_EQ(sheet.width, 480);
  ASSERT_EQ(sheet.height, 200);
  const auto is_body = [](const Rgba& pixel) { return std::abs(pixel.r - pixel.b) > 30 || pixel.g < 60; };
  int widths[4] = {}, lefts[4] = {1000, 1000, 1000, 1000};
  for (int x = 0; x < 480; ++x) {
    if (!is_body(sheet.at(x, 100))) continue;
    ++widths[x / 120];
    lefts[x / 120] = std::min(lefts[x / 120], x);
  }
  EXPECT_NEAR(widths[0], 86, 4);  // half of the panel's 0.86 * 200
  EXPECT_NEAR(widths[3], 86, 4);
  EXPECT_NEAR(widths[1], 21, 3);
  EXPECT_NEAR(widths[2], (1 + 0.25) * std::sqrt(0.5) * 86, 5);
  EXPECT_GT(sheet.at(lefts[0] + 3, 100).r, sheet.at(lefts[0] + 3, 100).b + 30);
  EXPECT_GT(sheet.at(lefts[0] + 82, 100).b, sheet.at(lefts[0] + 82, 100).r + 30);
  EXPECT_GT(sheet.at(lefts[3] + 3, 100).b, sheet.at(lefts[3] + 3, 100).r + 30);
  const Rgba top = sheet.at(60, 22), bottom = sheet.at(60, 178);
  EXPECT_TRUE(is_body(top)) << int{top.g};
  EXPECT_TRUE(is_body(bottom)) << int{bottom.g};
}

TEST(Turntable, MeshWithoutAFinitePointIsAnEmptyGround) {
  const MatrixX3d vertices = MatrixX3d::Constant(3, 3, kNaN);
  MatrixX3i faces(1, 3);
  faces << 0, 1, 2;
  EXPECT_EQ(RenderTurntable(vertices, faces, 50).width, 120);
  EXPECT_EQ(RenderTurntable(MatrixX3d(0, 3), MatrixX3i(0, 3), 50).width, 120);
  EXPECT_THROW(RenderTurntable(vertices, faces, 0), ContractError);
}

// Two triangles that share an edge and one behind them.
TEST(Rasterizer, TellsTheFaceSeenAtEachPixel) {
  const Mesh mesh =
      MakeMesh({{0, 0, 1}, {8, 0, 1}, {8, 8, 1}, {0, 8, 1}, {-9, -9, 3}, {90, -9, 3}, {-9, 90, 3}},
               {{4, 5, 6}, {0, 1, 2}, {0, 2, 3}});
  for (const int supersampling : {1, 2, 3, 4}) {
    RenderOptions options;
    options.supersampling = supersampling;
    Rendering rendering;
    Rasterizer().Render(mesh.vertices, mesh.faces, UnitView(10, 8), options, &rendering);
    const auto at = [&](int x, int y) { return rendering.face[static_cast<std::size_t>(y) * 10 + x]; };
    EXPECT_EQ(at(6, 2), 1);
    EXPECT_EQ(at(2, 6), 2);
    EXPECT_EQ(at(9, 2), 0);
    const double middle = MiddleSample(supersampling);
    EXPECT_NEAR(middle, 0.5, 0.25);
  }
  EXPECT_EQ(RenderHard(MakeMesh({}, {}), UnitView(2, 1)).face, (std::vector<int>{-1, -1}));
}

}  // namespace
}  // namespace vitruvius::rasterizer_test
