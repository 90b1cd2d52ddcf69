#include "data/bodies/rest_pose.h"

#include <cmath>

#include <Eigen/Geometry>

#include "models/body/mannequin.h"

namespace vitruvius {
namespace {

using Eigen::Matrix3d;
using Eigen::Vector3d;

// SMPL's joints of the left side.
enum Joint { kHip = 1, kKnee = 4, kAnkle = 7, kShoulder = 16, kElbow = 18, kWrist = 20, kHand = 22 };
constexpr int kBones[][2] = {
    {kHip, kKnee}, {kKnee, kAnkle}, {kShoulder, kElbow}, {kElbow, kWrist}, {kWrist, kHand}};

Vector3d Along(const MatrixX3d& joints, int from, int to) {
  return (joints.row(to) - joints.row(from)).transpose().normalized();
}

}  // namespace

std::vector<Matrix3d> RestPoseRotations(const MatrixX3d& joints, const Vector3d& thumb_base) {
  const MatrixX3d& standard = Mannequin()->joint_template();
  std::vector<Matrix3d> rotations(static_cast<size_t>(joints.rows()), Matrix3d::Identity());
  for (const auto& [from, to] : kBones) {
    rotations[from] = Eigen::Quaterniond::FromTwoVectors(Along(joints, from, to), Along(standard, from, to))
                          .toRotationMatrix();
  }
  rotations[kHand] = rotations[kWrist];
  // Where the thumb is before the roll, seen along the arm; it should be in front (+z).
  const Vector3d arm = Along(standard, kElbow, kWrist);
  const Vector3d thumb = rotations[kWrist] * (thumb_base - joints.row(kWrist).transpose());
  const Vector3d front = (Vector3d::UnitZ() - arm * arm.z()).normalized();
  const double roll = std::atan2(thumb.cross(front).dot(arm), thumb.dot(front));
  const auto rolled = [&](double share) { return Eigen::AngleAxisd(share * roll, arm).toRotationMatrix(); };
  rotations[kElbow] = rolled(0.5) * rotations[kElbow];
  rotations[kWrist] = rolled(1) * rotations[kWrist];
  rotations[kHand] = rotations[kWrist];
  const std::vector<int> swap = MirrorPermutation(SmplJointNames());
  const Vector3d flip(-1, 1, 1);
  for (const int left : {kHip, kKnee, kShoulder, kElbow, kWrist, kHand}) {
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
