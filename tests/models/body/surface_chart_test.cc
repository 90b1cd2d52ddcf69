#include "models/body/surface_chart.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/util/check.h"
#include "models/util/parallel.h"
#include "models/util/rng.h"
#include "tests/util/chart_data.h"
#include "tests/util/test_body.h"

namespace vitruvius::surface_chart_test {
namespace {

using ::testing::HasSubstr;

constexpr double kExact = 1e-12;  // a few operations on numbers below 1

std::string ErrorOf(const SurfaceChartData& data) {
  try {
    SurfaceChart::Create(data, "file.mat");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

Eigen::Vector2d At(const SurfaceChartData& data, int face, const Eigen::Vector3d& bary) {
  Eigen::Vector2d uv = Eigen::Vector2d::Zero();
  for (int k = 0; k < 3; ++k) uv += bary(k) * data.uv.block<1, 2>(face, 2 * k).transpose();
  return uv;
}

// The nearest point of a triangle by dividing its sides and its inside finely: slow, and another way.
double SampledDistance(const SurfaceChartData& data, int face, const Eigen::Vector2d& uv) {
  constexpr int kSteps = 60;
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i <= kSteps; ++i) {
    for (int j = 0; i + j <= kSteps; ++j) {
      const Eigen::Vector3d bary(i, j, kSteps - i - j);
      best = std::min(best, (At(data, face, bary / kSteps) - uv).norm());
    }
  }
  return best;
}

TEST(SurfaceChart, EveryPlaceWithinAFaceFindsItself) {
  const SurfaceChartData data = MakeChartData();
  const auto chart = SurfaceChart::Create(data);
  Rng rng(1);
  for (int f = 0; f < chart->num_faces(); ++f) {
    for (int i = 0; i < 5; ++i) {
      Eigen::Vector3d bary = Eigen::Vector3d::Constant(1.0 / 3);  // the centre first
      if (i > 0) {
        for (double& b : bary) b = rng.Uniform(0.05, 1);
        bary /= bary.sum();
      }
      const auto found = chart->Find(data.part(f), At(data, f, bary));
      ASSERT_TRUE(found.has_value());
      EXPECT_EQ(found->face, f);
      EXPECT_EQ(found->distance_uv, 0);
      EXPECT_LT((found->bary - bary).norm(), 1e-10);  // faces are 0.01 and more across
      const ChartPlace place = chart->PlaceOf(found->face, found->bary);
      EXPECT_EQ(place.part, data.part(f));
      EXPECT_LT((place.uv - At(data, f, bary)).norm(), kExact);
      const VertexWeights weights = chart->WeightsOf(*found);
      ASSERT_EQ(weights.size(), 3u);
      for (size_t k = 0; k < 3; ++k) {
        EXPECT_EQ(weights[k].first, data.faces(f, static_cast<int>(k)));
        EXPECT_EQ(weights[k].second, found->bary(static_cast<int>(k)));
      }
    }
  }
}

TEST(SurfaceChart, NearestVertexAgreesWithBruteForce) {
  const SurfaceChartData data = MakeChartData();
  const auto chart = SurfaceChart::Create(data);
  Rng rng(2);
  for (int i = 0; i < 500; ++i) {
    const int part = 1 + static_cast<int>(rng.Index(3));
    const Eigen::Vector2d uv(rng.Uniform(-0.2, 1.2), rng.Uniform(-0.2, 1.2));
    double best = std::numeric_limits<double>::infinity();
    int vertex = -1;
    for (int f = 0; f < data.faces.rows(); ++f) {
      for (int k = 0; k < 3 && data.part(f) == part; ++k) {
        const double distance = (data.uv.block<1, 2>(f, 2 * k).transpose() - uv).norm();
        if (distance < best) {
          best = distance;
          vertex = data.faces(f, k);
        }
      }
    }
    const auto found = chart->NearestVertex(part, uv);
    ASSERT_EQ(found.has_value(), part != 3);
    if (!found) continue;
    EXPECT_EQ(found->vertex, vertex);
    EXPECT_NEAR(found->distance_uv, best, kExact);
  }
}

TEST(SurfaceChart, FindAgreesWithBruteForce) {
  const SurfaceChartData data = MakeChartData();
  const auto chart = SurfaceChart::Create(data);
  Rng rng(3);
  for (int i = 0; i < 60; ++i) {
    const int part = 1 + static_cast<int>(rng.Index(2));
    const Eigen::Vector2d uv(rng.Uniform(-0.3, 1.3), rng.Uniform(-0.3, 1.3));
    double best = std::numeric_limits<double>::infinity();
    for (int f = 0; f < data.faces.rows(); ++f) {
      if (data.part(f) == part) best = std::min(best, SampledDistance(data, f, uv));
    }
    const auto found = chart->Find(part, uv);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(data.part(found->face), part);
    // The samples lie 1/60 of a face apart, and faces are about 0.2 across.
    EXPECT_LE(found->distance_uv, best + kExact);
    EXPECT_GE(found->distance_uv, best - 0.005);
    EXPECT_NEAR((At(data, found->face, found->bary) - uv).norm(), found->distance_uv, kExact);
    EXPECT_GE(found->bary.minCoeff(), 0);
    EXPECT_NEAR(found->bary.sum(), 1, kExact);
  }
}

TEST(SurfaceChart, APlaceOutsideGoesToTheNearestEdge) {
  SurfaceChartData data = MakeTwoTriangles();
  const auto chart = SurfaceChart::Create(data);
  const auto below = chart->Find(1, {0.4, 0.1 - 1e-3});  // below the side from (0.1, 0.1) to (0.9, 0.1)
  ASSERT_TRUE(below.has_value());
  EXPECT_EQ(below->face, 0);
  EXPECT_NEAR(below->distance_uv, 1e-3, kExact);
  EXPECT_LT((below->bary - Eigen::Vector3d(0.625, 0.375, 0)).norm(), kExact);
  const auto beyond = chart->Find(1, {1, 0});  // beyond the corner (0.9, 0.1)
  EXPECT_NEAR(beyond->distance_uv, std::sqrt(0.02), kExact);
  EXPECT_EQ(beyond->bary, Eigen::Vector3d(0, 1, 0));
}

TEST(SurfaceChart, TiesGoToTheLowestFaceAndVertex) {
  const auto chart = SurfaceChart::Create(MakeTwoTriangles());
  EXPECT_EQ(chart->Find(1, {0.5, 0.5})->face, 0);  // on the side that both share
  EXPECT_EQ(chart->Find(1, {0.5, 0.5 + 1e-6})->face, 1);
  // (0.1, 0.1) and (0.9, 0.1) are as near as each other: vertices 7 and 5.
  EXPECT_EQ(chart->NearestVertex(1, {0.5, 0.1})->vertex, 5);
}

TEST(SurfaceChart, AVertexOnASeamHasAPlaceInEachPart) {
  SurfaceChartData data = MakeTwoTriangles();
  data.part << 1, 24;
  const auto chart = SurfaceChart::Create(data);
  for (const int part : {1, 24}) EXPECT_EQ(chart->NearestVertex(part, {0.9, 0.1})->vertex, 5);
  EXPECT_EQ(chart->NearestVertex(24, {0.2, 0.1})->vertex, 5);  // 7 is of part 1 alone
  EXPECT_EQ(chart->NearestVertex(1, {0.2, 0.1})->vertex, 7);
  EXPECT_EQ(chart->Find(24, {0.2, 0.2})->face, 1);
  EXPECT_GT(chart->Find(24, {0.2, 0.2})->distance_uv, 0.1);
}

TEST(SurfaceChart, FacesWithoutAreaDoNotBreakIt) {
  SurfaceChartData data = MakeTwoTriangles();
  SurfaceChartData lines;
  lines.faces.resize(4, 3);
  lines.faces << 0, 1, 2, 3, 4, 8, data.faces.row(0), data.faces.row(1);
  lines.part = Eigen::Vector4i::Ones();
  lines.uv.resize(4, 6);
  lines.uv << 0.3, 0.3, 0.3, 0.3, 0.3, 0.3,  // a point within the triangle that comes third
      0.2, 0.2, 0.2, 0.4, 0.2, 0.3,          // a line within it
      data.uv.row(0), data.uv.row(1);
  const auto chart = SurfaceChart::Create(lines);
  EXPECT_EQ(chart->Find(1, {0.3, 0.3})->face, 2);
  EXPECT_EQ(chart->Find(1, {0.2, 0.25})->face, 2);
  lines.faces = lines.faces.topRows<2>().eval();
  lines.part = Eigen::Vector2i::Ones();
  lines.uv = lines.uv.topRows<2>().eval();
  const auto alone = SurfaceChart::Create(lines);
  const auto found = alone->Find(1, {0.1, 0.25});
  EXPECT_EQ(found->face, 1);
  EXPECT_NEAR(found->distance_uv, 0.1, kExact);
  EXPECT_NEAR(found->bary.sum(), 1, kExact);
  EXPECT_LT((alone->PlaceOf(1, found->bary).uv - Eigen::Vector2d(0.2, 0.25)).norm(), kExact);
  EXPECT_EQ(alone->Find(1, {0.31, 0.3})->face, 0);
}

TEST(SurfaceChart, WhatIsNoPlaceFindsNothing) {
  const auto chart = SurfaceChart::Create(MakeTwoTriangles());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const int part : {-1, 0, 2, 24, 25}) {
    EXPECT_FALSE(chart->Find(part, {0.5, 0.5}).has_value()) << part;
    EXPECT_FALSE(chart->NearestVertex(part, {0.5, 0.5}).has_value()) << part;
  }
  EXPECT_FALSE(chart->Find(1, {nan, 0.5}).has_value());
  EXPECT_FALSE(chart->NearestVertex(1, {0.5, std::numeric_limits<double>::infinity()}).has_value());
  EXPECT_THROW(chart->PlaceOf(2, {1, 0, 0}), ContractError);
  EXPECT_THROW(chart->PlaceOf(-1, {1, 0, 0}), ContractError);
}

TEST(SurfaceChart, ManyThreadsFindTheSame) {
  const auto chart = SurfaceChart::Create(MakeChartData());
  const int count = 2000;
  const auto uv = [](int i) { return Eigen::Vector2d(0.31 * i - std::floor(0.31 * i), (i % 97) / 97.0); };
  std::vector<int> faces(count), vertices(count);
  ParallelFor(count, 4, [&](int i, int) {
    faces[static_cast<size_t>(i)] = chart->Find(1 + i % 2, uv(i))->face;
    vertices[static_cast<size_t>(i)] = chart->NearestVertex(1 + i % 2, uv(i))->vertex;
  });
  for (int i = 0; i < count; ++i) {
    EXPECT_EQ(chart->Find(1 + i % 2, uv(i))->face, faces[static_cast<size_t>(i)]);
    EXPECT_EQ(chart->NearestVertex(1 + i % 2, uv(i))->vertex, vertices[static_cast<size_t>(i)]);
  }
}

TEST(SurfaceChart, WhatIsWrongIsNamed) {
  const SurfaceChartData good = MakeTwoTriangles();
  EXPECT_EQ(ErrorOf(good), "");
  EXPECT_EQ(ErrorOf({}), "file.mat: faces: found none, expected 1 or more");
  SurfaceChartData bad = good;
  bad.part.resize(3);
  EXPECT_EQ(ErrorOf(bad), "file.mat: chart_part: found 3 faces, expected 2");
  bad = good;
  bad.uv.conservativeResize(1, 6);
  EXPECT_EQ(ErrorOf(bad), "file.mat: chart_uv: found 1 faces, expected 2");
  for (const int part : {0, 25, -3}) {
    bad = good;
    bad.part(1) = part;
    EXPECT_EQ(ErrorOf(bad), StrCat("file.mat: chart_part: face 1: found part ", part, ", expected 1 to 24"));
  }
  bad = good;
  bad.uv(1, 3) = 1.5;
  EXPECT_EQ(ErrorOf(bad), "file.mat: chart_uv: face 1, corner 1: found v 1.5, expected 0 to 1");
  bad.uv(1, 3) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(ErrorOf(bad), HasSubstr("corner 1: found v nan"));
  bad = good;
  bad.faces(1, 2) = -1;
  EXPECT_EQ(ErrorOf(bad), "file.mat: faces: face 1: found vertex -1, expected 0 or more");
}

TEST(SurfaceChart, RoundingIsForgiven) {
  SurfaceChartData data = MakeTwoTriangles();
  data.uv(0, 0) = -1e-7;
  data.uv(0, 2) = 1 + 1e-7;
  const auto chart = SurfaceChart::Create(data);
  EXPECT_EQ(chart->data().uv(0, 0), 0);
  EXPECT_EQ(chart->data().uv(0, 2), 1);
}

TEST(SurfaceChart, ABodyBringsItsOwn) {
  BodyModelData data = MakeTestBody()->data();
  EXPECT_EQ(ChartOf(*BodyModel::Create(data)), nullptr);
  data.chart_part = Eigen::VectorXi::Constant(data.faces.rows(), 5);
  data.chart_uv = ChartUv::Constant(data.faces.rows(), 6, 0.5);
  const auto chart = ChartOf(*BodyModel::Create(data));
  ASSERT_NE(chart, nullptr);
  EXPECT_EQ(chart->data().faces, data.faces);
  EXPECT_EQ(chart->Find(5, {0.5, 0.5})->face, 0);
  const auto error = [&] {
    try {
      BodyModel::Create(data);
    } catch (const InputError& caught) {
      return std::string(caught.what());
    }
    return std::string();
  };
  data.chart_part(3) = 0;
  EXPECT_EQ(error(), "test body: chart_part: face 3: found part 0, expected 1 to 24");
  data.chart_part.resize(0);
  EXPECT_THAT(error(), HasSubstr("test body: chart_part: found 0 faces, expected 58"));
}

}  // namespace
}  // namespace vitruvius::surface_chart_test
