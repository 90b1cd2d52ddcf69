#include "data/datasets/motion.h"

#include <algorithm>
#include <cmath>

#include "models/body/joint_tree.h"
#include "models/math/angles.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr double kTwoPi = 6.283185307179586;
constexpr const char* kUpAxisNames[] = {"x", "y", "z", "-x", "-y", "-z"};  // in the order of UpAxis

Vector3d JointRotation(const RowMatrixXd& poses, Eigen::Index frame, int joint) {
  return poses.block<1, 3>(frame, 3 * joint).transpose();
}

}  // namespace

void Motion::Check() const {
  VT_CHECK_EQ(poses.cols(), 3 * kMotionJoints);
  VT_CHECK_EQ(transl.rows(), poses.rows());
  if (has_fingers()) {
    VT_CHECK_EQ(fingers.cols(), 3 * kFingerJoints);
    VT_CHECK_EQ(fingers.rows(), poses.rows());
  }
  VT_CHECK_EQ(static_cast<Eigen::Index>(valid.size()), poses.rows());
  VT_CHECK(fps > 0 && fps <= kMaxFps);
}

Vector3d Motion::Rotation(int frame, int joint) const {
  VT_CHECK(joint < kMotionJoints + kFingerJoints);
  if (joint < 0 || (joint >= kMotionJoints && !has_fingers())) return Vector3d::Zero();
  return joint < kMotionJoints ? JointRotation(poses, frame, joint)
                               : JointRotation(fingers, frame, joint - kMotionJoints);
}

std::vector<int> MotionJointsOf(const BodyModel& model) {
  const auto find = [](const std::vector<std::string>& names, const std::string& name) {
    const auto it = std::find(names.begin(), names.end(), name);
    return it == names.end() ? -1 : static_cast<int>(it - names.begin());
  };
  std::vector<int> joints;
  for (const std::string& name : model.joint_names()) {
    const int smpl = find(SmplJointNames(), name), smplh = find(SmplhJointNames(), name);
    joints.push_back(smpl >= 0 ? smpl : smplh >= 0 ? kMotionJoints + smplh - kBodyJoints : -1);
  }
  return joints;
}

UpAxis UpAxisFromName(const std::string& name, const std::string& path) {
  for (const UpAxis up : {UpAxis::kY, UpAxis::kZ, UpAxis::kMinusY}) {
    if (name == UpAxisName(up)) return up;
  }
  throw InputError(path, "up_axis", "found '" + name + "', expected y, z or -y");
}

const char* UpAxisName(UpAxis up) { return kUpAxisNames[static_cast<int>(up)]; }

Matrix3d YUpFrom(UpAxis up) {
  Matrix3d rotation = Matrix3d::Identity();
  switch (up) {
    case UpAxis::kX:
      rotation << 0, -1, 0, 1, 0, 0, 0, 0, 1;
      break;
    case UpAxis::kY:
      break;
    case UpAxis::kZ:
      rotation << 1, 0, 0, 0, 0, 1, 0, -1, 0;
      break;
    case UpAxis::kMinusX:
      rotation << 0, 1, 0, -1, 0, 0, 0, 0, 1;
      break;
    case UpAxis::kMinusY:
      rotation.diagonal() << 1, -1, -1;
      break;
    case UpAxis::kMinusZ:
      rotation << 1, 0, 0, 0, 0, -1, 0, 1, 0;
      break;
  }
  return rotation;
}

void TurnWorld(const Matrix3d& rotation, const Vector3d& rest_pelvis, Motion* motion) {
  motion->Check();
  for (Eigen::Index i = 0; i < motion->poses.rows(); ++i) {
    const Matrix3d root = rotation * ExpSO3(JointRotation(motion->poses, i, 0));
    motion->poses.block<1, 3>(i, 0) = LogSO3(root).transpose();
    const Vector3d pelvis = rest_pelvis + motion->transl.row(i).transpose();
    motion->transl.row(i) = (rotation * pelvis - rest_pelvis).transpose();
  }
}

const std::array<int, kMotionJoints>& SmplMirrorJoints() {
  static constexpr std::array<int, kMotionJoints> kMirror = {0,  2,  1,  3,  5,  4,  6,  8,  7,  9,  11, 10,
                                                             12, 14, 13, 15, 17, 16, 19, 18, 21, 20, 23, 22};
  return kMirror;
}

Motion Resample(const Motion& motion, double fps) {
  motion.Check();
  VT_CHECK_GT(fps, 0);
  // Headers round: 1 / 0.00833333 is a little more than 120.
  constexpr double kSameRate = 1.001;
  if (motion.fps <= fps * kSameRate) return motion;
  const double ratio = motion.fps / fps;
  const double stride = std::abs(ratio - std::round(ratio)) < 1e-3 * ratio ? std::round(ratio) : ratio;
  std::vector<Eigen::Index> frames;
  for (Eigen::Index k = 0;; ++k) {
    const auto frame = static_cast<Eigen::Index>(std::llround(k * stride));
    if (frame >= motion.poses.rows()) break;
    frames.push_back(frame);
  }
  Motion result;
  result.name = motion.name;
  result.subject = motion.subject;
  result.fps = motion.fps / stride;
  result.betas = motion.betas;
  result.gender = motion.gender;
  result.unit = motion.unit;
  result.remarks = motion.remarks;
  result.poses.resize(frames.size(), motion.poses.cols());
  if (motion.has_fingers()) result.fingers.resize(frames.size(), motion.fingers.cols());
  result.transl.resize(frames.size(), 3);
  result.valid.resize(frames.size());
  for (std::size_t k = 0; k < frames.size(); ++k) {
    result.poses.row(k) = motion.poses.row(frames[k]);
    if (motion.has_fingers()) result.fingers.row(k) = motion.fingers.row(frames[k]);
    result.transl.row(k) = motion.transl.row(frames[k]);
    result.valid[k] = motion.valid[frames[k]];
  }
  return result;
}

void PlausibilityLimits::Check() const {
  for (const double limit : max_angle_deg) VT_CHECK(limit > 0 && limit <= 180);
  VT_CHECK_GT(max_step_deg, 0);
}

void MarkImplausible(const PlausibilityLimits& limits, Motion* motion) {
  limits.Check();
  motion->Check();
  constexpr double kStepsPerSecond = 30;
  const int lag = std::max(1, static_cast<int>(std::lround(motion->fps / kStepsPerSecond)));
  const double max_step_rad = limits.max_step_deg / kDegPerRad * (lag / motion->fps * kStepsPerSecond);
  // The last `lag` frames, a ring; of a motion that is shorter, all, and none is ever compared.
  std::vector<std::array<Matrix3d, kMotionJoints>> recent(
      std::clamp(lag, 1, std::max(1, motion->num_frames())));
  for (int frame = 0; frame < motion->num_frames(); ++frame) {
    auto& slot = recent[frame % recent.size()];
    for (int j = 0; j < kMotionJoints; ++j) {
      const Vector3d w = WrapAxisAngle(JointRotation(motion->poses, frame, j));
      const Matrix3d rotation = ExpSO3(w);
      if (j > 0 && w.norm() * kDegPerRad > limits.max_angle_deg[j]) motion->valid[frame] = 0;
      if (frame >= lag && RotationAngle(slot[j], rotation) > max_step_rad) {
        motion->valid[frame - lag] = 0;
        motion->valid[frame] = 0;
      }
      slot[j] = rotation;
    }
  }
}

void WrapPoses(RowMatrixXd* poses) {
  for (Eigen::Index frame = 0; frame < poses->rows(); ++frame) {
    for (int j = 0; j < poses->cols() / 3; ++j) {
      poses->block<1, 3>(frame, 3 * j) = WrapAxisAngle(JointRotation(*poses, frame, j)).transpose();
    }
  }
}

void UnwrapPoses(RowMatrixXd* poses) {
  WrapPoses(poses);
  for (Eigen::Index frame = 1; frame < poses->rows(); ++frame) {
    for (int j = 0; j < poses->cols() / 3; ++j) {
      const Vector3d before = JointRotation(*poses, frame - 1, j);
      const Vector3d w = JointRotation(*poses, frame, j);
      const double angle = w.norm();
      // All of w + 2 pi k axis are the same rotation; at angle 0 any axis serves, and 0 is the calm choice.
      if (angle < 1e-9) continue;
      const Vector3d axis = w / angle;
      const double turns = std::round((before.dot(axis) - angle) / kTwoPi);
      poses->block<1, 3>(frame, 3 * j) = ((angle + kTwoPi * turns) * axis).transpose();
    }
  }
}

RowMatrixXd MirrorPoses(const RowMatrixXd& poses) {
  VT_CHECK(poses.cols() == 3 * kMotionJoints || poses.cols() == 3 * (kMotionJoints - 1));
  const int first = poses.cols() == 3 * kMotionJoints ? 0 : 1;
  RowMatrixXd mirrored(poses.rows(), poses.cols());
  for (Eigen::Index frame = 0; frame < poses.rows(); ++frame) {
    for (int j = first; j < kMotionJoints; ++j) {
      const Vector3d source = JointRotation(poses, frame, SmplMirrorJoints()[j] - first);
      mirrored.block<1, 3>(frame, 3 * (j - first)) = MirrorAxisAngle(source).transpose();
    }
  }
  return mirrored;
}

}  // namespace vitruvius
