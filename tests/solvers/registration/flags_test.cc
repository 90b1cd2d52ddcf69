#include "solvers/registration/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/body/anatomy.h"
#include "models/metrics/pose_metrics.h"
#include "solvers/registration/fitter.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius::flags_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

MatrixX3d JointsOf(const BodyParameters& parameters) {
  BodyEvaluator joints(Mannequin(), PointSet::AllJoints(*Mannequin()));
  joints.Evaluate(parameters, false);
  return joints.points();
}

Minimum At(const BodyParameters& parameters, double weight) {
  Minimum minimum;
  minimum.hypothesis.parameters = parameters;
  minimum.joints3d = JointsOf(parameters);
  minimum.weight = weight;
  return minimum;
}

// Upright before the camera, the left forearm towards it.
BodyParameters Pointing() {
  BodyParameters parameters = BodyParameters::Zero(*Mannequin());
  parameters.global_orient = UprightOrient(0, 0);
  parameters.transl.z() = 4;
  parameters.body_pose[3 * (Mannequin()->JointIndex("left_elbow") - 1) + 1] = -0.9;
  return parameters;
}

std::vector<std::string> FlagsOf(const std::vector<Minimum>& minima) {
  std::vector<std::string> flags;
  FlagMinima(*Mannequin(), minima, &flags);
  return flags;
}

TEST(Flags, ALimbMirroredInAnotherMinimumIsADepthFlip) {
  const BodyParameters pointing = Pointing();
  BodyParameters away = pointing;
  away.body_pose[3 * (Mannequin()->JointIndex("left_elbow") - 1) + 1] = 0.9;
  EXPECT_THAT(FlagsOf({At(pointing, 0.8), At(away, 0.2)}), ElementsAre("depth_flip:left_forearm"));
  // Two together weigh enough.
  EXPECT_THAT(FlagsOf({At(pointing, 0.88), At(away, 0.06), At(away, 0.06)}),
              ElementsAre("depth_flip:left_forearm"));
  EXPECT_THAT(FlagsOf({At(pointing, 0.95), At(away, 0.05)}), IsEmpty());
  EXPECT_THAT(FlagsOf({At(pointing, 0.5), At(pointing, 0.5)}), IsEmpty());
  EXPECT_THAT(FlagsOf({}), IsEmpty());
}

// A half squat and a straight leg are one picture from the front; a trunk may lean to the camera or stand.
TEST(Flags, LegsAndTrunksThatMayBeOtherwiseAreSaid) {
  const auto set = [](const char* joint, double x, BodyParameters* parameters) {
    parameters->body_pose[3 * (Mannequin()->JointIndex(joint) - 1)] = x;
  };
  const BodyParameters straight = Pointing();
  BodyParameters bent = straight, little = straight, leaning = straight;
  for (const auto& [parameters, knee] : {std::pair{&bent, 0.8}, {&little, 0.3}}) {
    set("left_hip", -0.5 * knee, parameters);
    set("left_knee", knee, parameters);
  }
  EXPECT_THAT(FlagsOf({At(straight, 0.8), At(bent, 0.2)}), Contains("depth_bend:left_leg"));
  EXPECT_THAT(FlagsOf({At(bent, 0.8), At(straight, 0.2)}), Contains("depth_bend:left_leg"));
  EXPECT_THAT(FlagsOf({At(straight, 0.95), At(bent, 0.05)}), IsEmpty());
  EXPECT_THAT(FlagsOf({At(straight, 0.8), At(little, 0.2)}), IsEmpty());
  set("spine1", 0.6, &leaning);
  EXPECT_THAT(FlagsOf({At(straight, 0.8), At(leaning, 0.2)}), Contains("depth_lean:trunk"));
}

TEST(Flags, ABodySeenFromBehindIsLeftRight) {
  const BodyParameters front = Pointing();
  BodyParameters back = front;
  TurnAround(&back);
  EXPECT_THAT(FlagsOf({At(front, 0.6), At(back, 0.4)}), Contains("left_right:body"));
  EXPECT_THAT(FlagsOf({At(front, 0.6), At(front, 0.4)}), Not(Contains("left_right:body")));
}

TEST(Flags, SaturationBeginsWhereTheLossPullsMost) {
  // r rho'(r^2) of Geman-McClure by numbers.
  const double sigma = 100;
  double most = 0, at = 0;
  for (double r = 0; r < 300; r += 0.5) {
    const double pull = r * std::pow(sigma * sigma / (sigma * sigma + r * r), 2);
    if (pull > most) at = r;
    most = std::max(most, pull);
  }
  std::vector<std::string> flags;
  FlagSaturation("left_wrist", at - 1, sigma, &flags);
  EXPECT_THAT(flags, IsEmpty());
  FlagSaturation("left_wrist", at + 1, sigma, &flags);
  EXPECT_THAT(flags, ElementsAre("saturated:left_wrist"));
  FlagSaturation("left_wrist", 1e9, std::numeric_limits<double>::infinity(), &flags);
  EXPECT_EQ(flags.size(), 1u);
}

TEST(Flags, LimitsOfJointsAndShape) {
  BodyParameters bent = BodyParameters::Zero(*Mannequin());
  std::vector<std::string> flags;
  FlagLimits(*Mannequin(), bent, 5, false, &flags);
  EXPECT_THAT(flags, IsEmpty());
  bent.body_pose[3 * (Mannequin()->JointIndex("left_knee") - 1)] = -0.5;  // backwards
  bent.betas[3] = -4.5;
  FlagLimits(*Mannequin(), bent, 5, false, &flags);
  EXPECT_THAT(flags, ElementsAre("limit:left_knee", "limit:shape"));
  flags.clear();
  FlagLimits(*Mannequin(), bent, 5, true, &flags);
  EXPECT_THAT(flags, ElementsAre("limit:left_knee"));
}

// A wrist that was detected elsewhere is named; nobody else is.
TEST(Flags, AFitNamesAKeypointThatIsWrong) {
  PersonObservation person = MakeKnownPerson(3, "openpose25", 2).observation;
  Fitter fitter(Mannequin(), LoadPrior("gmm8"), LoadRecipe("default"), LoadRecipe("keypoints3d"), {});
  const auto saturated = [](const FitResult& result) {
    std::vector<std::string> names;
    for (const std::string& flag : result.flags) {
      if (flag.rfind("saturated:", 0) == 0) names.push_back(flag);
    }
    return names;
  };
  EXPECT_THAT(saturated(fitter.Fit(person)), IsEmpty());
  person.keypoints2d(person.set->Index("left_ear"), 0) += 400;
  EXPECT_THAT(saturated(fitter.Fit(person)), ElementsAre("saturated:left_ear"));
}

}  // namespace
}  // namespace vitruvius::flags_test
