#include "priors/joint_limits.h"

#include <algorithm>

namespace vitruvius {
namespace {

constexpr double kDeg = 0.017453292519943295;

std::vector<JointLimit> MakeJointLimits() {
  // Components of the left side: x flexion (knee, hip), y twist or bend, z abduction. The right side mirrors
  // y and z.
  struct Row {
    const char* joint;
    double low[3], high[3];
  };
  static const Row kLeft[] = {
      {"hip", {-150, -70, -50}, {60, 70, 80}},     {"knee", {-10, -30, -30}, {165, 30, 30}},
      {"ankle", {-50, -40, -40}, {60, 40, 40}},    {"foot", {-50, -25, -25}, {60, 25, 25}},
      {"collar", {-30, -40, -40}, {30, 40, 40}},   {"shoulder", {-110, -150, -130}, {110, 110, 110}},
      {"elbow", {-120, -170, -70}, {120, 15, 70}}, {"wrist", {-80, -80, -90}, {80, 80, 90}},
      {"hand", {-30, -30, -30}, {30, 30, 30}},
  };
  static const Row kMiddle[] = {
      {"spine1", {-50, -45, -45}, {70, 45, 45}}, {"spine2", {-40, -45, -40}, {50, 45, 40}},
      {"spine3", {-40, -45, -40}, {50, 45, 40}}, {"neck", {-60, -70, -50}, {60, 70, 50}},
      {"head", {-60, -70, -50}, {60, 70, 50}},
  };
  std::vector<JointLimit> limits;
  for (const Row& row : kLeft) {
    const Eigen::Vector3d low(row.low[0], row.low[1], row.low[2]),
        high(row.high[0], row.high[1], row.high[2]);
    limits.push_back({std::string("left_") + row.joint, kDeg * low, kDeg * high});
    limits.push_back({std::string("right_") + row.joint, kDeg * Eigen::Vector3d(low[0], -high[1], -high[2]),
                      kDeg * Eigen::Vector3d(high[0], -low[1], -low[2])});
  }
  for (const Row& row : kMiddle) {
    limits.push_back({row.joint, kDeg * Eigen::Vector3d(row.low[0], row.low[1], row.low[2]),
                      kDeg * Eigen::Vector3d(row.high[0], row.high[1], row.high[2])});
  }
  return limits;
}

}  // namespace

const std::vector<Hinge>& Hinges() {
  static const std::vector<Hinge> hinges = {
      {"left_elbow", 1, 1.0}, {"right_elbow", 1, -1.0}, {"left_knee", 0, -1.0}, {"right_knee", 0, -1.0}};
  return hinges;
}

const std::vector<JointLimit>& JointLimits() {
  static const std::vector<JointLimit> limits = MakeJointLimits();
  return limits;
}

std::vector<LimitExcess> PastLimits(const std::vector<std::string>& joint_names,
                                    const Eigen::VectorXd& body_pose) {
  std::vector<LimitExcess> past;
  for (const JointLimit& limit : JointLimits()) {
    const auto joint = std::find(joint_names.begin(), joint_names.end(), limit.joint) - joint_names.begin();
    const Eigen::Index first = 3 * (joint - 1);
    if (first < 0 || first + 3 > body_pose.size()) continue;
    for (int axis = 0; axis < 3; ++axis) {
      const double angle = body_pose[first + axis];
      const double beyond = std::max(angle - limit.high[axis], limit.low[axis] - angle);
      if (beyond > 0) past.push_back({limit.joint, axis, beyond});
    }
  }
  return past;
}

}  // namespace vitruvius
