#include "solvers/training/lifter_losses.h"

#include "models/util/check.h"

namespace vitruvius {
namespace {

at::Tensor Ends(const std::vector<std::pair<int, int>>& bones, bool second, at::Device device) {
  std::vector<std::int64_t> ends;
  for (const auto& bone : bones) ends.push_back(second ? bone.second : bone.first);
  return at::tensor(ends, at::kLong).to(device);
}

}  // namespace

BoneLengths BoneLengthsOf(const at::Tensor& points, const LifterSkeleton& skeleton) {
  constexpr double kSmallest = 1e-8;  // of a square
  const at::Tensor all = WithMiddles(points, skeleton);
  std::vector<std::pair<int, int>> bones = skeleton.bones;
  bones.push_back(skeleton.trunk);
  const at::Tensor along = all.index_select(1, Ends(bones, true, points.device())) -
                           all.index_select(1, Ends(bones, false, points.device()));
  const at::Tensor lengths = (along.square().sum(2) + kSmallest).sqrt();
  const auto count = static_cast<std::int64_t>(skeleton.bones.size());
  return {lengths.narrow(1, 0, count), lengths.narrow(1, count, 1)};
}

at::Tensor RatioLoss(const BoneLengths& lengths, const LifterSkeleton& skeleton) {
  const at::Tensor average = at::tensor(skeleton.ratios, at::kDouble).to(lengths.bones.options());
  return (lengths.bones / lengths.trunk - average).square().sum(1).mean();
}

at::Tensor SymmetryLoss(const BoneLengths& lengths, const LifterSkeleton& skeleton) {
  const at::Device device = lengths.bones.device();
  return (lengths.bones.index_select(1, Ends(skeleton.mirror, false, device)) -
          lengths.bones.index_select(1, Ends(skeleton.mirror, true, device)))
      .square()
      .sum(1)
      .mean();
}

at::Tensor JointLoss(const at::Tensor& points, const at::Tensor& registered) {
  VT_CHECK(points.sizes() == registered.sizes());
  const at::Tensor known = registered.isfinite().all(2).all(1);  // (N,)
  // Zeros in a NaN's place: a product with one would leave NaN in the gradient.
  const at::Tensor target = at::where(known.view({-1, 1, 1}), registered, points.detach());
  const at::Tensor squared = (points - target).square().sum({1, 2});
  return squared.sum() / known.sum().clamp_min(1);
}

at::Tensor ConsistencyLoss(const at::Tensor& points, const at::Tensor& turned_back) {
  return (points - turned_back).square().sum({1, 2}).mean();
}

}  // namespace vitruvius
