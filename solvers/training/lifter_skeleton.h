// What a depth lifter knows of the body besides 2D keypoints: which keypoints are bones' ends, how long
// bones are for the trunk on average, which are mirror images, and which way knees bend.
//
// Frame of all lifted points: the camera's, x right, y down, z away from it; origin in the root, the middle
// of the hips; unit: the keypoints', or normalised (NormaliseKeypoints).
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "models/body/body_model.h"
#include "models/body/keypoint_set.h"

namespace vitruvius {

struct LifterSkeleton {
  std::vector<std::string> joints;  // (J)
  // Ends of bones are keypoints 0 to J-1, the root J, and the middle of the shoulders J+1. The trunk goes
  // from the root to the neck, or, where the keypoints have none, to the middle of the shoulders.
  std::pair<int, int> trunk;
  std::vector<std::pair<int, int>> bones;   // (E) without the trunk
  std::vector<double> ratios;               // (E) average length over the trunk's
  double trunk_m = 0;                       // average
  std::vector<std::pair<int, int>> mirror;  // left and right bones, indices into `bones`

  int Joint(const std::string& name) const;  // its place; -1 when absent
  // Throws ContractError, unless every index is in range and every length is positive and finite.
  void Check() const;
};

// Bones between keypoints that are named as in models/body/keypoint_tables.h; hips and shoulders must be
// there. `average` (J, 3), metres: the average person, in whatever pose. Throws InputError.
LifterSkeleton MakeLifterSkeleton(const std::vector<std::string>& joints, const MatrixX3d& average);

// (N, J, 2 or 3) -> the same with root and middle of the shoulders after them (N, J+2, ...).
at::Tensor WithMiddles(const at::Tensor& points, const LifterSkeleton& skeleton);

// Real and rotated keypoints alike are shown to the networks so: minus the root, over the mean distance of
// the keypoints from it. (The trunk's length is no safe unit: bent towards the camera it vanishes.)
struct NormalisedKeypoints {
  at::Tensor points;  // (N, J, 2)
  at::Tensor scale;   // (N, 1, 1): points times this are the keypoints about their root
};
NormalisedKeypoints NormaliseKeypoints(const at::Tensor& keypoints, const LifterSkeleton& skeleton);

// Keypoints about their root (N, J, 2) and a network's depths (N, J) -> (N, J, 3), whose depths are the
// root's too.
at::Tensor LiftedPoints(const at::Tensor& keypoints, const at::Tensor& depths,
                        const LifterSkeleton& skeleton);

// (N,): above 0 where knees bend as knees do, below in the mirror image z -> -z of a pose: the mean over the
// legs of det[right hip to left hip, root to neck, knee from the middle of hip and ankle]. What 2D keypoints
// cannot tell a discriminator, the mirror image of everybody, anatomy tells. Zero without legs.
at::Tensor KneesForward(const at::Tensor& points, const LifterSkeleton& skeleton);

}  // namespace vitruvius
