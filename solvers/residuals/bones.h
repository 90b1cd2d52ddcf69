// Bones against each other: what a skeleton's proportions should be, whatever its size.
#pragma once

#include <cmath>

#include <Eigen/Core>

namespace vitruvius {

// A bone shorter than this, in the points' unit, has no direction along which its length changes.
inline constexpr double kShortestBone = 1e-6;

// Length of (end - start); false below kShortestBone.
template <typename T>
bool BoneLength(const Eigen::Matrix<T, 3, 1>& start, const Eigen::Matrix<T, 3, 1>& end, T* length) {
  using std::sqrt;
  const T squared = (end - start).squaredNorm();
  if (!(squared > T(kShortestBone * kShortestBone))) return false;
  *length = sqrt(squared);
  return true;
}

// r = |x_1 - x_0| - |x_3 - x_2|: a bone and its mirror image.
// Residual: 1, the points' unit. Fails for a bone without length. Source: "Learning body shape and pose from
// dense correspondences", L_sym.
struct BoneSymmetry {
  static constexpr int kNumPoints = 4, kNumResiduals = 1;

  template <typename T>
  bool operator()(const Eigen::Matrix<T, 3, 1>* points, T* residuals) const {
    T left, right;
    if (!BoneLength(points[0], points[1], &left) || !BoneLength(points[2], points[3], &right)) return false;
    residuals[0] = left - right;
    return true;
  }
};

// r = |x_1 - x_0| / |x_3 - x_2| - ratio: a bone against the trunk, and what that is in the average skeleton.
// Residual: 1, unitless. Fails for a bone without length. Source: as above, L_ratio.
struct BoneRatio {
  static constexpr int kNumPoints = 4, kNumResiduals = 1;
  double ratio;

  template <typename T>
  bool operator()(const Eigen::Matrix<T, 3, 1>* points, T* residuals) const {
    T bone, trunk;
    if (!BoneLength(points[0], points[1], &bone) || !BoneLength(points[2], points[3], &trunk)) return false;
    residuals[0] = bone / trunk - ratio;
    return true;
  }
};

}  // namespace vitruvius
