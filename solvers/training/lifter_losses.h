// Losses of the depth lifter besides the adversarial one, each for lifted points (N, J, 3) in normalised
// units, as a mean over the batch, (). Source: Learning Body Shape and Pose from Dense Correspondences,
// appendix, L_ratio, L_sym and L_joint; the consistency is that of Chen et al., Unsupervised 3D Pose
// Estimation with Geometric Self-Supervision, CVPR 2019.
#pragma once

#include <ATen/ATen.h>

#include "solvers/training/lifter_skeleton.h"

namespace vitruvius {

struct BoneLengths {
  at::Tensor bones;  // (N, E), in the order of the skeleton
  at::Tensor trunk;  // (N, 1)
};
// The gradient stays finite for a bone of no length.
BoneLengths BoneLengthsOf(const at::Tensor& points, const LifterSkeleton& skeleton);

// L_ratio = sum_e (l_e / l_trunk - average ratio)^2.
at::Tensor RatioLoss(const BoneLengths& lengths, const LifterSkeleton& skeleton);

// L_sym = sum over left and right bones of (l_left - l_right)^2.
at::Tensor SymmetryLoss(const BoneLengths& lengths, const LifterSkeleton& skeleton);

// L_joint = sum_i |p_i - registered_i|^2 towards registered joints (N, J, 3) about their root, in the points'
// unit. Rows with a NaN are people without a registration: they count as none, also in the mean; zero when
// nobody has one.
at::Tensor JointLoss(const at::Tensor& points, const at::Tensor& registered);

// Lifted again from another side and turned back, points should be where they were:
// sum_i |p_i - R(-phi) G(f(p; phi))_i|^2.
at::Tensor ConsistencyLoss(const at::Tensor& points, const at::Tensor& turned_back);

}  // namespace vitruvius
