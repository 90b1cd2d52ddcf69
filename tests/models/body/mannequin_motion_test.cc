// The mannequin's shape directions and poses.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/models/body/mannequin_measures.h"

namespace vitruvius::mannequin_motion_test {
namespace {

using Eigen::Vector3d;

constexpr double kPi = 3.14159265358979323846;

void SetRotation(BodyParameters* parameters, const std::string& joint, const Vector3d& degrees) {
  parameters->body_pose.segment<3>(3 * (Mannequin()->JointIndex(joint) - 1)) = degrees * kPi / 180;
}

// Extent along an axis of the trunk's vertices within 2 cm of a height of the template.
double TrunkExtent(const BodyMesh& mesh, double template_height, int axis) {
  const MatrixX3d& rest = Mannequin()->v_template();
  double low = 1e9, high = -1e9;
  for (int v = 0; v < rest.rows(); ++v) {
    if (std::abs(rest(v, 1) - template_height) > .02 || std::abs(rest(v, 0)) > .18) continue;
    low = std::min(low, mesh.vertices(v, axis));
    high = std::max(high, mesh.vertices(v, axis));
  }
  return high - low;
}

// The volume between a joint and the skin around it: faces with all corners near it in the rest pose.
double VolumeAround(const BodyMesh& mesh, const std::string& joint, double reach) {
  const BodyModel& model = *Mannequin();
  const int j = model.JointIndex(joint);
  const Vector3d center = RowOf(mesh.joints, j);
  double volume = 0;
  for (int f = 0; f < model.num_faces(); ++f) {
    bool near = true;
    Vector3d corner[3];
    for (int k = 0; k < 3; ++k) {
      const int v = model.faces()(f, k);
      near = near && (model.v_template().row(v) - model.joint_template().row(j)).norm() < reach;
      corner[k] = RowOf(mesh.vertices, v) - center;
    }
    if (near) volume += corner[0].dot(corner[1].cross(corner[2])) / 6;
  }
  return volume;
}

std::shared_ptr<const BodyModel> WithoutPosedirs() {
  static const std::shared_ptr<const BodyModel> model = [] {
    BodyModelData data = MakeMannequin();
    data.posedirs.resize(0, 0);
    return BodyModel::Create(data);
  }();
  return model;
}

// ------------------------------------------------------------------------------------------------ shape

struct Measures {
  double stature, volume, thigh_and_calf, arm, shoulders, hips, torso, head, chest_depth, belly_depth,
      belly_width;
  double arm_volume;
};

Measures Measure(const BodyParameters& parameters) {
  const BodyModel& model = *Mannequin();
  const BodyMesh mesh = PoseMesh(model, parameters);
  Measures m;
  m.stature = Stature(mesh);
  m.volume = Volume(mesh.vertices, model.faces());
  m.thigh_and_calf = (Joint(mesh, "left_hip") - Joint(mesh, "left_knee")).norm() +
                     (Joint(mesh, "left_knee") - Joint(mesh, "left_ankle")).norm();
  m.arm = (Joint(mesh, "left_shoulder") - Landmark(mesh, "left_middle")).norm();
  m.shoulders = (Joint(mesh, "left_shoulder") - Joint(mesh, "right_shoulder")).norm();
  m.hips = TrunkExtent(mesh, -.09, 0);
  m.torso = (Joint(mesh, "pelvis") - Joint(mesh, "neck")).norm();
  m.head = Landmark(mesh, "head_top").y() - Joint(mesh, "head").y();
  m.chest_depth = TrunkExtent(mesh, .26, 2);
  m.belly_depth = TrunkExtent(mesh, .07, 2);
  m.belly_width = TrunkExtent(mesh, .09, 0);
  m.arm_volume = VolumeAround(mesh, "left_elbow", .09);
  return m;
}

// Betas by what they change; the order is a promise (mannequin.h).
enum Beta { kHeight, kWeight, kLegs, kArms, kShoulders, kHips, kTorso, kHead, kMuscle, kChest };

struct BetaCase {
  Beta beta;
  double Measures::*measure;
  double low, high;  // relative growth for one unit
};

TEST(MannequinShape, RestHasHumanProportions) {
  const BodyMesh rest = PoseMesh(*Mannequin(), BodyParameters::Zero(*Mannequin()));
  const double chest = TrunkExtent(rest, .24, 0), waist = TrunkExtent(rest, .09, 0),
               hips = TrunkExtent(rest, -.09, 0);
  EXPECT_LT(waist, .92 * chest);
  EXPECT_LT(waist, .85 * hips);
  EXPECT_LT(TrunkExtent(rest, .09, 2), .9 * TrunkExtent(rest, .26, 2));  // depths of waist and chest
  EXPECT_NEAR(hips / Stature(rest), .20, .02);
  // Depths down the leg: thigh, knee, calf, ankle.
  EXPECT_LT(TrunkExtent(rest, -.38, 2), .17);
  EXPECT_LT(TrunkExtent(rest, -.46, 2), TrunkExtent(rest, -.38, 2));
  EXPECT_GT(TrunkExtent(rest, -.60, 2), .95 * TrunkExtent(rest, -.52, 2));
  EXPECT_LT(TrunkExtent(rest, -.82, 2), .75 * TrunkExtent(rest, -.60, 2));
  const double head = Landmark(rest, "head_top").y() - .49;  // the chin is at .49
  EXPECT_NEAR(Stature(rest) / head, 7.5, .4);
}

TEST(MannequinShape, EachBetaDoesWhatItSays) {
  const Measures rest = Measure(BodyParameters::Zero(*Mannequin()));
  const BetaCase cases[] = {
      {kHeight, &Measures::stature, .030, .045},
      {kHeight, &Measures::arm, .030, .045},
      {kWeight, &Measures::volume, .12, .25},
      {kWeight, &Measures::belly_depth, .10, .20},
      {kWeight, &Measures::stature, -.003, .003},
      {kWeight, &Measures::arm, -.01, .02},
      {kLegs, &Measures::thigh_and_calf, .025, .045},
      {kLegs, &Measures::torso, -.005, .005},
      {kArms, &Measures::arm, .025, .045},
      {kArms, &Measures::stature, -.001, .001},
      {kShoulders, &Measures::shoulders, .04, .10},
      {kShoulders, &Measures::hips, -.005, .005},
      {kHips, &Measures::hips, .03, .08},
      {kHips, &Measures::shoulders, -.005, .005},
      {kTorso, &Measures::torso, .030, .060},
      {kTorso, &Measures::thigh_and_calf, -.005, .005},
      {kHead, &Measures::head, .03, .06},
      {kHead, &Measures::torso, -.005, .005},
      {kMuscle, &Measures::arm_volume, .08, .20},
      {kMuscle, &Measures::belly_width, -.01, .02},
      {kMuscle, &Measures::stature, -.003, .003},
      {kChest, &Measures::chest_depth, .03, .10},
      {kChest, &Measures::belly_depth, -.12, -.04},
      {kChest, &Measures::stature, -.003, .003},
  };
  for (const BetaCase& c : cases) {
    const double growth = Measure(WithBeta(c.beta, 1)).*c.measure / (rest.*c.measure) - 1;
    EXPECT_GT(growth, c.low) << "beta " << c.beta << ", case " << &c - cases;
    EXPECT_LT(growth, c.high) << "beta " << c.beta << ", case " << &c - cases;
  }
}

TEST(MannequinShape, DirectionsAreIndependent) {
  const RowMatrixXd& directions = Mannequin()->shapedirs();
  for (int a = 0; a < directions.cols(); ++a) {
    for (int b = 0; b < a; ++b) {
      const double cosine = directions.col(a).normalized().dot(directions.col(b).normalized());
      EXPECT_LT(std::abs(cosine), .95) << a << " and " << b;
    }
  }
}

// ------------------------------------------------------------------------------------------------ pose

TEST(MannequinPose, ElbowsAndKneesKeepTheirVolume) {
  // Shares of the volume within 9 cm (elbow) and 12 cm (knee) of the joint that are left at 120 degrees.
  struct Case {
    const char* joint;
    Vector3d degrees;
    double reach, keeps, keeps_without;
  };
  for (const Case& c :
       {Case{"left_elbow", {0, -120, 0}, .09, .92, .84}, Case{"right_elbow", {0, 120, 0}, .09, .92, .84},
        Case{"left_knee", {120, 0, 0}, .12, .92, .88}, Case{"right_knee", {120, 0, 0}, .12, .92, .88}}) {
    BodyParameters bent = BodyParameters::Zero(*Mannequin());
    const double rest = VolumeAround(PoseMesh(*Mannequin(), bent), c.joint, c.reach);
    SetRotation(&bent, c.joint, c.degrees);
    const double with = VolumeAround(PoseMesh(*Mannequin(), bent), c.joint, c.reach) / rest;
    const double without = VolumeAround(PoseMesh(*WithoutPosedirs(), bent), c.joint, c.reach) / rest;
    EXPECT_GT(with, c.keeps) << c.joint;
    EXPECT_LT(with, 1.10) << c.joint << ": the correction must not blow the limb up";
    EXPECT_LT(without, c.keeps_without) << c.joint << ": nothing to correct";
  }
}

TEST(MannequinPose, TwistedForearmDoesNotCollapse) {
  BodyParameters twisted = BodyParameters::Zero(*Mannequin());
  const double rest = VolumeAround(PoseMesh(*Mannequin(), twisted), "left_elbow", .09);
  SetRotation(&twisted, "left_elbow", {90, 0, 0});
  EXPECT_GT(VolumeAround(PoseMesh(*Mannequin(), twisted), "left_elbow", .09) / rest, .95);
  EXPECT_LT(VolumeAround(PoseMesh(*WithoutPosedirs(), twisted), "left_elbow", .09) / rest, .85);
}

TEST(MannequinPose, BlendShapesAreLocal) {
  const BodyModel& model = *Mannequin();
  for (int j = 1; j < model.num_joints(); ++j) {
    for (int v = 0; v < model.num_vertices(); ++v) {
      if ((model.v_template().row(v) - model.joint_template().row(j)).norm() < .30) continue;
      ASSERT_EQ(model.posedirs().block(3 * v, 9 * (j - 1), 3, 9).norm(), 0) << model.joint_names()[j];
    }
  }
}

TEST(MannequinPose, SkinStretchesButDoesNotTear) {
  const BodyModel& model = *Mannequin();
  BodyParameters squat = BodyParameters::Zero(model), run = squat, reach = squat;
  for (const std::string side : {"left_", "right_"}) {
    const double s = side == "left_" ? 1 : -1;
    SetRotation(&squat, side + "hip", {-110, 0, 0});
    SetRotation(&squat, side + "knee", {130, 0, 0});
    SetRotation(&squat, side + "shoulder", {0, 0, -70 * s});
    SetRotation(&reach, side + "shoulder", {0, 0, 70 * s});
    SetRotation(&reach, side + "elbow", {0, -130 * s, 0});
    SetRotation(&run, side + "hip", {-25 - 45 * s, 0, 0});
    SetRotation(&run, side + "knee", {70, 0, 0});
    SetRotation(&run, side + "elbow", {0, -90 * s, 0});
  }
  SetRotation(&run, "spine2", {0, 25, 0});
  SetRotation(&run, "head", {0, 60, 0});
  constexpr double kMaxStretch = 4;  // of an edge, in its rest length
  constexpr double kMinEdge = .004;  // metres; shorter ones prove nothing
  for (const BodyParameters& pose : {squat, run, reach}) {
    const BodyMesh mesh = PoseMesh(model, pose);
    for (int f = 0; f < model.num_faces(); ++f) {
      for (int k = 0; k < 3; ++k) {
        const int a = model.faces()(f, k), b = model.faces()(f, (k + 1) % 3);
        const double rest = (model.v_template().row(a) - model.v_template().row(b)).norm();
        const double posed = (mesh.vertices.row(a) - mesh.vertices.row(b)).norm();
        EXPECT_LT(posed, kMaxStretch * std::max(rest, kMinEdge)) << model.v_template().row(a);
      }
    }
  }
}

// -------------------------------------------------------------------------------------- intersections

bool EdgeMeetsTriangle(const Vector3d& from, const Vector3d& to, const Vector3d& a, const Vector3d& b,
                       const Vector3d& c) {
  const Vector3d normal = (b - a).cross(c - a);
  const double d_from = normal.dot(from - a), d_to = normal.dot(to - a);
  if (d_from * d_to >= 0) return false;
  const Vector3d x = from + d_from / (d_from - d_to) * (to - from);
  return normal.dot((b - a).cross(x - a)) > 0 && normal.dot((c - b).cross(x - b)) > 0 &&
         normal.dot((a - c).cross(x - c)) > 0;
}

// Pairs of faces without a common corner that cut each other, found through a grid of cells.
std::set<std::pair<int, int>> SelfIntersections(const MatrixX3d& vertices, const MatrixX3i& faces) {
  constexpr double kCell = .02;
  std::map<std::array<int, 3>, std::vector<int>> cells;
  std::vector<std::array<Vector3d, 3>> corners(faces.rows());
  for (int f = 0; f < faces.rows(); ++f) {
    for (int k = 0; k < 3; ++k) corners[f][k] = RowOf(vertices, faces(f, k));
    const Vector3d low = corners[f][0].cwiseMin(corners[f][1]).cwiseMin(corners[f][2]) / kCell;
    const Vector3d high = corners[f][0].cwiseMax(corners[f][1]).cwiseMax(corners[f][2]) / kCell;
    std::array<int, 3> at;
    for (at[0] = static_cast<int>(std::floor(low[0])); at[0] <= high[0]; ++at[0]) {
      for (at[1] = static_cast<int>(std::floor(low[1])); at[1] <= high[1]; ++at[1]) {
        for (at[2] = static_cast<int>(std::floor(low[2])); at[2] <= high[2]; ++at[2]) cells[at].push_back(f);
      }
    }
  }
  const auto share_corner = [&](int f, int g) {
    for (int i = 0; i < 3; ++i) {
      for (int k = 0; k < 3; ++k) {
        if (faces(f, i) == faces(g, k)) return true;
      }
    }
    return false;
  };
  std::set<std::pair<int, int>> pairs;
  for (const auto& [cell, members] : cells) {
    for (const int f : members) {
      for (const int g : members) {
        if (f == g || share_corner(f, g)) continue;
        for (int k = 0; k < 3; ++k) {
          if (EdgeMeetsTriangle(corners[f][k], corners[f][(k + 1) % 3], corners[g][0], corners[g][1],
                                corners[g][2])) {
            pairs.insert({std::min(f, g), std::max(f, g)});
          }
        }
      }
    }
  }
  return pairs;
}

TEST(MannequinPose, OrdinaryPosesDoNotIntersectThemselves) {
  const BodyModel& model = *Mannequin();
  const BodyParameters rest = BodyParameters::Zero(model);
  BodyParameters standing = rest, looking = rest, running = rest, heavy = rest, slim = rest;
  for (const std::string side : {"left_", "right_"}) {
    const double s = side == "left_" ? 1 : -1;
    SetRotation(&standing, side + "shoulder", {0, 0, -60 * s});
    SetRotation(&running, side + "shoulder", {0, 0, -50 * s});
    SetRotation(&running, side + "elbow", {0, -60 * s, 0});
    SetRotation(&running, side + "hip", {-15 - 35 * s, 0, 0});
    SetRotation(&running, side + "knee", {45 + 15 * s, 0, 0});
  }
  SetRotation(&looking, "neck", {0, 30, 0});
  SetRotation(&looking, "head", {0, 50, 0});
  heavy.betas[1] = 3;
  slim.betas[1] = -3;
  const std::pair<const char*, const BodyParameters*> poses[] = {
      {"rest", &rest},       {"standing", &standing}, {"looking", &looking},
      {"running", &running}, {"heavy", &heavy},       {"slim", &slim}};
  for (const auto& [name, pose] : poses) {
    const BodyMesh mesh = PoseMesh(model, *pose);
    const auto pairs = SelfIntersections(mesh.vertices, model.faces());
    EXPECT_TRUE(pairs.empty()) << name << ": " << pairs.size() << " pairs, the first at "
                               << mesh.vertices.row(model.faces()(pairs.begin()->first, 0));
  }
}

}  // namespace
}  // namespace vitruvius::mannequin_motion_test
