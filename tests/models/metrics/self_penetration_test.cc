// Depth of a body's skin inside itself, on bodies made of boxes where it is known.
#include <gtest/gtest.h>

#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "models/metrics/self_penetration.h"

namespace vitruvius::self_penetration_test {
namespace {

BodyParameters Posed(const BodyModel& model, const std::string& joint, const Eigen::Vector3d& turn) {
  BodyParameters p = BodyParameters::Zero(model);
  p.body_pose.segment<3>(3 * (model.JointIndex(joint) - 1)) = turn;
  return p;
}

TEST(SelfPenetration, NothingAtRestOrInAnyHarmlessPose) {
  const auto model = Mannequin();
  const SelfPenetration meter(*model);
  EXPECT_EQ(meter.Deepest(model->v_template()).depth_m, 0);
  for (const auto& [joint, turn] : std::vector<std::pair<std::string, Eigen::Vector3d>>{
           {"left_elbow", {0, -1.5, 0}}, {"left_knee", {1.5, 0, 0}}, {"neck", {0, 0.6, 0}}}) {
    EXPECT_EQ(meter.Deepest(PoseMesh(*model, Posed(*model, joint, turn)).vertices).depth_m, 0) << joint;
  }
}

TEST(SelfPenetration, AnArmTurnedIntoTheTrunkIsFound) {
  const auto model = Mannequin();
  const SelfPenetration meter(*model);
  // Past hanging down: the hand goes through the thigh and out between the legs.
  const SelfPenetration::Depth depth =
      meter.Deepest(PoseMesh(*model, Posed(*model, "left_shoulder", {0, 0, -1.75})).vertices);
  EXPECT_GT(depth.depth_m, kPenetratingM);
  EXPECT_LT(depth.depth_m, 0.15);
  ASSERT_GE(depth.vertex, 0);
  EXPECT_GE(depth.inside_joint, 0);
}

TEST(SelfPenetration, DepthIsThatOfTheSkinBelowTheSurface) {
  // The mannequin's left hand moved, as it is, into the belly: its deepest vertex is where it was put.
  const auto model = Mannequin();
  const SelfPenetration meter(*model);
  MatrixX3d vertices = model->v_template();
  const int nose = model->landmarks().at("nose");
  const int finger = model->landmarks().at("left_middle");
  // One vertex alone, straight behind the nose's tip: never deeper than the way it came.
  for (const double depth_m : {0.005, 0.02}) {
    vertices.row(finger) = model->v_template().row(nose) - depth_m * Eigen::RowVector3d::UnitZ();
    const SelfPenetration::Depth found = meter.Deepest(vertices);
    EXPECT_EQ(found.vertex, finger);
    EXPECT_EQ(model->joint_names()[found.inside_joint], "head");
    EXPECT_GT(found.depth_m, 0.2 * depth_m);
    EXPECT_LE(found.depth_m, depth_m + 1e-12);
  }
  vertices.row(finger) = model->v_template().row(nose) + 0.005 * Eigen::RowVector3d::UnitZ();
  EXPECT_EQ(meter.Deepest(vertices).depth_m, 0);
}

TEST(SelfPenetration, WhatIsDeepInTheTrunkOrBesideACutIsInside) {
  // Solids are open where others begin: what closes them there must face outward as their skin does.
  const auto model = Mannequin();
  const SelfPenetration meter(*model);
  MatrixX3d vertices = model->v_template();
  const int finger = model->landmarks().at("left_middle");
  const auto joint = [&](const char* name) {
    return Eigen::RowVector3d(model->joint_template().row(model->JointIndex(name)));
  };
  const auto found_at = [&](const Eigen::RowVector3d& place) {
    vertices.row(finger) = place;
    return meter.Deepest(vertices).vertex == finger;
  };
  for (const char* name : {"pelvis", "spine1", "spine2", "spine3"})
    EXPECT_TRUE(found_at(joint(name))) << name;
  for (const double inward_m : {-0.04, -0.01, 0.01, 0.04, 0.08}) {  // the left is +x
    EXPECT_TRUE(found_at(joint("right_shoulder") + inward_m * Eigen::RowVector3d::UnitX())) << inward_m;
  }
  EXPECT_FALSE(found_at(joint("spine2") + 0.4 * Eigen::RowVector3d::UnitZ()));
}

}  // namespace
}  // namespace vitruvius::self_penetration_test
