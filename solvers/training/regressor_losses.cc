#include "solvers/training/regressor_losses.h"

#include "models/networks/segment_regressor.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// (N, P) squared, crop units.
at::Tensor SquaredDistances(const at::Tensor& numbers, const RegressorBatch& batch) {
  const at::Tensor points = batch.body->Forward(SegmentsOfNumbers(numbers)).narrow(2, 0, 2);
  return (points - batch.targets).square().sum(2);
}

// Label quaternions on the side of the given ones: q and -q are one rotation.
at::Tensor NearerLabels(const at::Tensor& numbers, const at::Tensor& labels) {
  const std::int64_t joints = (numbers.size(1) - 12) / 5, rows = numbers.size(0);
  const SegmentNumberPlaces places(joints);
  const auto quaternions = [&](const at::Tensor& all) {
    return all.slice(1, 0, places.scales).reshape({rows, joints, 4});
  };
  const at::Tensor label = quaternions(labels);
  const at::Tensor is_far = (label * quaternions(numbers.detach())).sum(2, true) < 0;
  return at::cat(
      {at::where(is_far, -label, label).reshape({rows, 4 * joints}), labels.slice(1, places.scales)}, 1);
}

}  // namespace

RegressorLosses RegressorLossesOf(const at::Tensor& numbers, const RegressorBatch& batch) {
  VT_CHECK_EQ(numbers.size(0), batch.weights.size(0));
  VT_CHECK_EQ(numbers.size(1), batch.labels.size(1));
  const at::Tensor apart =
      at::smooth_l1_loss(numbers, NearerLabels(numbers, batch.labels), at::Reduction::None).sum(1);
  const at::Tensor squared = SquaredDistances(numbers, batch);
  return {apart * batch.is_labelled, (squared * batch.dense_weights).sum(1),
          (squared * batch.keypoint_weights).sum(1)};
}

RegressorDistances RegressorDistancesOf(const at::Tensor& numbers, const RegressorBatch& batch) {
  const at::Tensor distances = SquaredDistances(numbers, batch).sqrt();
  return {(distances * batch.dense_weights).sum(1), (distances * batch.keypoint_weights).sum(1)};
}

at::Tensor BatchMean(const at::Tensor& values, const RegressorBatch& batch) {
  return (values * batch.weights).mean();
}

}  // namespace vitruvius
