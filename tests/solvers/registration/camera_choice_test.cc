#include "solvers/registration/camera_choice.h"

#include <cmath>

#include <gtest/gtest.h>

#include "models/util/check.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::camera_choice_test {
namespace {

TEST(ChooseCamera, SaysWhereTheFocalLengthCameFrom) {
  PersonObservation person = MakeKnownPerson(1).observation;
  EXPECT_EQ(ChooseCamera(person, 0).camera.focal_px, Eigen::Vector2d(1000, 1000));
  EXPECT_EQ(ChooseCamera(person, 800).focal_source, "known");
  person.focal_px.reset();
  EXPECT_EQ(ChooseCamera(person, 800).camera.focal_px, Eigen::Vector2d(800, 800));
  EXPECT_EQ(ChooseCamera(person, 800).focal_source, "given");
  EXPECT_DOUBLE_EQ(ChooseCamera(person, 0).camera.focal_px.x(), std::hypot(1000, 1000));
  EXPECT_EQ(ChooseCamera(person, 0).focal_source, "assumed");
  EXPECT_EQ(ChooseCamera(person, 0).camera_source, "file");
  person.center_px.reset();
  EXPECT_EQ(ChooseCamera(person, 0).camera.center_px, Eigen::Vector2d(500, 500));
}

// The lens that sees 90 degrees across has half the width for its focal length; one of 43.27 mm the diagonal.
TEST(ChooseCamera, FocalLengthsInOtherUnits) {
  PersonObservation person = MakeKnownPerson(1).observation;
  person.focal_px.reset();
  person.image_width = 1600;
  person.image_height = 1200;
  GivenFocal given;
  given.fov_deg = 90;
  EXPECT_NEAR(ChooseCamera(person, given).camera.focal_px.x(), 800, 1e-9);
  given.fov_deg = 0;
  given.mm_35 = std::hypot(36, 24) / 2;
  EXPECT_NEAR(ChooseCamera(person, given).camera.focal_px.y(), 1000, 1e-9);
  EXPECT_EQ(ChooseCamera(person, given).focal_source, "given");
  person.focal_35mm = std::hypot(36, 24);
  EXPECT_EQ(ChooseCamera(person, given).focal_source, "given");
  EXPECT_NEAR(ChooseCamera(person, {}).camera.focal_px.x(), 2000, 1e-9);
  EXPECT_EQ(ChooseCamera(person, {}).focal_source, "exif");
  given.px = 3;
  EXPECT_THROW(given.Check(), ContractError);
}

TEST(ChooseCamera, AFrameStandsForAnImageOfUnknownSize) {
  PersonObservation person = MakeKnownPerson(1).observation;
  person.focal_px.reset();
  person.center_px.reset();
  person.image_width = person.image_height = 0;
  person.frame_px = Eigen::Vector4d(-10, 0, 310, 400);
  const ChosenCamera chosen = ChooseCamera(person, 0);
  EXPECT_NEAR(chosen.camera.focal_px.x(), std::hypot(310, 400), 1e-9);
  EXPECT_EQ(chosen.camera.center_px, Eigen::Vector2d(145, 200));
  EXPECT_EQ(chosen.camera_source, "extent");
  // Nobody else is known: the frame of this person alone.
  person.frame_px.reset();
  person.keypoints2d.col(2).setZero();
  person.keypoints2d.row(3) << 100, 200, 1;
  person.keypoints2d.row(7) << 500, 600, 0.5;
  const ChosenCamera alone = ChooseCamera(person, 0);
  EXPECT_EQ(alone.camera.center_px, Eigen::Vector2d(300, 400));
  EXPECT_NEAR(alone.camera.focal_px.x(), 1000, 1e-9);
  person.keypoints2d.col(2).setZero();
  EXPECT_TRUE(ChooseCamera(person, 0).camera.focal_px.allFinite());
}

}  // namespace
}  // namespace vitruvius::camera_choice_test
