// What image regressors minimise. Source: "Learning body shape and pose from dense correspondences",
// appendix:
//   L = alpha L_regress + beta L_dense + gamma L_KP
// Each is a value an example; its sum weighed by the examples' weights, over their number, is the batch's.
#pragma once

#include "solvers/training/regressor_batch.h"

namespace vitruvius {

struct RegressorLosses {
  at::Tensor regress;    // (N): sum over all numbers of smooth L1 with threshold 1; 0 without a label
  at::Tensor dense;      // (N): mean squared distance of surface points, crop units, by weight
  at::Tensor keypoints;  // (N): of keypoints
};
// numbers (N, 5J+12) as SegmentRegressor gives them. A label quaternion is taken with the sign that is nearer
// to the given one.
RegressorLosses RegressorLossesOf(const at::Tensor& numbers, const RegressorBatch& batch);

// Mean distances, crop units, (N): of surface points and keypoints; 0 where none is seen.
struct RegressorDistances {
  at::Tensor dense, keypoints;
};
RegressorDistances RegressorDistancesOf(const at::Tensor& numbers, const RegressorBatch& batch);

// Of values (N) the sum by weight over N.
at::Tensor BatchMean(const at::Tensor& values, const RegressorBatch& batch);

}  // namespace vitruvius
