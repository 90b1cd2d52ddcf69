// Ways between two latents (Davydov et al., Adversarial Parametric Pose Prior, CVPR 2022, eqs. 2 and 3).
#pragma once

#include <Eigen/Core>

#include "priors/latent_prior.h"

namespace vitruvius {

// Straight in normal and box spaces, z_t = (1 - t) z_0 + t z_1. On the sphere along the great circle,
//   z_t = cos(t theta) z_0 + sin(t theta) e,   e the unit tangent at z_0 towards z_1, theta the angle
//   between,
// which is the usual SLERP without its division by sin theta. Latents of opposite directions are joined by
// the great circle through the axis least aligned with them.
class LatentPath {
 public:
  // On the sphere both ends must have norm 1.
  LatentPath(LatentSpace space, const Eigen::VectorXd& from, const Eigen::VectorXd& to);
  // t = 0: from, 1: to. Beyond 1 a great circle goes on, back to where it began at FullCircle().
  Eigen::VectorXd At(double t) const;
  // t of one turn around the sphere, 2 pi / theta; 0 where there is none: straight ways, equal ends.
  double FullCircle() const;

 private:
  bool sphere_;
  Eigen::VectorXd from_, direction_;  // z_1 - z_0, or e
  double angle_ = 0;                  // theta, radians
};

}  // namespace vitruvius
