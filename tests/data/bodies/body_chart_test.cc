// Charts of the bodies that there are: 24 disks, one-to-one, little distorted, mirrored, always the same.
#include "data/bodies/body_chart.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <numeric>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/bodies/chart_parts.h"
#include "data/bodies/chart_quality.h"
#include "data/bodies/disk_map.h"
#include "data/bodies/min_cut.h"
#include "data/io/body_file.h"
#include "models/body/mannequin.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius::body_chart_test {
namespace {

using testing::ElementsAre;

struct Charted {
  std::shared_ptr<const BodyModel> model;
  SurfaceChartData chart;
  std::vector<ChartPartQuality> qualities;
};

Charted MakeCharted(const std::shared_ptr<const BodyModel>& model) {
  Charted charted{model, MakeBodyChart(*model), {}};
  charted.qualities = MeasureChart(*model, charted.chart);
  return charted;
}

const Charted& MannequinChart() {
  static const Charted charted = MakeCharted(Mannequin());
  return charted;
}

// Where `vitruvius model build` puts it.
std::string FreeBodyPath() {
  const char* data = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  const std::string folder = data && *data ? data : std::string(home ? home : "") + "/.local/share";
  return folder + "/vitruvius/bodies/free.npz";
}

// Null when the free body is not installed.
const Charted* FreeChart() {
  static const std::unique_ptr<Charted> charted = [] {
    const std::string path = FreeBodyPath();
    return std::filesystem::is_regular_file(path)
               ? std::make_unique<Charted>(MakeCharted(LoadBodyModel(path)))
               : nullptr;
  }();
  return charted.get();
}

// What holds for every body.
void ExpectSound(const Charted& body) {
  EXPECT_GE(body.chart.part.minCoeff(), 1);
  EXPECT_LE(body.chart.part.maxCoeff(), kNumChartParts);
  EXPECT_GE(body.chart.uv.minCoeff(), 0);
  EXPECT_LE(body.chart.uv.maxCoeff(), 1);
  ASSERT_EQ(body.qualities.size(), 24u);
  int num_faces = 0;
  for (const ChartPartQuality& q : body.qualities) {
    SCOPED_TRACE(q.part);
    num_faces += q.num_faces;
    EXPECT_GT(q.num_faces, 0);
    EXPECT_EQ(q.num_pieces, 1);
    EXPECT_EQ(q.num_border_loops, 1);
    EXPECT_EQ(q.euler, 1);
    EXPECT_EQ(q.num_flipped, 0);
    EXPECT_EQ(q.num_overlaps, 0);
    EXPECT_GT(q.area_m2, 0.015);  // a forearm's half has 0.024
  }
  EXPECT_EQ(num_faces, body.model->num_faces());
}

// Tubes and shells lie nearly flat once they are cut: what was measured, with a tenth to spare.
constexpr double kTubeStretch = 1.06, kTubeWorstStretch = 1.5;
constexpr double kEndStretch = 1.45;    // hands and feet
constexpr double kEndWorstStretch = 9;  // between toes
constexpr double kHeadStretch = 1.4;
constexpr double kHeadWorstStretch = 20;  // nostrils, eyelids and the inside of the mouth of the free body

void ExpectLittleDistorted(const Charted& body) {
  for (const ChartPartQuality& q : body.qualities) {
    SCOPED_TRACE(q.part);
    const bool is_head = q.part >= 23, is_end = q.part >= 3 && q.part <= 6;
    EXPECT_LT(q.mean_stretch, is_head ? kHeadStretch : is_end ? kEndStretch : kTubeStretch);
    EXPECT_LT(q.worst_stretch, is_head ? kHeadWorstStretch : is_end ? kEndWorstStretch : kTubeWorstStretch);
    EXPECT_LT(q.mean_area_ratio, is_head || is_end ? 1.3 : kTubeStretch);
  }
}

// Where a landmark lies.
std::vector<int> PartsAt(const Charted& body, const std::string& landmark) {
  std::set<int> parts;
  const int v = body.model->landmarks().at(landmark);
  for (int f = 0; f < body.chart.faces.rows(); ++f) {
    if ((body.chart.faces.row(f).array() == v).any()) parts.insert(body.chart.part[f]);
  }
  return {parts.begin(), parts.end()};
}

void ExpectNumberedAsDensePose(const Charted& body) {
  EXPECT_THAT(PartsAt(body, "nose"), ElementsAre(23, 24));
  EXPECT_THAT(PartsAt(body, "right_ear"), ElementsAre(23));
  EXPECT_THAT(PartsAt(body, "left_ear"), ElementsAre(24));
  EXPECT_THAT(PartsAt(body, "right_middle"), ElementsAre(3));
  EXPECT_THAT(PartsAt(body, "left_middle"), ElementsAre(4));
  EXPECT_THAT(PartsAt(body, "left_big_toe"), ElementsAre(5));
  EXPECT_THAT(PartsAt(body, "right_heel"), ElementsAre(6));
  // Means of the parts' faces, as (sign of x, height order) and sides of the limb.
  MatrixX3d means = MatrixX3d::Zero(25, 3);
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(25);
  for (int f = 0; f < body.chart.faces.rows(); ++f) {
    for (int k = 0; k < 3; ++k)
      means.row(body.chart.part[f]) += body.model->v_template().row(body.chart.faces(f, k));
    counts[body.chart.part[f]] += 3;
  }
  for (int part = 1; part <= 24; ++part) means.row(part) /= counts[part];
  for (const int left : {4, 5, 8, 10, 12, 14, 15, 17, 19, 21, 24}) EXPECT_GT(means(left, 0), 0.02) << left;
  for (const int right : {3, 6, 7, 9, 11, 13, 16, 18, 20, 22, 23}) EXPECT_LT(means(right, 0), -0.02) << right;
  for (const auto& [back, front] : {std::pair(1, 2), {7, 9}, {8, 10}, {11, 13}, {12, 14}}) {
    EXPECT_GT(means(front, 2) - means(back, 2), 0.03) << back;
  }
  for (const int inner : {15, 16, 19, 20}) EXPECT_GT(means(inner + 2, 1) - means(inner, 1), 0.02) << inner;
  for (const int thigh : {7, 8, 9, 10}) EXPECT_GT(means(thigh, 1), means(thigh + 4, 1) + 0.2);
  for (const int upper : {15, 16, 17, 18})
    EXPECT_LT(std::abs(means(upper, 0)), std::abs(means(upper + 4, 0)) - 0.1);
}

// v goes up the body (towards the wrist from the fingertips, towards the heel from the toes).
void ExpectVGoesUp(const Charted& body) {
  const auto toward = [](int part) -> Eigen::Vector3d {
    if (part == 5 || part == 6) return {0, 0, -1};
    if (part == 4 || part == 15 || part == 17 || part == 19 || part == 21) return {-1, 0, 0};
    if (part == 3 || (part >= 15 && part <= 22)) return {1, 0, 0};
    return {0, 1, 0};
  };
  for (int part = 1; part <= 24; ++part) {
    // Covariance of v with the way up.
    double sum = 0, sum_v = 0, sum_p = 0, n = 0;
    for (int f = 0; f < body.chart.faces.rows(); ++f) {
      if (body.chart.part[f] != part) continue;
      for (int k = 0; k < 3; ++k) {
        const double p = body.model->v_template().row(body.chart.faces(f, k)).dot(toward(part));
        const double v = body.chart.uv(f, 2 * k + 1);
        sum += p * v;
        sum_v += v;
        sum_p += p;
        n += 1;
      }
    }
    EXPECT_GT(sum / n - sum_v / n * sum_p / n, 0) << part;
  }
}

TEST(BodyChart, MannequinIsSound) { ExpectSound(MannequinChart()); }
TEST(BodyChart, MannequinIsLittleDistorted) { ExpectLittleDistorted(MannequinChart()); }
TEST(BodyChart, MannequinIsNumberedAsDensePose) { ExpectNumberedAsDensePose(MannequinChart()); }
TEST(BodyChart, MannequinVGoesUp) { ExpectVGoesUp(MannequinChart()); }

TEST(BodyChart, FreeBody) {
  if (FreeChart() == nullptr)
    GTEST_SKIP() << "the free body is not installed (vitruvius model build --from FOLDER)";
  ExpectSound(*FreeChart());
  ExpectLittleDistorted(*FreeChart());
  ExpectNumberedAsDensePose(*FreeChart());
  ExpectVGoesUp(*FreeChart());
}

TEST(BodyChart, MirrorImagesMatch) {
  const Charted& body = MannequinChart();
  const MirrorImage mirror = FindMirrorImage(body.model->v_template(), body.model->faces());
  ASSERT_FALSE(mirror.empty());
  // The torso is laid out as one, so that its sides agree only as far as its energy was minimised.
  constexpr double kTorso = 1e-3;
  for (int f = 0; f < body.chart.faces.rows(); ++f) {
    const int image = mirror.face[f], part = body.chart.part[f];
    ASSERT_EQ(body.chart.part[image], MirrorPart(part)) << f;
    for (int k = 0; k < 3; ++k) {
      for (int l = 0; l < 3; ++l) {
        if (mirror.vertex[body.chart.faces(f, k)] != body.chart.faces(image, l)) continue;
        const double tolerance = part <= 2 ? kTorso : 1e-15;
        ASSERT_NEAR(body.chart.uv(image, 2 * l), 1 - body.chart.uv(f, 2 * k), tolerance) << part;
        ASSERT_NEAR(body.chart.uv(image, 2 * l + 1), body.chart.uv(f, 2 * k + 1), tolerance) << part;
      }
    }
  }
}

TEST(BodyChart, IsTheSameOnEveryCall) {
  const SurfaceChartData again = MakeBodyChart(*Mannequin());
  EXPECT_TRUE(again.part == MannequinChart().chart.part);
  EXPECT_TRUE(again.uv == MannequinChart().chart.uv);
}

TEST(BodyChart, BodiesOfAnotherKindAreRefused) {
  BodyModelData data = MakeMannequin();
  data.joint_names = BodyModel::Create(data)->joint_names();
  data.joint_names[0] = "base";
  EXPECT_THROW(MakeBodyChart(*BodyModel::Create(data)), InputError);
  data = MakeMannequin();
  data.faces.conservativeResize(data.faces.rows() - 1, 3);
  EXPECT_THROW(MakeBodyChart(*BodyModel::Create(data)), InputError);
}

// The measures themselves: faults are counted.
TEST(ChartQuality, FindsFaults) {
  const Charted& body = MannequinChart();
  const auto measure = [&](const SurfaceChartData& chart, int part) {
    return MeasureChart(*body.model, chart)[part - 1];
  };
  const auto first_of = [&](int part) {
    int f = 0;
    while (body.chart.part[f] != part) ++f;
    return f;
  };
  SurfaceChartData chart = body.chart;
  const int f = first_of(9);
  chart.uv.row(f).head<2>().swap(chart.uv.row(f).segment<2>(2));
  EXPECT_EQ(measure(chart, 9).num_flipped, 1);
  chart = body.chart;
  chart.part[first_of(23)] = 9;  // lies somewhere in the square
  chart.uv.row(first_of(23)) << 0.5, 0.5, 0.52, 0.5, 0.5, 0.52;
  EXPECT_GT(measure(chart, 9).num_overlaps, 0);
  EXPECT_EQ(measure(chart, 9).num_pieces, 2);
  EXPECT_EQ(measure(chart, 9).num_border_loops, 2);
  EXPECT_EQ(measure(chart, 9).euler, 2);
  chart = body.chart;
  for (int g = 0; g < chart.faces.rows(); ++g) {
    for (int k = 0; k < 3; ++k) chart.uv(g, 2 * k) *= 0.5;
  }
  EXPECT_NEAR(measure(chart, 16).mean_stretch, 2, 0.05);
  EXPECT_NEAR(measure(chart, 16).mean_area_ratio, body.qualities[15].mean_area_ratio, 1e-9);
}

// A grid of (n + 1)^2 points on [0, 1]^2 with height z(x, y).
template <typename Height>
void MakeSheet(int n, const Height& height, MatrixX3d* vertices, MatrixX3i* faces) {
  vertices->resize((n + 1) * (n + 1), 3);
  faces->resize(2 * n * n, 3);
  for (int y = 0; y <= n; ++y) {
    for (int x = 0; x <= n; ++x) {
      const double u = static_cast<double>(x) / n, v = static_cast<double>(y) / n;
      vertices->row(y * (n + 1) + x) << u, v, height(u, v);
      if (x == n || y == n) continue;
      const int a = y * (n + 1) + x, f = 2 * (y * n + x);
      faces->row(f) << a, a + 1, a + n + 2;
      faces->row(f + 1) << a, a + n + 2, a + n + 1;
    }
  }
}

TEST(DiskMap, WhatCanBeFlatKeepsItsLengths) {
  MatrixX3d vertices;
  MatrixX3i faces;
  MakeSheet(
      8, [](double x, double) { return x < 0.5 ? x : 1 - x; }, &vertices, &faces);  // a ridge
  const MatrixX2d uv = FlattenDisk(vertices, faces);
  double worst = 0;
  for (int f = 0; f < faces.rows(); ++f) {
    for (int k = 0; k < 3; ++k) {
      const int a = faces(f, k), b = faces(f, (k + 1) % 3);
      worst = std::max(
          worst, std::abs((uv.row(a) - uv.row(b)).norm() / (vertices.row(a) - vertices.row(b)).norm() - 1));
    }
  }
  EXPECT_LT(worst, 1e-4);
}

TEST(DiskMap, OnlyDisksAreTaken) {
  MatrixX3d vertices;
  MatrixX3i faces;
  MakeSheet(
      4, [](double, double) { return 0.0; }, &vertices, &faces);
  EXPECT_TRUE(IsDisk(faces));
  MatrixX3i ring(faces.rows() - 2, 3);  // without an inner quad
  ring << faces.topRows(10), faces.bottomRows(faces.rows() - 12);
  EXPECT_FALSE(IsDisk(ring));
  EXPECT_EQ(BorderLoops(ring).size(), 2u);
  EXPECT_THROW(FlattenDisk(vertices, ring), ContractError);
  EXPECT_FALSE(IsDisk(MatrixX3i(0, 3)));
}

// Against all labellings of small random graphs.
TEST(MinCutTest, IsTheLeast) {
  Rng rng(5);
  for (int trial = 0; trial < 50; ++trial) {
    constexpr int kNodes = 7;
    Eigen::MatrixXd costs(kNodes, 2), weights = Eigen::MatrixXd::Zero(kNodes, kNodes);
    MinCut cut(kNodes);
    for (int i = 0; i < kNodes; ++i) {
      costs.row(i) << rng.Uniform(0, 1), rng.Uniform(0, 1);
      cut.AddCosts(i, costs(i, 0), costs(i, 1));
      for (int j = 0; j < i; ++j) {
        if (rng.Uniform(0, 1) < 0.5) continue;
        weights(i, j) = rng.Uniform(0, 0.6);
        cut.AddEdge(i, j, weights(i, j));
      }
    }
    const auto cost_of = [&](const std::vector<int>& labels) {
      double sum = 0;
      for (int i = 0; i < kNodes; ++i) {
        sum += costs(i, labels[i]);
        for (int j = 0; j < i; ++j) sum += labels[i] != labels[j] ? weights(i, j) : 0;
      }
      return sum;
    };
    double least = 1e9;
    for (int bits = 0; bits < 1 << kNodes; ++bits) {
      std::vector<int> labels;
      for (int i = 0; i < kNodes; ++i) labels.push_back(bits >> i & 1);
      least = std::min(least, cost_of(labels));
    }
    EXPECT_NEAR(cost_of(cut.Solve()), least, 1e-9);
  }
}

// The mannequin's chart in another order, its corners turned, without one face.
SurfaceChartData Shuffled(const SurfaceChartData& chart, Eigen::Index left_out) {
  const Eigen::Index count = chart.faces.rows();
  SurfaceChartData other = {MatrixX3i(count - 1, 3), Eigen::VectorXi(count - 1), ChartUv(count - 1, 6)};
  for (Eigen::Index f = 0, row = 0; f < count; ++f) {
    if (f == left_out) continue;
    const Eigen::Index at = (row * 7919 + 5) % (count - 1);
    for (Eigen::Index k = 0; k < 3; ++k) {
      const Eigen::Index corner = (k + f) % 3;
      other.faces(at, k) = chart.faces(f, corner);
      other.uv.block<1, 2>(at, 2 * k) = chart.uv.block<1, 2>(f, 2 * corner);
    }
    other.part[at] = chart.part[f];
    ++row;
  }
  return other;
}

TEST(ChartOverFaces, PutsFacesInTheBodysOrderAndFillsTheOneThatIsLacking) {
  const auto model = Mannequin();
  const SurfaceChartData chart = MakeBodyChart(*model);
  ASSERT_NE(std::gcd(chart.faces.rows() - 1, Eigen::Index{7919}), 7919);
  // A face whose vertices are of its part alone, so that there is one answer.
  Eigen::Index inside = -1;
  for (Eigen::Index f = 0; f < chart.faces.rows() && inside < 0; ++f) {
    bool alone = true;
    for (Eigen::Index g = 0; g < chart.faces.rows(); ++g) {
      for (int k = 0; k < 3; ++k)
        alone = alone &&
                (chart.part[g] == chart.part[f] || (chart.faces.row(g).array() != chart.faces(f, k)).all());
    }
    if (alone) inside = f;
  }
  ASSERT_GE(inside, 0);
  const SurfaceChartData over = ChartOverFaces(Shuffled(chart, inside), *model, "file.mat");
  EXPECT_EQ(over.faces, model->faces());
  EXPECT_EQ(over.part, chart.part);
  EXPECT_EQ(over.uv, chart.uv);
}

TEST(ChartOverFaces, AnotherBodysChartIsNamed) {
  const auto model = Mannequin();
  SurfaceChartData chart = MakeBodyChart(*model);
  chart.faces.col(0).swap(chart.faces.col(1));  // turned over, but of the same vertices
  EXPECT_NO_THROW(ChartOverFaces(chart, *model, "file.mat"));
  chart.faces.array() += 1;
  try {
    ChartOverFaces(chart, *model, "file.mat");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(),
                testing::HasSubstr("of the 14104 faces of mannequin, expected a chart of this body"));
  }
}

}  // namespace
}  // namespace vitruvius::body_chart_test
