// Each residual family once, with its Jacobian, as Ceres calls it. The body's own pass is outside
// (evaluator_benchmark).
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "models/body/joint_tree.h"
#include "models/body/keypoint_set.h"
#include "models/body/mannequin.h"
#include "models/util/rng.h"
#include "priors/gmm_prior.h"
#include "priors/joint_limits.h"
#include "solvers/residuals/diagonal_prior.h"
#include "solvers/residuals/geman_mcclure.h"
#include "solvers/residuals/joint_limits_cost.h"
#include "solvers/residuals/parameter_cost.h"
#include "solvers/residuals/point3d.h"
#include "solvers/residuals/point_cost.h"
#include "solvers/residuals/reprojection.h"
#include "solvers/residuals/self_penetration_cost.h"
#include "solvers/residuals/shared_body.h"

namespace vitruvius {
namespace {

constexpr int kPoseSize = 69, kNumBetas = 10;
const double kWeight = 4.78;

// Calls the cost with all Jacobians at the given blocks.
void Run(benchmark::State& state, const ceres::CostFunction& cost, const std::vector<const double*>& blocks) {
  std::vector<double> residuals(cost.num_residuals());
  std::vector<std::vector<double>> jacobians;
  std::vector<double*> pointers;
  for (const int size : cost.parameter_block_sizes()) jacobians.emplace_back(cost.num_residuals() * size);
  for (std::vector<double>& jacobian : jacobians) pointers.push_back(jacobian.data());
  for (auto _ : state) {
    if (!cost.Evaluate(blocks.data(), residuals.data(), pointers.data())) {
      state.SkipWithError("the cost failed");
      break;
    }
    benchmark::DoNotOptimize(residuals.data());
  }
  state.counters["residuals"] = cost.num_residuals();
}

void RunClosedForm(benchmark::State& state, const QuadraticTerm& term, const Eigen::VectorXd& x) {
  Eigen::MatrixXd hessian = Eigen::MatrixXd::Zero(x.size(), x.size());
  Eigen::VectorXd gradient = Eigen::VectorXd::Zero(x.size());
  Eigen::Ref<Eigen::MatrixXd> hessian_ref = hessian;
  Eigen::Ref<Eigen::VectorXd> gradient_ref = gradient;
  for (auto _ : state)
    benchmark::DoNotOptimize(term.AddNormalEquations(x.data(), &hessian_ref, &gradient_ref));
}

Eigen::VectorXd RandomVector(int size) {
  Rng rng(1);
  return Eigen::VectorXd::NullaryExpr(size, [&] { return 0.3 * rng.Normal(); });
}

template <typename Functor>
void RunPoint(benchmark::State& state, const std::array<int, Functor::kNumPoints>& points,
              const Functor& functor) {
  const auto model = Mannequin();
  SharedBody body(model, BindKeypoints(*FindKeypointSet("openpose25"), *model).points);
  BodyParameters parameters = BodyParameters::Zero(*model);
  parameters.body_pose = RandomVector(kPoseSize);
  parameters.transl.z() = 4;
  body.SetParameters(parameters);
  body.PrepareForEvaluation(true, true);
  std::vector<const double*> blocks;
  for (int b = 0; b < SharedBody::kNumBlocks; ++b) blocks.push_back(body.block(b));
  Run(state, PointCost<Functor>(&body, points, functor), blocks);
}

const PerspectiveCamera kCamera;
const Keypoint2dTarget kTarget2d{{10, 20}, 1};
const Keypoint3dTarget kTarget3d{{0.1, 0.2, 4}, 1};

void BM_Reprojection(benchmark::State& state) {
  RunPoint<ReprojectionCoordinate>(state, {4}, {&kCamera, &kTarget2d, 0});
}
BENCHMARK(BM_Reprojection);

void BM_WeakReprojection(benchmark::State& state) {
  RunPoint<WeakReprojectionCoordinate>(state, {4, 8}, {&kCamera, &kTarget2d, 0});
}
BENCHMARK(BM_WeakReprojection);

void BM_Point3d(benchmark::State& state) { RunPoint<Point3dCoordinate>(state, {4}, {&kTarget3d, 0}); }
BENCHMARK(BM_Point3d);

void BM_DiagonalPrior(benchmark::State& state) {
  const Eigen::VectorXd betas = RandomVector(kNumBetas);
  Run(state, DiagonalPrior(kNumBetas, 0, kNumBetas, &kWeight, nullptr), {betas.data()});
}
BENCHMARK(BM_DiagonalPrior);

void BM_Hinge(benchmark::State& state) {
  const Eigen::VectorXd pose = RandomVector(kPoseSize);
  Run(state, ParameterCost<HingeFunctor>(kPoseSize, {9}, &kWeight, {-1}), {pose.data()});
}
BENCHMARK(BM_Hinge);

void BM_HingeClosedForm(benchmark::State& state) {
  RunClosedForm(state, ParameterCost<HingeFunctor>(kPoseSize, {9}, &kWeight, {-1}), RandomVector(kPoseSize));
}
BENCHMARK(BM_HingeClosedForm);

// Of all joints, as a fit has it.
JointLimitsCost AllJointLimits() {
  std::vector<JointLimitsCost::Component> components;
  const std::vector<std::string>& names = SmplJointNames();
  for (const JointLimit& limit : JointLimits()) {
    const auto joint = std::find(names.begin(), names.end(), limit.joint) - names.begin();
    for (int axis = 0; axis < 3; ++axis)
      components.push_back({3 * (static_cast<int>(joint) - 1) + axis, {limit.low[axis], limit.high[axis]}});
  }
  return {kPoseSize, components, &kWeight};
}

void BM_JointLimits(benchmark::State& state) {
  const Eigen::VectorXd pose = RandomVector(kPoseSize);
  Run(state, AllJointLimits(), {pose.data()});
}
BENCHMARK(BM_JointLimits);

void BM_JointLimitsClosedForm(benchmark::State& state) {
  RunClosedForm(state, AllJointLimits(), RandomVector(kPoseSize));
}
BENCHMARK(BM_JointLimitsClosedForm);

// Eight components with covariances like those of poses: floor 0.1 rad, a few strong directions.
GmmPrior MakeMixture() {
  constexpr int kComponents = 8, kDirections = 20;
  Rng rng(2);
  GaussianMixture mixture;
  mixture.weights = Eigen::VectorXd::Constant(kComponents, 1.0 / kComponents);
  mixture.means = RowMatrixXd::NullaryExpr(kComponents, kPoseSize, [&] { return 0.3 * rng.Normal(); });
  for (int k = 0; k < kComponents; ++k) {
    const Eigen::MatrixXd directions =
        Eigen::MatrixXd::NullaryExpr(kPoseSize, kDirections, [&] { return 0.1 * rng.Normal(); });
    Eigen::MatrixXd covariance = directions * directions.transpose();
    covariance.diagonal().array() += 0.01;
    mixture.covariances.push_back(std::move(covariance));
  }
  return GmmPrior("random", std::move(mixture));
}

void BM_GmmPrior(benchmark::State& state) {
  const GmmPrior prior = MakeMixture();
  const auto cost = prior.MakeEnergy(kPoseSize, &kWeight);
  const Eigen::VectorXd pose = RandomVector(kPoseSize);
  Run(state, *cost, {pose.data()});
}
BENCHMARK(BM_GmmPrior);

void BM_GmmPriorClosedForm(benchmark::State& state) {
  const GmmPrior prior = MakeMixture();
  const auto cost = prior.MakeEnergy(kPoseSize, &kWeight);
  RunClosedForm(state, dynamic_cast<const QuadraticTerm&>(*cost), RandomVector(kPoseSize));
}
BENCHMARK(BM_GmmPriorClosedForm);

// All pairs of capsules, for a body that keeps its arms away from itself and for one that does not.
void RunSelfPenetration(benchmark::State& state, double arms_down) {
  const auto model = Mannequin();
  SharedBody body(model, PointSet().AddJoint(0));
  BodyParameters parameters = BodyParameters::Zero(*model);
  parameters.body_pose[3 * (model->JointIndex("left_shoulder") - 1) + 2] = -arms_down;
  parameters.body_pose[3 * (model->JointIndex("right_shoulder") - 1) + 2] = arms_down;
  body.SetParameters(parameters);
  body.PrepareForEvaluation(true, true);
  const double weight = 1000;
  const SelfPenetrationCost cost(&body, std::make_shared<BodyCapsules>(*model), &weight);
  RunClosedForm(state, cost, parameters.body_pose);
  state.counters["overlap_mm"] = 1000 * cost.DeepestM();
}
void BM_SelfPenetrationApart(benchmark::State& state) { RunSelfPenetration(state, 0.7); }
BENCHMARK(BM_SelfPenetrationApart);
void BM_SelfPenetrationOverlapping(benchmark::State& state) { RunSelfPenetration(state, 1.7); }
BENCHMARK(BM_SelfPenetrationOverlapping);

void BM_CapsulesOfABody(benchmark::State& state) {
  const auto model = Mannequin();
  for (auto _ : state) benchmark::DoNotOptimize(BodyCapsules(*model).pairs().data());
}
BENCHMARK(BM_CapsulesOfABody)->Unit(benchmark::kMillisecond);

void BM_GemanMcClure(benchmark::State& state) {
  const double sigma = 100, weight = 1, confidence = 0.9;
  const GemanMcClureLoss loss(&sigma, &weight, &confidence);
  double s = 1, rho[3];
  for (auto _ : state) {
    loss.Evaluate(s, rho);
    benchmark::DoNotOptimize(rho[0]);
    s += 1;
  }
}
BENCHMARK(BM_GemanMcClure);

}  // namespace
}  // namespace vitruvius
