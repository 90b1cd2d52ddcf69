#include "solvers/training/depth_lifter.h"

#include <cmath>
#include <limits>

#include <ATen/core/grad_mode.h>

#include "models/math/angles.h"
#include "models/util/check.h"
#include "solvers/training/lifter_losses.h"
#include "solvers/training/tensor_arrays.h"

namespace vitruvius {
namespace {

constexpr char kLifterFamily[] = "depth-lifter", kNetwork[] = "generator_",
               kNormalisation[] = "minus middle of hips, over mean distance from it";

std::vector<std::int32_t> Flat(const std::vector<std::pair<int, int>>& pairs) {
  std::vector<std::int32_t> flat;
  for (const auto& [first, second] : pairs) flat.insert(flat.end(), {first, second});
  return flat;
}

std::vector<std::pair<int, int>> PairsOf(const std::vector<std::int64_t>& flat) {
  std::vector<std::pair<int, int>> pairs;
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2)
    pairs.emplace_back(static_cast<int>(flat[i]), static_cast<int>(flat[i + 1]));
  return pairs;
}

LifterSkeleton ReadSkeleton(const NpzReader& file) {
  const auto fail = [&](const char* place, const std::string& what) {
    throw InputError(file.path(), place, what);
  };
  for (const auto& [key, expected] :
       {std::pair<const char*, const char*>{"family", kLifterFamily}, {"normalisation", kNormalisation}}) {
    const std::vector<std::string> found = file.Read(key).ToStrings();
    if (found.size() != 1 || found[0] != expected)
      fail(key, StrCat("found ", found.empty() ? "nothing" : found[0], ", expected ", expected));
  }
  const double slope = file.Read("leaky_slope", {}).ToDoubles()[0];
  if (slope != DepthGenerator::kLeakySlope)
    fail("leaky_slope", StrCat("found ", slope, ", expected ", DepthGenerator::kLeakySlope));
  LifterSkeleton skeleton;
  skeleton.joints = file.Read("joints").ToStrings();
  const NpyArray bones = file.Read("bones", {-1, 2});
  skeleton.bones = PairsOf(bones.ToInts());
  skeleton.ratios = file.Read("bone_ratios", {bones.shape[0]}).ToDoubles();
  skeleton.trunk = PairsOf(file.Read("trunk", {2}).ToInts()).front();
  skeleton.trunk_m = file.Read("trunk_m", {}).ToDoubles()[0];
  skeleton.mirror = PairsOf(file.Read("mirror_bones", {-1, 2}).ToInts());
  try {
    skeleton.Check();
  } catch (const ContractError& error) {
    fail("joints, bones, bone_ratios, trunk, trunk_m, mirror_bones", StrCat("disagree: ", error.what()));
  }
  return skeleton;
}

std::shared_ptr<const DepthGenerator> ReadGenerator(const NpzReader& file, const LifterSkeleton& skeleton,
                                                    at::Device device) {
  LifterSize size;
  size.joints = static_cast<std::int64_t>(skeleton.joints.size());
  const std::string first = StrCat(kNetwork, "in.weight");
  const std::vector<std::int64_t> shape = file.Shape(first);
  constexpr std::int64_t kWidest = 1 << 16;  // a number that was made up must not ask for all memory
  if (shape.size() != 2 || shape[0] < 1 || shape[0] > kWidest)
    throw InputError(file.path(), first, StrCat("expected (1 to ", kWidest, ", ", 2 * size.joints, ")"));
  size.hidden = shape[0];
  for (int pair = 0; pair < ResidualPerceptron::kPairs; ++pair)  // before so much is allocated
    file.Read(StrCat(kNetwork, "pair_", pair, "_1.weight"), {size.hidden, size.hidden});
  auto generator = std::make_shared<DepthGenerator>(size, device);
  ReadNetwork(file, kNetwork, &generator->parameters());
  return generator;
}

// Within each row (N, J) -> (N,); 0 where one of them does not vary.
at::Tensor Correlation(const at::Tensor& a, const at::Tensor& b) {
  constexpr double kSmallest = 1e-20;
  const at::Tensor x = a - a.mean(1, true), y = b - b.mean(1, true);
  return (x * y).sum(1) / (x.square().sum(1) * y.square().sum(1) + kSmallest).sqrt();
}

}  // namespace

DepthLifter::DepthLifter(std::shared_ptr<const DepthGenerator> generator, LifterSkeleton skeleton)
    : skeleton_(std::move(skeleton)), generator_(std::move(generator)) {
  VT_CHECK(generator_ != nullptr);
  skeleton_.Check();
  VT_CHECK_EQ(static_cast<std::int64_t>(skeleton_.joints.size()), generator_->size().joints);
}

DepthLifter::DepthLifter(const std::string& path, at::Device device) {
  const NpzReader file(path);
  skeleton_ = ReadSkeleton(file);
  generator_ = ReadGenerator(file, skeleton_, device);
}

at::Tensor DepthLifter::Lift(const at::Tensor& keypoints) const {
  at::NoGradGuard no_grad;
  const NormalisedKeypoints normalised = NormaliseKeypoints(keypoints, skeleton_);
  const at::Tensor points =
      LiftedPoints(normalised.points, generator_->Forward(normalised.points), skeleton_);
  return points.select(2, 2) * normalised.scale.squeeze(2);
}

std::map<std::string, NpyArray> DepthLifter::Arrays() const {
  std::map<std::string, NpyArray> arrays;
  const auto count = static_cast<std::int64_t>(skeleton_.bones.size());
  arrays["family"] = NpyArray::FromString(kLifterFamily);
  arrays["joints"] = NpyArray::FromStrings(skeleton_.joints);
  arrays["bones"] = NpyArray::FromInt32(Flat(skeleton_.bones).data(), {count, 2});
  arrays["bone_ratios"] = NpyArray::FromDoubles(skeleton_.ratios.data(), {count});
  arrays["trunk"] = NpyArray::FromInt32(Flat({skeleton_.trunk}).data(), {2});
  arrays["trunk_m"] = NpyArray::FromDoubles(&skeleton_.trunk_m, {});
  arrays["mirror_bones"] = NpyArray::FromInt32(Flat(skeleton_.mirror).data(),
                                               {static_cast<std::int64_t>(skeleton_.mirror.size()), 2});
  arrays["normalisation"] = NpyArray::FromString(kNormalisation);
  const double slope = DepthGenerator::kLeakySlope;
  arrays["leaky_slope"] = NpyArray::FromDoubles(&slope, {});
  AddNetwork(kNetwork, generator_->parameters(), &arrays);
  return arrays;
}

void AddNetwork(const std::string& prefix, const ParameterSet& parameters,
                std::map<std::string, NpyArray>* arrays) {
  for (const auto& [name, tensor] : parameters.named()) (*arrays)[prefix + name] = ArrayOf(tensor);
}

void ReadNetwork(const NpzReader& file, const std::string& prefix, ParameterSet* parameters) {
  for (const auto& [name, tensor] : parameters->named()) {
    CopyInto(file.Read(prefix + name), tensor);
    if (!tensor.isfinite().all().item<bool>())
      throw InputError(file.path(), prefix + name, "found numbers that are not finite");
  }
}

LifterScores ScoreLifter(const DepthLifter& lifter, const LifterTable& table,
                         const std::vector<double>& angles_deg) {
  at::NoGradGuard no_grad;
  const LifterSkeleton& skeleton = lifter.skeleton();
  table.Check(static_cast<std::int64_t>(skeleton.joints.size()));
  const NormalisedKeypoints normalised = NormaliseKeypoints(table.keypoints, skeleton);
  const auto lift = [&](const at::Tensor& keypoints) {
    return LiftedPoints(keypoints, lifter.generator().Forward(keypoints), skeleton);
  };
  const at::Tensor points = lift(normalised.points);
  const at::Tensor lifted = points.select(2, 2);
  const BoneLengths lengths = BoneLengthsOf(points, skeleton);
  LifterScores scores;
  const at::Tensor symmetry = SymmetryLoss(lengths, skeleton);
  scores.symmetry_loss = symmetry.item<double>();
  at::Tensor apart = at::zeros({}, points.options());
  for (const auto& [left, right] : skeleton.mirror) {
    apart = apart + ((lengths.bones.select(1, left) - lengths.bones.select(1, right)).abs() /
                     lengths.trunk.squeeze(1))
                        .mean();
  }
  scores.asymmetry = apart.item<double>() / std::max<double>(1, static_cast<double>(skeleton.mirror.size()));
  scores.spread = (lifted.std(false) / points.select(2, 0).std(false)).item<double>();
  at::Tensor consistency = at::zeros({}, points.options());
  for (const double angle : angles_deg) {
    const at::Tensor turn = at::full({points.size(0)}, angle * kPi / 180, points.options());
    const NormalisedKeypoints seen =
        NormaliseKeypoints(RotateAboutVertical(points, turn).narrow(2, 0, 2), skeleton);
    consistency =
        consistency + ConsistencyLoss(points, RotateAboutVertical(lift(seen.points) * seen.scale, -turn));
  }
  const double turns = std::max<double>(1, static_cast<double>(angles_deg.size()));
  scores.geometry = (RatioLoss(lengths, skeleton) + symmetry + consistency / turns).item<double>();

  scores.correlation = scores.correlation_mirror = scores.mirrored = scores.depth_error =
      scores.depth_error_mm = std::numeric_limits<double>::quiet_NaN();
  if (!table.depths.defined()) return scores;
  const at::Tensor truth =
      LiftedPoints(normalised.points, table.depths / normalised.scale.squeeze(2), skeleton);
  const at::Tensor r = Correlation(lifted, truth.select(2, 2));
  const at::Tensor sign = at::where(r.lt(0), -at::ones_like(r), at::ones_like(r)).unsqueeze(1);
  const at::Tensor errors = (sign * lifted - truth.select(2, 2)).abs() / BoneLengthsOf(truth, skeleton).trunk;
  scores.correlation = r.mean().item<double>();
  scores.correlation_mirror = r.abs().mean().item<double>();
  scores.mirrored = r.lt(0).to(at::kDouble).mean().item<double>();
  scores.depth_error = errors.mean().item<double>();
  scores.depth_error_mm = 1000 * skeleton.trunk_m * scores.depth_error;
  return scores;
}

}  // namespace vitruvius
