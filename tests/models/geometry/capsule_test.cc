// Distances of tapered capsules, by hand and against search.
#include <cmath>

#include <gtest/gtest.h>

#include "models/geometry/capsule.h"
#include "models/util/rng.h"

namespace vitruvius::capsule_test {
namespace {

using Eigen::Vector3d;

Vector3d RandomPoint(Rng* rng, double scale) {
  return scale * Vector3d(rng->Normal(), rng->Normal(), rng->Normal());
}

Capsule RandomCapsule(Rng* rng) {
  return {{RandomPoint(rng, 0.3), RandomPoint(rng, 0.3)}, {rng->Uniform(0.01, 0.2), rng->Uniform(0.01, 0.2)}};
}

// The least over a grid; above the truth by less than the grid is coarse.
constexpr int kGrid = 400;
double SearchDistance(const Capsule& capsule, const Vector3d& x) {
  double least = 1e300;
  for (int i = 0; i <= kGrid; ++i) {
    const double s = static_cast<double>(i) / kGrid;
    least = std::min(least, (x - capsule.CenterAt(s)).norm() - capsule.RadiusAt(s));
  }
  return least;
}

TEST(Capsule, DistancesByHand) {
  const Capsule tube = {{Vector3d(0, 0, 0), Vector3d(2, 0, 0)}, {0.5, 0.5}};
  double s;
  EXPECT_DOUBLE_EQ(DistanceToCapsule(tube, {1, 2, 0}, &s), 1.5);
  EXPECT_DOUBLE_EQ(s, 0.5);
  EXPECT_DOUBLE_EQ(DistanceToCapsule(tube, {-3, 4, 0}, &s), 4.5);
  EXPECT_DOUBLE_EQ(s, 0);
  EXPECT_DOUBLE_EQ(DistanceToCapsule(tube, {1, 0.1, 0}, &s), -0.4);
  // Where one end's ball holds the other's, it alone counts.
  const Capsule ball = {{Vector3d(0, 0, 0), Vector3d(0.1, 0, 0)}, {0.2, 0.5}};
  EXPECT_DOUBLE_EQ(DistanceToCapsule(ball, {-2, 0, 0}, &s), 1.6);
  EXPECT_DOUBLE_EQ(s, 1);
  EXPECT_DOUBLE_EQ(tube.Beyond(0.25).ends[0].x(), 0.5);
}

TEST(Capsule, DistanceIsTheLeastOverAllBalls) {
  Rng rng(1);
  for (int i = 0; i < 200; ++i) {
    const Capsule capsule = RandomCapsule(&rng);
    const Vector3d x = RandomPoint(&rng, 0.4);
    double s;
    const double distance = DistanceToCapsule(capsule, x, &s), searched = SearchDistance(capsule, x);
    EXPECT_LE(distance, searched + 1e-12);
    // Between grid points the distance changes by at most this.
    const double step = ((capsule.ends[1] - capsule.ends[0]).norm() + 0.2) / kGrid;
    EXPECT_GT(distance, searched - step);
    EXPECT_NEAR((x - capsule.CenterAt(s)).norm() - capsule.RadiusAt(s), distance, 1e-12);
  }
}

TEST(Capsule, ContactIsTheLeastOverAllBallsOfBoth) {
  Rng rng(2);
  for (int i = 0; i < 200; ++i) {
    const Capsule a = RandomCapsule(&rng), b = RandomCapsule(&rng);
    const CapsuleContact contact = NearestPoints(a, b);
    double least = 1e300;
    for (int k = 0; k <= kGrid; ++k) {
      const double t = static_cast<double>(k) / kGrid;
      double s;
      least = std::min(least, DistanceToCapsule(a, b.CenterAt(t), &s) - b.RadiusAt(t));
    }
    EXPECT_LE(contact.distance, least + 1e-12);
    EXPECT_GT(contact.distance, least - ((b.ends[1] - b.ends[0]).norm() + 0.2) / kGrid);
    EXPECT_NEAR(contact.normal.norm(), 1, 1e-12);
    const Vector3d between = contact.point_a - contact.point_b;
    EXPECT_NEAR((between - between.norm() * contact.normal).norm(), 0, 1e-9);
    EXPECT_NEAR(NearestPoints(b, a).distance, contact.distance, 1e-12);
  }
}

TEST(Capsule, ContactFollowsAMotionAsTheEnvelopeTheoremSays) {
  Rng rng(3);
  for (int i = 0; i < 50; ++i) {
    Capsule a = RandomCapsule(&rng);
    const Capsule b = RandomCapsule(&rng);
    const CapsuleContact contact = NearestPoints(a, b);
    for (int axis = 0; axis < 3; ++axis) {
      constexpr double kStep = 1e-6;  // differences good to 1e-8
      double moved[2];
      for (const int side : {0, 1}) {
        Capsule shifted = a;
        for (Vector3d& end : shifted.ends) end[axis] += side == 0 ? -kStep : kStep;
        moved[side] = NearestPoints(shifted, b).distance;
      }
      EXPECT_NEAR((moved[1] - moved[0]) / (2 * kStep), contact.normal[axis], 1e-5);
    }
  }
}

TEST(Capsule, DegenerateCapsulesHaveFiniteContacts) {
  const Capsule point = {{Vector3d(1, 1, 1), Vector3d(1, 1, 1)}, {0.1, 0.1}};
  const Capsule along = {{Vector3d(0, 0, 0), Vector3d(0, 0, 1)}, {0.1, 0.1}};
  const Capsule crossing = {{Vector3d(-1, 0, 0.5), Vector3d(1, 0, 0.5)}, {0.2, 0.2}};
  EXPECT_NEAR(NearestPoints(point, point).distance, -0.2, 1e-12);
  EXPECT_NEAR(NearestPoints(along, along).distance, -0.2, 1e-12);
  EXPECT_NEAR(NearestPoints(along, crossing).distance, -0.3, 1e-12);
  for (const Capsule* a : {&point, &along, &crossing}) {
    for (const Capsule* b : {&point, &along, &crossing})
      EXPECT_NEAR(NearestPoints(*a, *b).normal.norm(), 1, 1e-12);
  }
}

}  // namespace
}  // namespace vitruvius::capsule_test
