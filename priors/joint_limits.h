// What joints cannot do: hinges that bend one way, and a box of plausible axis-angle components.
#pragma once

#include <string>
#include <vector>

#include <ceres/jet.h>
#include <Eigen/Core>

namespace vitruvius {

// r = exp(sign theta): small while an elbow or knee bends its natural way, growing fast when it bends
// backwards. Residual: 1, unitless. Input: one axis-angle component of body_pose, radians. Never fails.
// Source: Bogo et al., Keep it SMPL, ECCV 2016, eq. 6 (the factor 10 and the weight are in the recipe).
struct HingeFunctor {
  static constexpr int kNumInputs = 1, kNumResiduals = 1;
  double sign;

  template <typename T>
  bool operator()(const T* theta, T* residuals) const {
    using std::exp;
    residuals[0] = exp(sign * theta[0]);
    return true;
  }
};

// One hinge: index into body_pose (the 72-vector's minus 3) and the sign that punishes the wrong way.
struct Hinge {
  std::string joint;
  int axis;  // component of the joint's axis-angle
  double sign;
};
// left_elbow y +1, right_elbow y -1, left_knee x -1, right_knee x -1.
const std::vector<Hinge>& Hinges();

// A limit that is one: nothing on the permitted side, and beyond it a residual that grows softly at first and
// then as the angle does. With v = theta - high above the range, theta - low below it and the knee's width
// w: r = v^2 / (2 w) sign v where |v| < w, (|v| - w / 2) sign v beyond; twice differentiable in its square.
// Residual: 1, radians. Input: one axis-angle component of body_pose. Never fails. Own derivation, where
// SMPLify's exp(s theta) is a slope that bends every knee and elbow that keypoints leave open.
struct JointLimitFunctor {
  static constexpr int kNumInputs = 1, kNumResiduals = 1;
  static constexpr double kKneeRad = 0.0872664625997165;  // 5 degrees
  double low, high;

  template <typename T>
  bool operator()(const T* theta, T* residuals) const {
    const T past = theta[0] > T(high) ? T(theta[0] - high) : theta[0] < T(low) ? T(theta[0] - low) : T(0);
    const T beyond = past < T(0) ? T(-past) : past;
    const T r = beyond < T(kKneeRad) ? T(beyond * beyond / (2 * kKneeRad)) : T(beyond - 0.5 * kKneeRad);
    residuals[0] = past < T(0) ? T(-r) : r;
    return true;
  }
};

// Range of each axis-angle component of a joint by name, radians, symmetric between left and right. Generous:
// from clinical ranges (American Academy of Orthopaedic Surgeons, Joint Motion, 1965) widened for the
// axis-angle's mixing of axes. Joints without an entry are not limited.
struct JointLimit {
  std::string joint;
  Eigen::Vector3d low, high;
};
const std::vector<JointLimit>& JointLimits();

// Components of a body's pose that are past their range.
struct LimitExcess {
  std::string joint;
  int axis = 0;
  double beyond_rad = 0;  // positive
};
// joint_names (J), the root's first; body_pose 3(J-1). In the order of JointLimits().
std::vector<LimitExcess> PastLimits(const std::vector<std::string>& joint_names,
                                    const Eigen::VectorXd& body_pose);

}  // namespace vitruvius
