// The body's points for OpenPose-25 with their Jacobian: our analytic evaluator, and the way to get the same
// without deriving anything: the textbook forward function over ceres::Jet. Both see the needed points only.
// BM_JetsOverAnalytic times them in turn, so that its counter `ratio` holds on a busy machine too.
#include <chrono>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>
#include <ceres/jet.h>
#include <ceres/rotation.h>

#include "models/body/body_evaluator.h"
#include "models/body/keypoint_set.h"
#include "models/body/mannequin.h"
#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius {
namespace {

constexpr int kNumJoints = 24, kNumBetas = 10;
constexpr int kNumParameters = 3 * kNumJoints + kNumBetas + 3;  // 85

// SMPL's forward function for joints and single vertices, written down as in the paper. Zeros of the pose
// blend shapes and skinning weights are skipped, as a careful author would.
class TextbookBody {
 public:
  TextbookBody(std::shared_ptr<const BodyModel> model, const PointSet& points)
      : model_(std::move(model)), points_(points) {
    VT_CHECK_EQ(model_->num_joints(), kNumJoints);
    VT_CHECK_EQ(model_->num_betas(), kNumBetas);
    for (const PointSet::Item& item : points_.items) {
      std::vector<int> columns;
      for (int c = 0; item.joint < 0 && c < model_->posedirs().cols(); ++c) {
        if ((model_->posedirs().block(3 * item.vertices[0].first, c, 3, 1).array() != 0).any())
          columns.push_back(c);
      }
      blend_columns_.push_back(std::move(columns));
    }
  }

  // parameters: [orient 3 | body_pose 69 | betas 10 | transl 3].
  template <typename T>
  void Evaluate(const T* parameters, Eigen::Matrix<T, Eigen::Dynamic, 3, Eigen::RowMajor>* points) const {
    using Matrix3 = Eigen::Matrix<T, 3, 3>;
    using Vector3 = Eigen::Matrix<T, 3, 1>;
    const T* betas = parameters + 3 * kNumJoints;
    const Eigen::Map<const Vector3> transl(betas + kNumBetas);
    std::vector<Matrix3> local(kNumJoints), world(kNumJoints);
    std::vector<Vector3> rest(kNumJoints), position(kNumJoints);
    for (int j = 0; j < kNumJoints; ++j) {
      ceres::AngleAxisToRotationMatrix(parameters + 3 * j, ceres::ColumnMajorAdapter3x3(local[j].data()));
      for (int axis = 0; axis < 3; ++axis) {
        rest[j][axis] = T(model_->joint_template()(j, axis));
        for (int b = 0; b < kNumBetas; ++b)
          rest[j][axis] += model_->joint_shapedirs()(3 * j + axis, b) * betas[b];
      }
      if (j == 0) {
        world[0] = local[0];
        position[0] = rest[0];
      } else {
        const int parent = model_->parents()[j];
        world[j] = world[parent] * local[j];
        position[j] = position[parent] + world[parent] * (rest[j] - rest[parent]);
      }
    }
    points->resize(points_.size(), 3);
    for (int i = 0; i < points_.size(); ++i) {
      const PointSet::Item& item = points_.items[i];
      if (item.joint >= 0) {
        points->row(i) = position[item.joint] + transl;
        continue;
      }
      const int vertex = item.vertices[0].first;
      Vector3 posed;
      for (int axis = 0; axis < 3; ++axis) {
        posed[axis] = T(model_->v_template()(vertex, axis));
        for (int b = 0; b < kNumBetas; ++b)
          posed[axis] += model_->shapedirs()(3 * vertex + axis, b) * betas[b];
      }
      for (const int column : blend_columns_[i]) {
        const int joint = 1 + column / 9, row = column % 9 / 3, col = column % 3;
        const T feature = local[joint](row, col) - (row == col ? 1.0 : 0.0);
        for (int axis = 0; axis < 3; ++axis) {
          posed[axis] += static_cast<double>(model_->posedirs()(3 * vertex + axis, column)) * feature;
        }
      }
      Vector3 skinned = transl;
      for (SparseRowMatrixd::InnerIterator it(model_->weights(), vertex); it; ++it) {
        const int joint = static_cast<int>(it.col());
        const Vector3 carried = world[joint] * (posed - rest[joint]) + position[joint];
        skinned += carried * T(it.value());
      }
      points->row(i) = skinned;
    }
  }

 private:
  std::shared_ptr<const BodyModel> model_;
  PointSet points_;
  std::vector<std::vector<int>> blend_columns_;  // of each point
};

using Jet = ceres::Jet<double, kNumParameters>;

// Both ways at one random body.
struct Contest {
  BodyParameters parameters;
  BodyEvaluator analytic;
  TextbookBody textbook;
  std::vector<Jet> jets;
  Eigen::Matrix<Jet, Eigen::Dynamic, 3, Eigen::RowMajor> jet_points;

  Contest() : Contest(Mannequin(), BindKeypoints(*FindKeypointSet("openpose25"), *Mannequin()).points) {}

  void RunAnalytic() {
    analytic.Evaluate(parameters, true);
    benchmark::DoNotOptimize(analytic.jacobian().data());
  }
  void RunJets() {
    textbook.Evaluate(jets.data(), &jet_points);
    benchmark::DoNotOptimize(jet_points.data());
  }
  // Largest difference of a Jacobian's entry.
  double Difference() {
    RunAnalytic();
    RunJets();
    double largest = 0;
    for (int i = 0; i < analytic.num_points(); ++i) {
      for (int axis = 0; axis < 3; ++axis) {
        const auto row = analytic.jacobian().row(3 * i + axis);
        largest = std::max(largest, (row.transpose() - jet_points(i, axis).v).cwiseAbs().maxCoeff());
      }
    }
    return largest;
  }

 private:
  Contest(const std::shared_ptr<const BodyModel>& model, const PointSet& points)
      : parameters(BodyParameters::Zero(*model)), analytic(model, points), textbook(model, points) {
    Rng rng(1);
    for (double& x : parameters.global_orient) x = rng.Normal();
    for (double& x : parameters.body_pose) x = 0.3 * rng.Normal();
    for (double& x : parameters.betas) x = rng.Normal();
    parameters.transl = {0.1, -0.2, 4};
    Eigen::VectorXd all(kNumParameters);
    all << parameters.global_orient, parameters.body_pose, parameters.betas, parameters.transl;
    for (int i = 0; i < kNumParameters; ++i) jets.emplace_back(all[i], i);
  }
};

// A comparison of different results would be worthless.
bool Agree(benchmark::State& state, Contest* contest) {
  constexpr double kTolerance = 1e-10;  // rounding, of entries up to a few metres per radian
  const double difference = contest->Difference();
  if (difference < kTolerance) return true;
  state.SkipWithError(StrCat("the Jacobians differ by ", difference).c_str());
  return false;
}

void BM_Points(benchmark::State& state) {
  Contest contest;
  for (auto _ : state) {
    contest.analytic.Evaluate(contest.parameters, false);
    benchmark::DoNotOptimize(contest.analytic.points().data());
  }
  state.counters["points"] = contest.analytic.num_points();
}
BENCHMARK(BM_Points)->Unit(benchmark::kMicrosecond);

void BM_PointsAndJacobian(benchmark::State& state) {
  Contest contest;
  if (!Agree(state, &contest)) return;
  for (auto _ : state) contest.RunAnalytic();
}
BENCHMARK(BM_PointsAndJacobian)->Unit(benchmark::kMicrosecond);

void BM_PointsAndJacobianByJets(benchmark::State& state) {
  Contest contest;
  if (!Agree(state, &contest)) return;
  for (auto _ : state) contest.RunJets();
}
BENCHMARK(BM_PointsAndJacobianByJets)->Unit(benchmark::kMicrosecond);

void BM_JetsOverAnalytic(benchmark::State& state) {
  Contest contest;
  if (!Agree(state, &contest)) return;
  using Clock = std::chrono::steady_clock;
  Clock::duration analytic{}, jets{};
  constexpr int kRepeats = 10;  // of the faster one, to keep the clock out of it
  for (auto _ : state) {
    const auto begin = Clock::now();
    for (int i = 0; i < kRepeats; ++i) contest.RunAnalytic();
    const auto middle = Clock::now();
    contest.RunJets();
    analytic += middle - begin;
    jets += Clock::now() - middle;
  }
  state.counters["ratio"] =
      kRepeats * static_cast<double>(jets.count()) / static_cast<double>(analytic.count());
}
BENCHMARK(BM_JetsOverAnalytic)->Unit(benchmark::kMicrosecond);

void BM_WholeMesh(benchmark::State& state) {
  const auto model = Mannequin();
  BodyEvaluator evaluator(model, PointSet::AllVertices(*model));
  const BodyParameters parameters = Contest().parameters;
  for (auto _ : state) {
    evaluator.Evaluate(parameters, false);
    benchmark::DoNotOptimize(evaluator.points().data());
  }
  state.counters["points"] = evaluator.num_points();
}
BENCHMARK(BM_WholeMesh)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace vitruvius
