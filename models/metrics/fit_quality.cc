#include "models/metrics/fit_quality.h"

#include "models/math/so3.h"

namespace vitruvius {

double RootAngleDeg(const BodyParameters& predicted, const BodyParameters& truth) {
  return RotationAngle(ExpSO3(predicted.global_orient), ExpSO3(truth.global_orient)) * 180 / EIGEN_PI;
}

int NumBackwardBends(const BodyModel& model, const BodyParameters& parameters, double tolerance_deg) {
  struct Hinge {
    const char* joint;
    int axis;
    double natural_sign;
  };
  static constexpr Hinge kHinges[] = {
      {"left_elbow", 1, -1}, {"right_elbow", 1, 1}, {"left_knee", 0, 1}, {"right_knee", 0, 1}};
  int count = 0;
  for (const Hinge& hinge : kHinges) {
    const int joint = model.JointIndex(hinge.joint);
    if (joint < 1) continue;
    const double bend = hinge.natural_sign * parameters.body_pose[3 * (joint - 1) + hinge.axis];
    count += bend < -tolerance_deg * EIGEN_PI / 180;
  }
  return count;
}

}  // namespace vitruvius
