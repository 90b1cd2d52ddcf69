// Places on the surface: rays that meet it, and draws even over its area.
#include "models/body/surface_sampling.h"

#include <cmath>

#include <gtest/gtest.h>
#include <Eigen/Geometry>

#include "models/body/mannequin.h"

namespace vitruvius::surface_sampling_test {
namespace {

// The mannequin two metres before the eye.
MatrixX3d Before(const BodyModel& model) {
  MatrixX3d vertices = model.v_template();
  vertices.rowwise() -= vertices.colwise().mean();
  vertices.col(2).array() += 2;
  return vertices;
}

TEST(PlaceOnRay, FindsThePlaceThatTheRayGoesThrough) {
  const auto model = Mannequin();
  const MatrixX3d vertices = Before(*model);
  const SurfaceSampler sampler(*model);
  Rng rng(1);
  for (int i = 0; i < 200; ++i) {
    const SurfacePlace drawn = sampler.Draw(&rng);
    EXPECT_NEAR(drawn.bary.sum(), 1, 1e-12);
    const Eigen::Vector3d position = PositionOf(drawn, *model, vertices);
    const SurfacePlace found = PlaceOnRay(drawn.face, 0.3 * position, *model, vertices);
    EXPECT_EQ(found.face, drawn.face);
    // A face seen edge on is met along a line: then the ray's own direction is all that can be asked.
    const Eigen::Vector3d met = PositionOf(found, *model, vertices);
    EXPECT_LT(met.cross(position).norm() / (met.norm() * position.norm()), 1e-6) << i;
  }
}

TEST(PlaceOnRay, ARayThatPassesByGivesAPlaceOfTheFace) {
  const auto model = Mannequin();
  const MatrixX3d vertices = Before(*model);
  for (const Eigen::Vector3d& ray : {Eigen::Vector3d(5, 0, 1), Eigen::Vector3d(0, 0, 0)}) {
    const SurfacePlace place = PlaceOnRay(3, ray, *model, vertices);
    EXPECT_GE(place.bary.minCoeff(), 0);
    EXPECT_NEAR(place.bary.sum(), 1, 1e-12);
  }
}

TEST(FirstOnRay, NothingOfTheBodyIsNearerOnTheRay) {
  const auto model = Mannequin();
  const MatrixX3d vertices = Before(*model);
  const SurfaceSampler sampler(*model);
  Rng rng(2);
  int seen = 0, behind = 0;
  for (int i = 0; i < 200; ++i) {
    const Eigen::Vector3d position = PositionOf(sampler.Draw(&rng), *model, vertices);
    const double first = FirstOnRay(position, *model, vertices);
    EXPECT_LT(first, 1 + 1e-9);  // the place itself is on the ray
    (first > 1 - 1e-9 ? seen : behind) += 1;
    EXPECT_NEAR(FirstOnRay(2 * position, *model, vertices), first / 2, 1e-9);
  }
  // Of a closed surface every ray that goes in comes out again.
  EXPECT_GT(seen, 50);
  EXPECT_GT(behind, 50);
}

TEST(FirstOnRay, SeesTheWallFromInsideAndNothingBesideIt) {
  const auto model = Mannequin();
  MatrixX3d vertices = Before(*model);
  EXPECT_TRUE(std::isinf(FirstOnRay({5, 0, 1}, *model, vertices)));
  EXPECT_TRUE(std::isinf(FirstOnRay({0, 0, -1}, *model, vertices)));  // it is not behind the eye
  // The eye in the trunk, between chest and pelvis.
  const Eigen::RowVector3d inside = (model->joint_template().row(0) + model->joint_template().row(3)) / 2;
  vertices = model->v_template().rowwise() - inside;
  for (const Eigen::Vector3d& ray :
       {Eigen::Vector3d(0, 0, 1), Eigen::Vector3d(0, 0, -1), Eigen::Vector3d(1, 0, 0)}) {
    const double wall_m = FirstOnRay(ray, *model, vertices);
    EXPECT_GT(wall_m, 0.02);
    EXPECT_LT(wall_m, 0.5);
  }
}

TEST(SurfaceSampler, DrawsEvenlyOverTheArea) {
  const auto model = Mannequin();
  const MatrixX3d& vertices = model->v_template();
  double area = 0, area_above = 0;
  for (Eigen::Index f = 0; f < model->faces().rows(); ++f) {
    const Eigen::Vector3d a = vertices.row(model->faces()(f, 0)), b = vertices.row(model->faces()(f, 1)),
                          c = vertices.row(model->faces()(f, 2));
    const double half = (b - a).cross(c - a).norm() / 2;
    area += half;
    if ((a + b + c).y() > 0) area_above += half;
  }
  const SurfaceSampler sampler(*model);
  Rng rng(3);
  constexpr int kDraws = 20000;
  int above = 0;
  for (int i = 0; i < kDraws; ++i) {
    const SurfacePlace place = sampler.Draw(&rng);
    Eigen::Vector3d middle = Eigen::Vector3d::Zero();
    for (int corner = 0; corner < 3; ++corner)
      middle += vertices.row(model->faces()(place.face, corner)).transpose();
    above += middle.y() > 0;
  }
  const double share = area_above / area, deviation = std::sqrt(share * (1 - share) / kDraws);
  EXPECT_NEAR(static_cast<double>(above) / kDraws, share, 5 * deviation);
}

}  // namespace
}  // namespace vitruvius::surface_sampling_test
