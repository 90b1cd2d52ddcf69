#include "models/networks/segment_regressor.h"

#include <algorithm>
#include <cmath>

#include <ATen/core/grad_mode.h>
#include <Eigen/Geometry>

#include "models/math/so3.h"
#include "models/networks/parameters.h"
#include "models/networks/torch_rotations.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// Raw outputs are as large as what they mean: softplus(raw + kUnit) = 1 at raw = 0.
const double kUnit = std::log(std::expm1(1.0));
at::Tensor Positive(const at::Tensor& raw) { return at::softplus(raw + kUnit); }
double RawOfPositive(double value) { return std::log(std::expm1(value)) - kUnit; }

std::vector<TensorShape> Parameters(const SegmentRegressorSize& size) {
  size.Check();
  std::vector<TensorShape> shapes = ResNetParameters(size.trunk);
  shapes.push_back({"head.weight", {size.num_outputs(), size.trunk.num_features()}});
  shapes.push_back({"head.bias", {size.num_outputs()}});
  return shapes;
}

// (..., 4) to (..., 3): 2 atan2(|v|, w) v / |v|, the shorter way round.
at::Tensor AxisAngleOfQuaternions(const at::Tensor& quaternions) {
  constexpr double kSmall = 1e-6;
  const at::Tensor shorter = at::where(quaternions.slice(-1, 0, 1) < 0, -quaternions, quaternions);
  const at::Tensor w = shorter.slice(-1, 0, 1), v = shorter.slice(-1, 1, 4);
  const at::Tensor squared = (v * v).sum(-1, true);
  // Both branches of a where() are differentiated: the root never sees a zero.
  const at::Tensor is_small = squared < kSmall * w * w;
  const at::Tensor length = at::where(is_small, at::ones_like(squared), squared).sqrt();
  const at::Tensor safe_w = at::where(is_small, w, at::ones_like(w));
  const at::Tensor series = 2 / safe_w * (1 - squared / (3 * safe_w * safe_w));
  return v * at::where(is_small, series, 2 * at::atan2(length, w) / length);
}

std::int64_t JointsOf(const at::Tensor& numbers) {
  VT_CHECK_EQ(numbers.dim(), 2);
  const std::int64_t joints = (numbers.size(1) - 12) / 5;
  VT_CHECK_EQ(5 * joints + 12, numbers.size(1));
  VT_CHECK_GT(joints, 1);
  return joints;
}

}  // namespace

void SegmentRegressorSize::Check() const {
  trunk.Check();
  VT_CHECK_GT(joints, 1);
  VT_CHECK_GE(crop_px, 32);
  VT_CHECK_LE(crop_px, 4096);
}

at::Tensor NumbersOfSegments(const std::vector<SegmentParameters>& people) {
  VT_CHECK(!people.empty());
  const auto joints = static_cast<std::int64_t>(people[0].scales.size());
  const SegmentNumberPlaces places(joints);
  at::Tensor numbers = at::zeros({static_cast<std::int64_t>(people.size()), 5 * joints + 12});
  float* row = numbers.data_ptr<float>();
  for (const SegmentParameters& person : people) {
    VT_CHECK_EQ(person.scales.size(), joints);
    VT_CHECK_EQ(person.angles.size(), 3 * (joints - 1));
    row[0] = 1;
    for (std::int64_t j = 1; j < joints; ++j) {
      Eigen::Quaterniond q(ExpSO3(person.angles.segment<3>(3 * (j - 1))));
      if (q.w() < 0) q.coeffs() *= -1;
      const double values[4] = {q.w(), q.x(), q.y(), q.z()};
      std::copy(values, values + 4, row + 4 * j);
    }
    std::copy(person.scales.begin(), person.scales.end(), row + places.scales);
    RowMatrix3d rotation;
    VT_CHECK(OrthonormalColumns(person.rotation, &rotation));
    std::copy(rotation.data(), rotation.data() + 9, row + places.rotation);
    std::copy(person.camera.begin(), person.camera.end(), row + places.camera);
    row += numbers.size(1);
  }
  return numbers;
}

// With D = diag(-1, 1, 1) in the body's axes and in the camera's every rotation R becomes D R D, of the joint
// on the other side.
at::Tensor MirrorNumbers(const at::Tensor& numbers, const std::vector<int>& swap) {
  const std::int64_t joints = JointsOf(numbers);
  VT_CHECK_EQ(static_cast<std::int64_t>(swap.size()), joints);
  const SegmentNumberPlaces places(joints);
  at::Tensor from = at::arange(numbers.size(1), at::kLong), sign = at::ones({numbers.size(1)});
  for (std::int64_t j = 0; j < joints; ++j) {
    const std::int64_t other = swap[static_cast<std::size_t>(j)];
    for (std::int64_t i = 0; i < 4; ++i) from[4 * j + i] = 4 * other + i;
    sign[4 * j + 2] = sign[4 * j + 3] = -1;  // y and z
    from[places.scales + j] = places.scales + other;
  }
  for (const std::int64_t place : {1, 2, 3, 6}) sign[places.rotation + place] = -1;  // one side of them is x
  sign[places.camera + 1] = -1;
  return numbers.index_select(1, from.to(numbers.device())) * sign.to(numbers.options());
}

TorchSegments::Parameters SegmentsOfNumbers(const at::Tensor& numbers) {
  const std::int64_t joints = JointsOf(numbers), rows = numbers.size(0);
  const SegmentNumberPlaces places(joints);
  const at::Tensor quaternions = numbers.slice(1, 4, places.scales).reshape({rows, joints - 1, 4});
  return {AxisAngleOfQuaternions(quaternions).reshape({rows, 3 * (joints - 1)}),
          numbers.slice(1, places.scales, places.rotation), numbers.slice(1, places.rotation, places.camera),
          numbers.slice(1, places.camera)};
}

std::vector<SegmentParameters> ParametersOfNumbers(const at::Tensor& numbers) {
  at::NoGradGuard no_grad;
  const at::Tensor here = numbers.detach().to(at::kCPU, at::kDouble);
  const TorchSegments::Parameters all = SegmentsOfNumbers(here);
  const at::Tensor angles = all.angles.contiguous(), scales = all.scales.contiguous(),
                   rotation = all.rotation.contiguous(), camera = all.camera.contiguous();
  std::vector<SegmentParameters> people;
  for (std::int64_t n = 0; n < numbers.size(0); ++n) {
    const auto row = [n](const at::Tensor& tensor) {
      return Eigen::Map<const Eigen::VectorXd>(tensor.data_ptr<double>() + n * tensor.size(1),
                                               tensor.size(1));
    };
    SegmentParameters person;
    person.angles = row(angles);
    person.scales = row(scales);
    person.rotation = Eigen::Map<const RowMatrix3d>(row(rotation).data());
    person.camera = row(camera);
    person.rotation.col(2) = person.rotation.col(0).cross(person.rotation.col(1));
    people.push_back(std::move(person));
  }
  return people;
}

SegmentRegressor::SegmentRegressor(const SegmentRegressorSize& size, at::Device device)
    : size_(size),
      parameters_(Parameters(size), device, /*requires_grad=*/true),
      buffers_(ResNetBuffers(size.trunk), device, /*requires_grad=*/false),
      trunk_(size.trunk, parameters_, buffers_) {}

void SegmentRegressor::Initialise(std::uint64_t seed, const SegmentParameters& start) {
  constexpr double kSmall = 1e-3;
  constexpr std::uint64_t kHeadStream = 1u << 20;  // none of the trunk's
  VT_CHECK_EQ(start.scales.size(), size_.joints);
  InitialiseResNet(size_.trunk, seed, parameters_, buffers_);
  at::NoGradGuard no_grad;
  const at::Tensor weight = parameters_.at("head.weight");
  weight.copy_(at::randn(weight.sizes(), SeededGenerator(seed, kHeadStream), at::TensorOptions(at::kFloat))
                   .mul_(kSmall));
  SegmentParameters raw = start;
  for (double& scale : raw.scales) scale = RawOfPositive(scale);
  raw.camera[0] = RawOfPositive(start.camera[0]);
  parameters_.at("head.bias").copy_(NumbersOfSegments({raw})[0]);
}

at::Tensor SegmentRegressor::Raw(const at::Tensor& images, bool training) const {
  return at::linear(trunk_.Features(images, training), parameters_.at("head.weight"),
                    parameters_.at("head.bias"));
}

at::Tensor SegmentRegressor::LengthPenalty(const at::Tensor& raw) const {
  const std::int64_t joints = size_.joints, rows = raw.size(0);
  const SegmentNumberPlaces places(joints);
  const at::Tensor quaternions = raw.slice(1, 0, places.scales).reshape({rows, joints, 4});
  const at::Tensor columns =
      raw.slice(1, places.rotation, places.camera).reshape({rows, 3, 3}).slice(2, 0, 2);
  const auto off = [](const at::Tensor& vectors, int dim) {
    return (vectors.square().sum(dim) - 1).square().sum(1);
  };
  return off(quaternions, 2) + off(columns, 1);
}

at::Tensor SegmentRegressor::NumbersOfRaw(const at::Tensor& raw) const {
  const std::int64_t joints = size_.joints, rows = raw.size(0);
  const SegmentNumberPlaces places(joints);
  constexpr double kShortest = 1e-8;  // a quaternion of length zero stays one
  const at::Tensor quaternions = raw.slice(1, 0, places.scales).reshape({rows, joints, 4});
  const at::Tensor unit = quaternions * quaternions.square().sum(-1, true).clamp_min(kShortest).rsqrt();
  // The third column follows from the others. Made orthonormal by itself it would only choose a side, without
  // a slope, and who turns round from where training begins would end as a reflection.
  const at::Tensor two_columns =
      raw.slice(1, places.rotation, places.camera).reshape({rows, 3, 3}).slice(2, 0, 2).reshape({rows, 6});
  return at::cat({unit.reshape({rows, 4 * joints}), Positive(raw.slice(1, places.scales, places.rotation)),
                  RotationsFrom6d(two_columns).reshape({rows, 9}),
                  Positive(raw.slice(1, places.camera, places.camera + 1)), raw.slice(1, places.camera + 1)},
                 1);
}

SegmentParameters RestInCrop(const BodyModel& model, double margin) {
  VT_CHECK_GT(margin, 0.0);
  SegmentParameters rest = SegmentParameters::Rest(model);
  const Eigen::RowVector3d pelvis = model.joint_template().row(0);
  const MatrixX3d seen = (model.v_template().rowwise() - pelvis) * rest.rotation.transpose();
  const Eigen::Vector2d low = seen.leftCols<2>().colwise().minCoeff(),
                        high = seen.leftCols<2>().colwise().maxCoeff();
  rest.camera[0] = 2 / (margin * (high - low).maxCoeff());
  rest.camera.tail<2>() = -rest.camera[0] * (low + high) / 2;
  return rest;
}

}  // namespace vitruvius
