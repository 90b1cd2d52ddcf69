#include "models/metrics/posture.h"

#include <cmath>

#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "models/body/skeleton.h"
#include "models/math/angles.h"

namespace vitruvius::posture_test {
namespace {

// Turns of joints about one axis each, degrees; joint 0 is the whole body.
struct Turn {
  int joint, axis;
  double degrees;
};
BodyParameters Posed(const std::vector<Turn>& turns) {
  BodyParameters body = BodyParameters::Zero(*Mannequin());
  body.body_pose[3 * 15 + 2] = -1.2;  // arms down
  body.body_pose[3 * 16 + 2] = 1.2;
  for (const Turn& turn : turns) {
    if (turn.joint == 0) {
      body.global_orient[turn.axis] = kRadPerDeg * turn.degrees;
    } else {
      body.body_pose[3 * (turn.joint - 1) + turn.axis] = kRadPerDeg * turn.degrees;
    }
  }
  return body;
}
MatrixX3d Joints(const std::vector<Turn>& turns) {
  const BodyParameters body = Posed(turns);
  return PoseSkeleton(*Mannequin(), RestJoints(*Mannequin(), body.betas), body).positions;
}

constexpr int kLeftHip = 1, kRightHip = 2, kSpine = 3, kLeftKnee = 4, kRightKnee = 5, kX = 0, kY = 1;

TEST(Posture, EachKind) {
  const std::vector<std::pair<Posture, std::vector<Turn>>> cases = {
      {Posture::kStanding, {}},
      {Posture::kStanding, {{kLeftKnee, kX, 20}, {kRightKnee, kX, 25}, {0, kY, 130}}},
      {Posture::kWalking, {{kLeftHip, kX, -25}, {kRightHip, kX, 15}, {kRightKnee, kX, 10}}},
      {Posture::kWalking, {{kLeftHip, kX, -60}, {kLeftKnee, kX, 60}}},
      {Posture::kSitting,
       {{kLeftHip, kX, -85}, {kRightHip, kX, -85}, {kLeftKnee, kX, 85}, {kRightKnee, kX, 85}}},
      {Posture::kBending, {{kSpine, kX, 50}}},
      {Posture::kBending,
       {{kLeftKnee, kX, 60}, {kRightKnee, kX, 60}, {kLeftHip, kX, -30}, {kRightHip, kX, -30}}},
      {Posture::kLying, {{0, kX, 88}}},
      {Posture::kLying, {{0, kX, -85}, {kLeftKnee, kX, 30}}},
      {Posture::kAcrobatic, {{0, kX, 180}}}};
  for (size_t i = 0; i < cases.size(); ++i)
    EXPECT_STREQ(PostureName(PostureOf(Joints(cases[i].second))), PostureName(cases[i].first)) << i;
}

TEST(Posture, IsTheSameWhereverTheBodyFaces) {
  for (const double yaw : {0.0, 90.0, 200.0}) {
    const MatrixX3d joints = Joints({{0, kY, yaw}, {kLeftHip, kX, -25}, {kRightHip, kX, 15}});
    EXPECT_EQ(PostureOf(joints), Posture::kWalking);
    EXPECT_NEAR(std::remainder(HeadingRad(joints) - kRadPerDeg * yaw, 2 * kPi), 0, 1e-9);
  }
}

TEST(Posture, BendsOfKneesAndTrunk) {
  const double straight = KneeBendDeg(Joints({}), true);
  EXPECT_LT(straight, 8) << "the rest pose's own";
  EXPECT_TRUE(HasStraightLegs(Joints({})));
  const MatrixX3d bent = Joints({{kLeftKnee, kX, 40}});
  EXPECT_NEAR(KneeBendDeg(bent, true), 40 + straight, 1);
  EXPECT_NEAR(KneeBendDeg(bent, false), straight, 1e-9);
  EXPECT_FALSE(HasStraightLegs(bent));
  EXPECT_NEAR(TrunkForwardsDeg(Joints({{0, kY, 70}})), TrunkForwardsDeg(Joints({})), 1e-9);
  EXPECT_GT(TrunkForwardsDeg(Joints({{kSpine, kX, 30}})) - TrunkForwardsDeg(Joints({})), 15);
}

TEST(Posture, MoreOfABendIsPositive) {
  const auto bend = [](const std::string& joint, const std::string& name, const BodyParameters& body) {
    for (const JointBend& one : JointBends()) {
      if (one.joint == joint && one.name == name) return BendDeg(*Mannequin(), body, one);
    }
    return std::nan("");
  };
  const BodyParameters body = Posed({{kLeftKnee, kX, 40}, {kRightHip, kX, -30}, {18, kY, -50}, {19, kY, 60}});
  EXPECT_NEAR(bend("left_knee", "knee flexion", body), 40, 1e-9);
  EXPECT_NEAR(bend("right_hip", "hip flexion", body), 30, 1e-9);
  EXPECT_NEAR(bend("left_elbow", "elbow flexion", body), 50, 1e-9);
  EXPECT_NEAR(bend("right_elbow", "elbow flexion", body), 60, 1e-9);
  // Raising an arm from the T-pose brings the hand up.
  EXPECT_GT(Joints({{16, 2, 40}})(20, 1), Joints({{16, 2, 0}})(20, 1));
  EXPECT_GT(bend("left_shoulder", "shoulder raised", Posed({{16, 2, 40}})), 0);
  EXPECT_GT(bend("right_shoulder", "shoulder raised", Posed({{17, 2, -40}})), 0);
}

}  // namespace
}  // namespace vitruvius::posture_test
