#include "data/bodies/rest_pose.h"

#include <cmath>

#include <Eigen/Geometry>

#include "data/bodies/smpl_joints.h"
#include "models/body/mannequin.h"
#include "models/math/so3.h"

namespace vitruvius {
namespace {

using Eigen::Matrix3d;
using Eigen::Vector3d;

constexpr int kBones[][2] = {{kLeftHip, kLeftKnee},
                             {kLeftKnee, kLeftAnkle},
                             {kLeftShoulder, kLeftElbow},
                             {kLeftElbow, kLeftWrist},
                             {kLeftWrist, kLeftHand}};

Vector3d Along(const MatrixX3d& joints, int from, int to) {
  return (joints.row(to) - joints.row(from)).transpose().normalized();
}

}  // namespace

std::vector<Matrix3d> RestPoseRotations(const MatrixX3d& joints, const Vector3d& thumb_base) {
  const MatrixX3d& standard = Mannequin()->joint_template();
  std::vector<Matrix3d> rotations(static_cast<size_t>(joints.rows()), Matrix3d::Identity());
  for (const auto& [from, to] : kBones) {
    rotations[from] = RotationBetween(Along(joints, from, to), Along(standard, from, to));
  }
  rotations[kLeftHand] = rotations[kLeftWrist];
  // Where the thumb is before the roll, seen along the arm; it should be in front (+z).
  const Vector3d arm = Along(standard, kLeftElbow, kLeftWrist);
  const Vector3d thumb = rotations[kLeftWrist] * (thumb_base - joints.row(kLeftWrist).transpose());
  const Vector3d front = (Vector3d::UnitZ() - arm * arm.z()).normalized();
  const double roll = std::atan2(thumb.cross(front).dot(arm), thumb.dot(front));
  const auto rolled = [&](double share) { return Eigen::AngleAxisd(share * roll, arm).toRotationMatrix(); };
  rotations[kLeftElbow] = rolled(0.5) * rotations[kLeftElbow];
  rotations[kLeftWrist] = rolled(1) * rotations[kLeftWrist];
  rotations[kLeftHand] = rotations[kLeftWrist];
  const std::vector<int> swap = MirrorPermutation(SmplJointNames());
  const Vector3d flip(-1, 1, 1);
  for (const int left : {kLeftHip, kLeftKnee, kLeftShoulder, kLeftElbow, kLeftWrist, kLeftHand}) {
    rotations[swap[left]] = flip.asDiagonal() * rotations[left] * flip.asDiagonal();
  }
  return rotations;
}

MatrixX3d PoseJoints(const MatrixX3d& joints, const std::vector<Matrix3d>& global_rotations) {
  MatrixX3d posed = joints;
  for (int j = 1; j < joints.rows(); ++j) {
    const int parent = SmplParents()[j];
    posed.row(j) =
        posed.row(parent) + (joints.row(j) - joints.row(parent)) * global_rotations[parent].transpose();
  }
  return posed;
}

}  // namespace vitruvius
