// Residual networks and the numbers of a body of segments.
#include "models/networks/segment_regressor.h"

#include <cmath>

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "models/body/joint_tree.h"
#include "models/body/mannequin.h"
#include "models/math/so3.h"
#include "models/networks/parameters.h"
#include "models/util/check.h"
#include "models/util/rng.h"
#include "tests/util/test_body.h"

namespace vitruvius::segment_regressor_test {
namespace {

std::int64_t Count(const std::vector<TensorShape>& shapes) {
  std::int64_t total = 0;
  for (const TensorShape& tensor : shapes) {
    std::int64_t count = 1;
    for (const std::int64_t length : tensor.shape) count *= length;
    total += count;
  }
  return total;
}

TEST(ResNet, HasAsManyNumbersAsTorchvisions) {
  const ResNetSize small = {ResNetSize::Kind::k18, 64}, large = {ResNetSize::Kind::k50, 64};
  EXPECT_EQ(Count(ResNetParameters(small)), 11176512);
  EXPECT_EQ(Count(ResNetParameters(large)), 23508032);
  EXPECT_EQ(ResNetParameters(small).size(), 60u);  // tensors of the state dict that are learned, without fc
  EXPECT_EQ(ResNetParameters(large).size(), 159u);
  EXPECT_EQ(Count(ResNetBuffers(large)), 53120);
  EXPECT_EQ(small.num_features(), 512);
  EXPECT_EQ(large.num_features(), 2048);
  EXPECT_EQ(ResNetKindOf("resnet50"), ResNetSize::Kind::k50);
  EXPECT_THROW(ResNetKindOf("resnet34"), InputError);
}

// As resnet_golden.py fills them and computes with torch.nn: whole numbers of sines, no random ones.
void FillWithSines(const TensorSet& set, double bias, double size) {
  at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < set.tensors().size(); ++i) {
    const at::Tensor& tensor = set.tensors()[i];
    const at::Tensor places = at::arange(tensor.numel(), at::TensorOptions(at::kDouble));
    const double own = set.shapes()[i].name.find("running_mean") != std::string::npos ? 0 : bias;
    tensor.copy_((places * 0.7 + static_cast<double>(set.shapes()[i].name.size()))
                     .sin()
                     .mul(size)
                     .add(own)
                     .view(tensor.sizes()));
  }
}

TEST(ResNet, ComputesWhatTorchDoes) {
  // Of tests/networks/resnet_golden.py: mean and first three features in evaluation mode, mean in training.
  struct Golden {
    ResNetSize::Kind kind;
    double mean, first[3], mean_training, running;
  };
  for (const Golden& golden : {
           Golden{ResNetSize::Kind::k18, 26254, {15613.6279, 43053.4375, 63873.125}, 0.428471744, 0.85962826},
           Golden{ResNetSize::Kind::k50, 42298.6562, {13254.4609, 172594.156, 0}, 0.568708539, 1.01142299},
       }) {
    const ResNetSize size = {golden.kind, 4};
    TensorSet parameters(ResNetParameters(size), at::kCPU, true);
    const TensorSet buffers(ResNetBuffers(size), at::kCPU, false);
    FillWithSines(parameters, 0.1, 0.3);
    FillWithSines(buffers, 0.6, 0.2);
    const ResNet network(size, parameters, buffers);
    const at::Tensor images = (at::arange(2 * 3 * 64 * 64, at::TensorOptions(at::kDouble)) * 0.37)
                                  .sin()
                                  .to(at::kFloat)
                                  .view({2, 3, 64, 64});
    const at::Tensor features = network.Features(images, false);
    ASSERT_EQ(features.sizes().vec(), (std::vector<std::int64_t>{2, size.num_features()}));
    const double scale = std::abs(golden.mean);  // single precision through many layers
    EXPECT_NEAR(features.mean().item<double>(), golden.mean, 1e-4 * scale);
    for (int i = 0; i < 3; ++i)
      EXPECT_NEAR(features[1][i].item<double>(), golden.first[i], 1e-3 * scale) << i;
    EXPECT_NEAR(network.Features(images, true).mean().item<double>(), golden.mean_training,
                1e-3 * std::abs(golden.mean_training));
    EXPECT_NEAR(buffers.at("layer4.1.bn2.running_var").mean().item<double>(), golden.running,
                1e-3 * golden.running);
    EXPECT_THROW(network.Features(images.slice(2, 0, 31), false), ContractError);
  }
}

SegmentParameters Somebody(const BodyModel& model, std::uint64_t seed) {
  Rng rng(seed);
  SegmentParameters p = SegmentParameters::Rest(model);
  for (double& x : p.angles) x = 0.6 * rng.Normal();
  for (double& x : p.scales) x = rng.Uniform(0.7, 1.3);
  for (int i = 0; i < 9; ++i) p.rotation.data()[i] += 0.3 * rng.Normal();
  p.camera = {0.8, 0.3, -0.2};
  return p;
}

TEST(SegmentNumbers, DecodeToWhatWasEncoded) {
  const auto model = MakeTestBody();
  std::vector<SegmentParameters> people = {Somebody(*model, 1), Somebody(*model, 2),
                                           SegmentParameters::Rest(*model)};
  people[0].angles.head<3>() << 3.0, 0.2, -0.1;  // almost half a turn
  const at::Tensor numbers = NumbersOfSegments(people);
  ASSERT_EQ(numbers.size(1), 132);
  for (int n = 0; n < 3; ++n) {
    EXPECT_EQ(numbers[n][0].item<float>(), 1);  // joint 0: the identity
    EXPECT_EQ(numbers[n].slice(0, 1, 4).abs().max().item<float>(), 0);
    EXPECT_GE(numbers[n].slice(0, 0, 96, 4).min().item<float>(), 0);
  }
  EXPECT_NEAR(numbers[0][96].item<double>(), people[0].scales[0], 1e-6);
  EXPECT_NEAR(numbers[1][129].item<double>(), 0.8, 1e-6);
  // Neither the sign nor the length of quaternions counts, nor joint 0's.
  at::Tensor other = numbers.clone();
  other.slice(1, 0, 96).mul_(-2);
  for (const at::Tensor& given : {numbers, other}) {
    const std::vector<SegmentParameters> found = ParametersOfNumbers(given);
    for (std::size_t n = 0; n < people.size(); ++n) {
      for (int j = 0; j < 23; ++j) {
        EXPECT_LT((ExpSO3(found[n].angles.segment<3>(3 * j)) - ExpSO3(people[n].angles.segment<3>(3 * j)))
                      .cwiseAbs()
                      .maxCoeff(),
                  1e-5);
      }
      RowMatrix3d rotation;
      ASSERT_TRUE(OrthonormalColumns(people[n].rotation, &rotation));
      EXPECT_LT((found[n].rotation - rotation).cwiseAbs().maxCoeff(), 1e-5);
      EXPECT_LT((found[n].scales - people[n].scales).cwiseAbs().maxCoeff(), 1e-6);
      EXPECT_LT((found[n].camera - people[n].camera).cwiseAbs().maxCoeff(), 1e-6);
    }
  }
  EXPECT_THROW(SegmentsOfNumbers(numbers.slice(1, 0, 131)), ContractError);
}

TEST(SegmentNumbers, GradientsAreFiniteAtTheIdentity) {
  at::Tensor numbers = NumbersOfSegments({SegmentParameters::Rest(*MakeTestBody())});
  numbers.requires_grad_(true);
  const at::Tensor angles = SegmentsOfNumbers(numbers).angles;
  const at::Tensor gradient = torch::autograd::grad({angles.sum()}, {numbers})[0];
  EXPECT_TRUE(gradient.isfinite().all().item<bool>());
  EXPECT_NEAR(gradient[0][5].item<double>(), 2, 1e-6);  // angle = 2 v near the identity
  EXPECT_EQ(gradient[0].slice(0, 0, 4).abs().max().item<double>(), 0);
}

TEST(SegmentNumbers, OfTheMirrorImageShowTheMirrorImage) {
  const auto model = Mannequin();
  const std::vector<int> swap = MirrorPermutation(model->joint_names());
  const at::Tensor numbers = NumbersOfSegments({Somebody(*model, 1), Somebody(*model, 2)}),
                   mirrored = MirrorNumbers(numbers, swap);
  EXPECT_TRUE(MirrorNumbers(mirrored, swap).equal(numbers));
  PointSet points;
  for (int j = 0; j < model->num_joints(); ++j) points.AddJoint(j);
  SegmentEvaluator evaluator(model, points);
  const std::vector<SegmentParameters> here = ParametersOfNumbers(numbers),
                                       there = ParametersOfNumbers(mirrored);
  for (size_t n = 0; n < here.size(); ++n) {
    ASSERT_TRUE(evaluator.Evaluate(here[n], false));
    const MatrixX3d seen = evaluator.points();
    ASSERT_TRUE(evaluator.Evaluate(there[n], false));
    for (int j = 0; j < model->num_joints(); ++j) {
      const Eigen::RowVector3d other = seen.row(swap[static_cast<size_t>(j)]),
                               found = evaluator.points().row(j);
      EXPECT_LT((found - Eigen::RowVector3d(-other.x(), other.y(), other.z())).norm(), 1e-4) << n << " " << j;
    }
  }
}

TEST(SegmentNumbers, AReflectionIsTakenForARotation) {
  const auto model = MakeTestBody();
  at::Tensor numbers = NumbersOfSegments({Somebody(*model, 1)});
  const RowMatrix3d rotation = ParametersOfNumbers(numbers)[0].rotation;
  for (const int place : {122, 125, 128}) numbers[0][place].neg_();
  const RowMatrix3d found = ParametersOfNumbers(numbers)[0].rotation;
  EXPECT_NEAR(found.determinant(), 1, 1e-5);
  EXPECT_LT((found - rotation).cwiseAbs().maxCoeff(), 1e-5);
}

SegmentRegressorSize Narrow() {
  SegmentRegressorSize size;
  size.trunk = {ResNetSize::Kind::k18, 8};
  size.crop_px = 32;
  return size;
}

TEST(SegmentRegressor, BeginsNearTheStartAndItsTrunkLearns) {
  const auto model = MakeTestBody();
  const SegmentRegressorSize size = Narrow();
  SegmentRegressor regressor(size, at::kCPU);
  const SegmentParameters rest = RestInCrop(*model);
  regressor.Initialise(1, rest);
  const at::Tensor images = at::randn({3, 3, 32, 32}, SeededGenerator(1, 1), at::TensorOptions(at::kFloat));
  const at::Tensor numbers = regressor.Forward(images, true);
  EXPECT_LT((numbers - NumbersOfSegments({rest})).abs().max().item<double>(), 0.05);

  PointSet points;
  points.AddVertex(3).AddVertex(20).AddJoint(15);
  const TorchSegments body(*model, {points, points, points}, at::kFloat);
  const at::Tensor loss = (body.Forward(SegmentsOfNumbers(numbers)) - 0.3).square().sum();
  const at::Tensor gradient = FlatGradient(loss, regressor.parameters());
  EXPECT_TRUE(gradient.isfinite().all().item<bool>());
  // The first numbers are the first convolution's.
  EXPECT_GT(gradient.narrow(0, 0, 8 * 3 * 49).abs().max().item<double>(), 0);
}

TEST(SegmentRegressor, LengthsOfRawRotationsChangeNoNumberAndArePenalised) {
  const auto model = MakeTestBody();
  const SegmentRegressorSize size = Narrow();
  const SegmentRegressor regressor(size, at::kCPU);
  const at::Tensor raw = NumbersOfSegments({Somebody(*model, 1), Somebody(*model, 2)});
  EXPECT_LT(regressor.LengthPenalty(raw).abs().max().item<double>(), 1e-9);
  at::Tensor longer = raw.clone();
  longer[0].slice(0, 4, 8).mul_(2);                                  // the quaternion of joint 1
  for (const int place : {121, 124, 127}) longer[0][place].mul_(3);  // the second column
  for (const int place : {122, 125, 128}) longer[1][place].mul_(5);  // the third, which is not looked at
  EXPECT_LT((regressor.NumbersOfRaw(longer) - regressor.NumbersOfRaw(raw)).abs().max().item<double>(), 1e-5);
  const at::Tensor penalty = regressor.LengthPenalty(longer);
  EXPECT_NEAR(penalty[0].item<double>(), 9 + 64, 1e-3);  // (4 - 1)^2 + (9 - 1)^2
  EXPECT_NEAR(penalty[1].item<double>(), 0, 1e-9);
}

// Half the people of a picture collection look away from where training begins: on the way round the third
// column must come along, or they end as reflections, and loss and labels never meet.
TEST(SegmentRegressor, RotationsTurnAllTheWayRound) {
  const auto model = MakeTestBody();
  const SegmentRegressorSize size = Narrow();
  const SegmentRegressor regressor(size, at::kCPU);
  const SegmentParameters front = RestInCrop(*model);
  SegmentParameters back = front;
  back.rotation = front.rotation * Eigen::AngleAxisd(M_PI, Eigen::Vector3d::UnitY()).toRotationMatrix();
  const std::int64_t first = SegmentNumberPlaces(size.joints).rotation;
  at::Tensor raw = NumbersOfSegments({front});
  const at::Tensor label = NumbersOfSegments({back}).slice(1, first, first + 9);
  for (const int column : {0, 1}) {  // of the third one nothing is turned
    for (const int row : {0, 1, 2}) raw[0][first + 3 * row + column] = label[0][3 * row + column];
  }
  const at::Tensor numbers = regressor.NumbersOfRaw(raw);
  EXPECT_LT((numbers.slice(1, first, first + 9) - label).abs().max().item<double>(), 1e-5);
}

TEST(SegmentRegressor, TheTemplateFillsTheCrop) {
  const auto model = MakeTestBody();
  SegmentEvaluator evaluator(model, PointSet::AllVertices(*model));
  ASSERT_TRUE(evaluator.Evaluate(RestInCrop(*model, 1.25), false));
  const auto points = evaluator.points().leftCols<2>();
  const Eigen::RowVector2d low = points.colwise().minCoeff(), high = points.colwise().maxCoeff();
  EXPECT_NEAR((high - low).maxCoeff(), 1.6, 1e-9);
  EXPECT_LT((high + low).cwiseAbs().maxCoeff(), 1e-9);
}

TEST(TensorSet, SharesOneTensorChannelsLast) {
  const TensorSet set({{"a", {2, 3, 2, 2}}, {"b", {5}}}, at::kCPU, true);
  EXPECT_EQ(set.flat().numel(), 29);
  EXPECT_TRUE(set.at("a").is_contiguous(at::MemoryFormat::ChannelsLast));
  at::NoGradGuard no_grad;
  set.flat()[3] = 7;  // the second place's first channel
  EXPECT_EQ(set.at("a")[0][0][0][1].item<float>(), 7);
  EXPECT_THROW(set.at("c"), ContractError);
  EXPECT_THROW(TensorSet({{"a", {1}}, {"a", {2}}}, at::kCPU, false), ContractError);
}

TEST(TensorSet, GradientsAreInTheFlatOnesOrder) {
  const TensorSet set({{"a", {2, 3, 2, 2}}, {"b", {5}}, {"unused", {2}}}, at::kCPU, true);
  const at::Tensor weights = at::arange(24, at::TensorOptions(at::kFloat)).view({2, 3, 2, 2});
  const at::Tensor gradient = FlatGradient((set.at("a") * weights).sum() + 3 * set.at("b").sum(), set);
  TensorSet expected({{"a", {2, 3, 2, 2}}, {"b", {5}}, {"unused", {2}}}, at::kCPU, false);
  expected.at("a").copy_(weights);
  expected.at("b").fill_(3);
  EXPECT_TRUE(gradient.equal(expected.flat()));
}

}  // namespace
}  // namespace vitruvius::segment_regressor_test
