#include "models/metrics/posture.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/math/angles.h"
#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using Eigen::Vector3d;

enum Joint : int {
  kPelvis = 0,
  kLeftHip = 1,
  kRightHip = 2,
  kLeftKnee = 4,
  kRightKnee = 5,
  kLeftAnkle = 7,
  kRightAnkle = 8,
  kNeck = 12,
  kLeftShoulder = 16,
  kRightShoulder = 17,
  kLeftWrist = 20,
  kRightWrist = 21,
  kSmplJoints = 24
};

Vector3d At(const MatrixX3d& joints, int j) { return joints.row(j).transpose(); }

double AngleDeg(const Vector3d& a, const Vector3d& b) { return kDegPerRad * AngleBetween(a, b); }

}  // namespace

const char* PostureName(Posture posture) {
  static constexpr const char* kNames[kNumPostures] = {"standing", "walking", "sitting",
                                                       "bending",  "lying",   "acrobatic"};
  return kNames[static_cast<int>(posture)];
}

double KneeBendDeg(const MatrixX3d& joints, bool left) {
  const int hip = left ? kLeftHip : kRightHip, knee = left ? kLeftKnee : kRightKnee,
            ankle = left ? kLeftAnkle : kRightAnkle;
  return AngleDeg(At(joints, knee) - At(joints, hip), At(joints, ankle) - At(joints, knee));
}

bool HasStraightLegs(const MatrixX3d& joints) {
  constexpr double kStraightDeg = 15;
  return KneeBendDeg(joints, true) < kStraightDeg && KneeBendDeg(joints, false) < kStraightDeg;
}

double HeadingRad(const MatrixX3d& joints) {
  const Vector3d left =
      At(joints, kLeftHip) - At(joints, kRightHip) + At(joints, kLeftShoulder) - At(joints, kRightShoulder);
  const Vector3d forwards = left.cross(Vector3d::UnitY());
  return std::atan2(forwards.x(), forwards.z());
}

double TrunkForwardsDeg(const MatrixX3d& joints) {
  const Vector3d trunk = At(joints, kNeck) - At(joints, kPelvis);
  const double heading = HeadingRad(joints);
  return kDegPerRad * std::atan2(trunk.dot(Vector3d(std::sin(heading), 0, std::cos(heading))), trunk.y());
}

Posture PostureOf(const MatrixX3d& joints) {
  VT_CHECK_GE(joints.rows(), static_cast<Eigen::Index>(kSmplJoints));
  const Vector3d up = Vector3d::UnitY(), trunk = At(joints, kNeck) - At(joints, kPelvis);
  const double leg = 0.5 * ((At(joints, kLeftKnee) - At(joints, kLeftHip)).norm() +
                            (At(joints, kLeftAnkle) - At(joints, kLeftKnee)).norm() +
                            (At(joints, kRightKnee) - At(joints, kRightHip)).norm() +
                            (At(joints, kRightAnkle) - At(joints, kRightKnee)).norm());
  const double tilt = AngleDeg(trunk, up);
  const double pelvis = joints(kPelvis, 1);
  const double low_ankle = std::min(joints(kLeftAnkle, 1), joints(kRightAnkle, 1));
  const double high_ankle = std::max(joints(kLeftAnkle, 1), joints(kRightAnkle, 1));
  const double high_wrist = std::max(joints(kLeftWrist, 1), joints(kRightWrist, 1));
  const double lowest = joints.topRows<kSmplJoints>().col(1).minCoeff();
  const Vector3d left_thigh = At(joints, kLeftKnee) - At(joints, kLeftHip),
                 right_thigh = At(joints, kRightKnee) - At(joints, kRightHip);
  const double raised = std::min(AngleDeg(left_thigh, -up), AngleDeg(right_thigh, -up));
  const double bent = std::min(KneeBendDeg(joints, true), KneeBendDeg(joints, false));

  constexpr double kLyingDeg = 60, kLow = 0.45;
  if (tilt > kLyingDeg && pelvis - lowest < kLow * leg) return Posture::kLying;
  constexpr double kInvertedDeg = 120;
  if (tilt > kInvertedDeg || high_ankle > pelvis || high_wrist < low_ankle) return Posture::kAcrobatic;
  constexpr double kSitsDeg = 60, kRaisedDeg = 50, kSeat = 0.55;
  if (tilt < kSitsDeg && (raised > kRaisedDeg || pelvis - low_ankle < kSeat * leg)) return Posture::kSitting;
  constexpr double kBentDeg = 30, kKneesDeg = 50;
  if (tilt > kBentDeg || bent > kKneesDeg) return Posture::kBending;
  // The plane of walking: up and forwards.
  const double heading = HeadingRad(joints);
  const Vector3d forwards(std::sin(heading), 0, std::cos(heading));
  const auto swing = [&](const Vector3d& thigh) {
    return kDegPerRad * std::atan2(thigh.dot(forwards), -thigh.y());
  };
  constexpr double kStrideDeg = 25, kLifted = 0.15;
  if (std::abs(swing(left_thigh) - swing(right_thigh)) > kStrideDeg || high_ankle - low_ankle > kLifted * leg)
    return Posture::kWalking;
  return Posture::kStanding;
}

const std::vector<JointBend>& JointBends() {
  static const std::vector<JointBend> bends = {{"knee flexion", "left_knee", 0, 1},
                                               {"knee flexion", "right_knee", 0, 1},
                                               {"hip flexion", "left_hip", 0, -1},
                                               {"hip flexion", "right_hip", 0, -1},
                                               {"elbow flexion", "left_elbow", 1, -1},
                                               {"elbow flexion", "right_elbow", 1, 1},
                                               {"shoulder raised", "left_shoulder", 2, 1},
                                               {"shoulder raised", "right_shoulder", 2, -1},
                                               {"shoulder forwards", "left_shoulder", 1, -1},
                                               {"shoulder forwards", "right_shoulder", 1, 1},
                                               {"toes down", "left_ankle", 0, 1},
                                               {"toes down", "right_ankle", 0, 1},
                                               {"spine forwards", "spine1", 0, 1},
                                               {"spine forwards", "spine2", 0, 1},
                                               {"spine forwards", "spine3", 0, 1},
                                               {"neck forwards", "neck", 0, 1},
                                               {"head forwards", "head", 0, 1}};
  return bends;
}

double BendDeg(const BodyModel& model, const BodyParameters& parameters, const JointBend& bend) {
  const int joint = model.JointIndex(bend.joint);
  if (joint < 1) return std::numeric_limits<double>::quiet_NaN();
  return kDegPerRad * bend.sign * parameters.body_pose[3 * (joint - 1) + bend.axis];
}

}  // namespace vitruvius
