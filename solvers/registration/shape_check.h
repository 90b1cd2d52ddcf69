// Whether the shape of a fitted body can be a person's.
#pragma once

#include <string>

#include <Eigen/Core>

#include "models/body/body_model.h"

namespace vitruvius {

struct ShapeEvidence {
  Eigen::VectorXd betas;
  // (B) one standard deviation of each after the fit, in the prior's own unit, which is a beta's: 1 before
  // it. NaN or empty: not known.
  Eigen::VectorXd betas_std;
  // How much farther the keypoints are from the body than the recipe's noise explains; 1 or below: as it
  // says.
  double residual_over_noise = 0;
  // 3D keypoints: an image leaves size and depth to the prior, whose word on them then holds.
  bool is_3d = false;
};

struct ShapeVerdict {
  bool is_plausible = true;
  std::string detail;  // a sentence where a beta is beyond max_abs_beta, else empty
};

// Betas beyond max_abs_beta are what keypoints in other units or of another camera end in, and few or strange
// ones; but 3D keypoints may also demand them, of a child's body by an adult's model. They do where every
// such beta is known to within a quarter of the prior's standard deviation, with the noise that the residuals
// show.
ShapeVerdict JudgeShape(const BodyModel& model, const ShapeEvidence& evidence, double max_abs_beta);

// Height of the body at rest, metres: from its lowest to its highest vertex, along its trunk's axis.
double StatureOf(const BodyModel& model, const Eigen::VectorXd& betas);

}  // namespace vitruvius
