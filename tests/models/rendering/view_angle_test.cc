#include "models/rendering/view_angle.h"

#include <gtest/gtest.h>
#include <Eigen/Geometry>

#include "models/body/mannequin.h"
#include "models/math/angles.h"
#include "models/math/so3.h"
#include "models/util/rng.h"

namespace vitruvius::view_angle_test {
namespace {

// The body's own left, up and chest as the viewer sees them (x right, y down, z away).
struct Seen {
  Eigen::Vector3d left, up, chest;
};
Seen SeenAt(const ViewAngle& angle, const Eigen::Matrix3d& result_from_body, bool y_up) {
  FitResult result;
  result.parameters = BodyParameters::Zero(*Mannequin());
  result.parameters.global_orient = LogSO3(result_from_body);
  const Eigen::Matrix3d upright =
      y_up ? Eigen::Matrix3d(Eigen::Vector3d(1, -1, -1).asDiagonal()) : Eigen::Matrix3d::Identity();
  const Eigen::Matrix3d viewer_from_body = ViewerAt(angle, result, upright) * result_from_body;
  return {viewer_from_body.col(0), viewer_from_body.col(1), viewer_from_body.col(2)};
}

const Eigen::Vector3d kRight(1, 0, 0), kDown(0, 1, 0), kAway(0, 0, 1);

TEST(ViewAngle, StandsAboutTheChestWhicheverWayItPoints) {
  Rng rng(1);
  for (int i = 0; i < 20; ++i) {
    const bool y_up = i % 2 == 0;
    const Eigen::Matrix3d turned = ExpSO3({y_up ? 0 : kPi, 0, 0}) * ExpSO3({0, rng.Uniform(0, 2 * kPi), 0});
    const Seen front = SeenAt({0, 0}, turned, y_up);
    EXPECT_LT((front.chest + kAway).norm(), 1e-9);
    EXPECT_LT((front.up + kDown).norm(), 1e-9);
    EXPECT_LT((front.left - kRight).norm(), 1e-9);
    const Seen side = SeenAt({kPi / 2, 0}, turned, y_up);
    EXPECT_LT((side.left + kAway).norm(), 1e-9);
    EXPECT_LT((side.up + kDown).norm(), 1e-9);
    const Seen top = SeenAt({0, kPi / 2}, turned, y_up);
    EXPECT_LT((top.up + kAway).norm(), 1e-9);
    EXPECT_LT((top.left - kRight).norm(), 1e-9);
  }
}

TEST(ViewAngle, StandsWhereTheCameraStoodForAllBodiesAlike) {
  const Eigen::Matrix3d turned = ExpSO3({kPi, 0, 0}) * ExpSO3({0, 0.7, 0});
  const Seen front = SeenAt({0, 0, ViewAngle::Front::kCamera}, turned, false);
  EXPECT_LT((front.chest - turned.col(2)).norm(), 1e-9);
  // A point far from the camera is at one side.
  FitResult result;
  result.parameters = BodyParameters::Zero(*Mannequin());
  const Eigen::Matrix3d side =
      ViewerAt({kPi / 2, 0, ViewAngle::Front::kCamera}, result, Eigen::Matrix3d::Identity());
  EXPECT_NEAR(std::abs((side * kAway).x()), 1, 1e-9);
}

TEST(ViewAngle, ABodyOnItsBackIsSeenFromWhereTheCameraStood) {
  const Eigen::Matrix3d lying = ExpSO3({-kPi / 2, 0, 0});  // chest up, y up
  const Seen front = SeenAt({0, 0}, lying, true);
  EXPECT_LT((front.chest + kDown).norm(), 1e-9);
}

TEST(UprightViewer, HeadsAreUp) {
  FitResult result;
  for (const double x : {0.0, kPi}) {  // y up, y down
    BodyParameters parameters = BodyParameters::Zero(*Mannequin());
    parameters.global_orient.x() = x;
    const BodyMesh mesh = PoseMesh(*Mannequin(), parameters);
    const Eigen::Matrix3d upright = UprightViewer(result, *Mannequin(), mesh);
    const int head = Mannequin()->JointIndex("head");
    EXPECT_LT((upright * (mesh.joints.row(head) - mesh.joints.row(0)).transpose()).y(), 0);
    EXPECT_NEAR(upright.determinant(), 1, 1e-12);
  }
  // What a camera saw has y down, even of somebody upside down.
  result.focal_px << 500, 500;
  const BodyMesh mesh = PoseMesh(*Mannequin(), BodyParameters::Zero(*Mannequin()));
  EXPECT_TRUE(UprightViewer(result, *Mannequin(), mesh).isIdentity());
}

}  // namespace
}  // namespace vitruvius::view_angle_test
