#include "solvers/deform_and_learn/person_depths.h"

#include <cmath>

#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "models/util/check.h"
#include "solvers/registration/segment_fitter.h"
#include "tests/util/surface_person.h"

namespace vitruvius::person_depths_test {
namespace {

std::vector<PersonObservation> People(int count) {
  std::vector<PersonObservation> people;
  for (int i = 0; i < count; ++i) {
    people.push_back(MakeKnownPersonWithSurface(static_cast<std::uint64_t>(i + 1), 60).observation);
    people.back().id = "person_" + std::to_string(i);
  }
  return people;
}

TEST(LiftedKeypoints, AreLimbsAndHeadOfTheSet) {
  const KeypointSet lifted = LiftedKeypoints(*FindKeypointSet("coco17"), *Mannequin());
  EXPECT_EQ(lifted.size(), 13);  // nose, and six of each side
  EXPECT_GE(lifted.Index("left_wrist"), 0);
  EXPECT_LT(lifted.Index("left_ear"), 0);
  EXPECT_EQ(LiftedKeypoints(*FindKeypointSet("lsp14"), *Mannequin()).size(), 14);
  KeypointSet hands;
  hands.name = "hands";
  hands.points = {{"left_wrist", "left_wrist"}};
  EXPECT_THROW(LiftedKeypoints(hands, *Mannequin()), InputError);
}

TEST(TableOfPeople, HoldsEveryoneWhoIsWhollySeenAndTheMirrorImage) {
  std::vector<PersonObservation> people = People(3);
  const KeypointSet lifted = LiftedKeypoints(*people[0].set, *Mannequin());
  people[1].keypoints2d(people[1].set->Index("left_knee"), 2) = 0;  // not seen
  const LifterTable table = TableOfPeople(Mannequin(), lifted, people, {}, {});
  ASSERT_EQ(table.size(), 4);
  EXPECT_FALSE(table.registered.defined());
  const auto seen = [&](std::int64_t row, const char* name, int axis) {
    return table.keypoints[row][lifted.Index(name)][axis].item<double>();
  };
  const PersonObservation& third = people[2];
  const int knee = third.set->Index("right_knee");
  EXPECT_NEAR(seen(1, "right_knee", 0), third.keypoints2d(knee, 0), 1e-3);
  EXPECT_NEAR(seen(3, "left_knee", 0), -third.keypoints2d(knee, 0), 1e-3);
  EXPECT_NEAR(seen(3, "left_knee", 1), third.keypoints2d(knee, 1), 1e-3);
  for (PersonObservation& person : people) person.keypoints2d.col(2).setZero();
  EXPECT_THROW(TableOfPeople(Mannequin(), lifted, people, {}, {}), InputError);
}

TEST(TableOfPeople, RegisteredJointsAreThoseOfTheBodyInThePicturesUnit) {
  const std::vector<PersonObservation> people = People(2);
  SegmentFitter fitter(Mannequin(), LoadRecipe("dense-first"), {});
  std::vector<FitResult> registered;
  for (const PersonObservation& person : people) registered.push_back(fitter.Fit(person));
  ASSERT_TRUE(registered[0].usable && registered[1].usable);
  const KeypointSet lifted = LiftedKeypoints(*people[0].set, *Mannequin());
  const LifterTable table = TableOfPeople(Mannequin(), lifted, people, registered, {true, false});
  EXPECT_TRUE(std::isnan(table.registered[1].sum().item<double>()));  // not trusted
  const int knee = Mannequin()->JointIndex("left_knee");
  const double s = registered[0].weak_camera_px[0];
  for (const auto& [row, name, sign] : {std::tuple{0, "left_knee", 1}, {2, "right_knee", -1}}) {
    const at::Tensor found = table.registered[row][lifted.Index(name)];
    EXPECT_NEAR(found[0].item<double>(), sign * registered[0].joints2d(knee, 0), 0.05 * s);
    EXPECT_NEAR(found[1].item<double>(), registered[0].joints2d(knee, 1), 0.05 * s);
    // Depth is about the pelvis, and not turned round in the mirror image.
    EXPECT_NEAR(found[2].item<double>(), s * (registered[0].joints3d(knee, 2) - registered[0].joints3d(0, 2)),
                0.05 * s);
  }
}

TEST(LiftPeople, GivesDepthsToTheKeypointsThatAreLifted) {
  std::vector<PersonObservation> people = People(3);
  const KeypointSet lifted = LiftedKeypoints(*people[0].set, *Mannequin());
  people[1].keypoints2d(people[1].set->Index("left_knee"), 2) = 0;
  LifterSize size;
  size.joints = lifted.size();
  size.hidden = 8;
  const auto generator = std::make_shared<DepthGenerator>(size, at::kCPU);
  generator->parameters().Initialise(3);
  const DepthLifter lifter(generator, SkeletonOf(Mannequin(), lifted));
  people[1].keypoint_depths_px.setOnes(17, 2);  // of another lifter
  LiftPeople(lifter, &people);
  EXPECT_EQ(people[1].keypoint_depths_px.rows(), 0);
  ASSERT_EQ(people[2].keypoint_depths_px.rows(), people[2].set->size());
  const int nose = people[2].set->Index("nose"), ear = people[2].set->Index("left_ear");
  EXPECT_EQ(people[2].keypoint_depths_px(nose, 1), 1);
  EXPECT_EQ(people[2].keypoint_depths_px(ear, 1), 0);  // not lifted: no say
  at::Tensor alone = at::empty({1, lifted.size(), 2}, at::kFloat);
  for (int k = 0; k < lifted.size(); ++k) {
    const int place = people[2].set->Index(lifted.points[static_cast<size_t>(k)].name);
    for (int axis = 0; axis < 2; ++axis) alone[0][k][axis] = people[2].keypoints2d(place, axis);
  }
  const auto depth_px = lifter.Lift(alone)[0][lifted.Index("nose")].item<double>();
  EXPECT_GT(std::abs(depth_px), 0.1);
  EXPECT_NEAR(people[2].keypoint_depths_px(nose, 0), depth_px, 1e-3 * std::abs(depth_px));
}

}  // namespace
}  // namespace vitruvius::person_depths_test
