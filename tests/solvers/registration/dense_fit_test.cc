// Fits of parametric bodies to points of the surface.
#include <gtest/gtest.h>

#include "data/bodies/body_chart.h"
#include "models/body/mannequin.h"
#include "models/metrics/pose_metrics.h"
#include "models/util/check.h"
#include "priors/registry.h"
#include "solvers/registration/fitter.h"
#include "tests/util/surface_person.h"

namespace vitruvius::dense_fit_test {
namespace {

Fitter MakeFitter(const FitOptions& options = {}) {
  return Fitter(Mannequin(), LoadPrior("gmm8"), LoadRecipe("dense"), LoadRecipe("keypoints3d"), options);
}

TEST(DenseFit, PointsOfTheSurfaceMakeBodiesBetter) {
  constexpr int kPeople = 12;
  Fitter fitter = MakeFitter();
  double with = 0, without = 0;
  for (std::uint64_t seed = 1; seed <= kPeople; ++seed) {
    KnownPerson person = MakeKnownPersonWithSurface(seed, 100);
    const FitResult dense = fitter.Fit(person.observation);
    ASSERT_TRUE(dense.usable) << dense.reason << ": " << dense.detail;
    EXPECT_EQ(dense.num_keypoints, 117);
    with += ProcrustesMpjpeMm(dense.joints3d, person.joints3d);
    person.observation.dense.clear();
    without += ProcrustesMpjpeMm(fitter.Fit(person.observation).joints3d, person.joints3d);
  }
  EXPECT_LT(with, 0.7 * without) << "mm, sums over people";
}

// What a point of the surface counts is told at one size of a person, whatever the picture's.
TEST(DenseFit, IsTheSameInAPictureOfTwiceTheSize) {
  KnownPerson person = MakeKnownPersonWithSurface(2, 60);
  for (DensePoint& point : person.observation.dense)
    point.image_px += Eigen::Vector2d(9, -6);  // both kinds tell
  const FitResult small = MakeFitter().Fit(person.observation);
  PersonObservation& large = person.observation;
  large.keypoints2d.leftCols<2>() *= 2;
  for (DensePoint& point : large.dense) point.image_px *= 2;
  *large.focal_px *= 2;
  *large.center_px *= 2;
  large.image_width *= 2;
  large.image_height *= 2;
  const FitResult twice = MakeFitter().Fit(large);
  ASSERT_TRUE(small.usable && twice.usable) << small.detail << twice.detail;
  EXPECT_LT((small.joints3d - twice.joints3d).rowwise().norm().maxCoeff(), 2e-3) << "m";
}

TEST(DenseFit, NeedsNoKeypoints) {
  KnownPerson person = MakeKnownPersonWithSurface(3, 150);
  person.observation.set = nullptr;
  person.observation.keypoints2d.resize(0, 3);
  const FitResult result = MakeFitter().Fit(person.observation);
  ASSERT_TRUE(result.usable) << result.reason << ": " << result.detail;
  EXPECT_LT(result.residual_median, 3);
  EXPECT_LT(ProcrustesMpjpeMm(result.joints3d, person.joints3d), 60);
}

TEST(DenseFit, CoordinatesOfTheChartAreAsGoodAsFaces) {
  const auto chart = ChartOrOwn(*Mannequin());
  KnownPerson person = MakeKnownPersonWithSurface(4, 100);
  const FitResult by_face = MakeFitter().Fit(person.observation);
  for (DensePoint& point : person.observation.dense) {
    const ChartPlace place = chart->PlaceOf(point.face, point.bary);
    point = {point.image_px, 1, -1, Eigen::Vector3d::Zero(), place.part, place.uv};
  }
  FitOptions options;
  options.surface.chart = chart;
  const FitResult by_place = MakeFitter(options).Fit(person.observation);
  ASSERT_TRUE(by_place.usable && by_face.usable) << by_place.detail << by_face.detail;
  EXPECT_LT((by_place.joints3d - by_face.joints3d).rowwise().norm().maxCoeff(), 1e-3) << "m";
  options.surface.kind = SurfaceLookup::Kind::kVertex;
  const FitResult by_vertex = MakeFitter(options).Fit(person.observation);
  ASSERT_TRUE(by_vertex.usable) << by_vertex.detail;
  EXPECT_GT(by_vertex.residual_median, by_place.residual_median);
  // Without a chart such points are nowhere: keypoints alone are left.
  const FitResult nowhere = MakeFitter().Fit(person.observation);
  EXPECT_EQ(nowhere.num_keypoints, 17);
}

TEST(DenseFit, CoordinatesFarFromThePartArePassedOver) {
  DensePoint corner;  // a head is round in its chart: its corners are nowhere
  corner.part = 24;
  corner.uv = {0, 0};
  SurfaceLookup lookup;
  lookup.chart = ChartOrOwn(*Mannequin());
  for (const SurfaceLookup::Kind kind : {SurfaceLookup::Kind::kPlace, SurfaceLookup::Kind::kVertex}) {
    lookup.kind = kind;
    lookup.max_distance_uv = SurfaceLookup().max_distance_uv;
    EXPECT_EQ(BindSurface({corner}, *Mannequin(), lookup).passed_over, 1);
    lookup.max_distance_uv = 1;
    EXPECT_EQ(BindSurface({corner}, *Mannequin(), lookup).dense_of_point.size(), 1u);
  }
}

TEST(DenseFit, AChartOfAnotherBodyIsRefused) {
  SurfaceChartData other = ChartOrOwn(*Mannequin())->data();
  other.faces(0, 0) = Mannequin()->num_vertices();
  FitOptions options;
  options.surface.chart = SurfaceChart::Create(other);
  const FitResult result = MakeFitter(options).Fit(MakeKnownPersonWithSurface(5, 20).observation);
  EXPECT_EQ(result.reason, reason::kBadInput);
  EXPECT_NE(result.detail.find("chart"), std::string::npos) << result.detail;
}

TEST(DenseFit, RecipesWithoutTheTermPassThemOver) {
  const KnownPerson person = MakeKnownPersonWithSurface(6, 50);
  Fitter fitter(Mannequin(), LoadPrior("gmm8"), LoadRecipe("default"), LoadRecipe("keypoints3d"), {});
  EXPECT_EQ(fitter.Fit(person.observation).num_keypoints, 17);
}

}  // namespace
}  // namespace vitruvius::dense_fit_test
