#include "models/metrics/nearest_bodies.h"

#include <algorithm>
#include <utility>

#include "models/util/check.h"
#include "models/util/parallel.h"

namespace vitruvius {
namespace {

// Bodies of one search: their coarse sketches fit into a core's cache.
constexpr Eigen::Index kBodiesAtOnce = 4096;
// What single precision and the aggregation may add to a bound, with a wide margin: sketches are sums of 128
// terms of at most 2 m with a relative error of 6e-8.
constexpr float kRoundingM = 1e-5f;

}  // namespace

double MeanVertexDistanceM(const MatrixX3d& a, const MatrixX3d& b) {
  VT_CHECK_EQ(a.rows(), b.rows());
  return (a - b).rowwise().norm().mean();
}

struct NearestBodies::Bodies {
  std::vector<SketchLevel<8>> coarse;
  std::vector<SketchLevel<32>> middle;
  std::vector<SketchLevel<128>> fine;
  void Resize(size_t n) {
    coarse.resize(n);
    middle.resize(n);
    fine.resize(n);
  }
};

struct NearestBodies::Scratch {
  BodySketcher sketcher;
  BodyEvaluator query_mesh, mesh;
  std::vector<std::pair<float, int>> candidates;  // (bound, body)
  Work work;

  Scratch(const std::shared_ptr<const BodyModel>& model, const BodySketch& sketch)
      : sketcher(sketch),
        query_mesh(model, PointSet::AllVertices(*model)),
        mesh(model, PointSet::AllVertices(*model)) {}
};

NearestBodies::NearestBodies(std::shared_ptr<const BodyModel> model, RowMatrixXd queries, int threads)
    : model_(std::move(model)),
      sketch_(*model_),
      queries_(std::move(queries)),
      threads_(NumThreads(threads)),
      nearest_(static_cast<size_t>(queries_.rows())) {
  VT_CHECK_EQ(queries_.cols(), 3 * model_->num_body_joints());
  for (int t = 0; t < threads_; ++t) scratch_.push_back(std::make_shared<Scratch>(model_, sketch_));
  const auto n = static_cast<size_t>(queries_.rows());
  coarse_.resize(n);
  middle_.resize(n);
  fine_.resize(n);
  ParallelFor(static_cast<int>(n), threads_, [&](int i, int thread) {
    scratch_[thread]->sketcher.Sketch(queries_.row(i).data(), &coarse_[i], &middle_[i], &fine_[i]);
  });
}

void NearestBodies::Add(const RowMatrixXd& poses) {
  VT_CHECK_EQ(poses.cols(), queries_.cols());
  Bodies bodies;
  for (Eigen::Index begin = 0; begin < poses.rows(); begin += kBodiesAtOnce) {
    const RowMatrixXd block = poses.middleRows(begin, std::min(kBodiesAtOnce, poses.rows() - begin));
    const int n = static_cast<int>(block.rows());
    bodies.Resize(static_cast<size_t>(n));
    ParallelFor(n, threads_, [&](int i, int thread) {
      scratch_[thread]->sketcher.Sketch(block.row(i).data(), &bodies.coarse[i], &bodies.middle[i],
                                        &bodies.fine[i]);
    });
    ParallelFor(static_cast<int>(queries_.rows()), threads_,
                [&](int q, int thread) { Search(q, block, bodies, scratch_[thread].get()); });
    num_added_ += n;
  }
  work_ = Work();
  for (const std::shared_ptr<Scratch>& scratch : scratch_) {
    work_.coarse += scratch->work.coarse;
    work_.middle += scratch->work.middle;
    work_.fine += scratch->work.fine;
    work_.meshes += scratch->work.meshes;
  }
}

void NearestBodies::Search(int query, const RowMatrixXd& poses, const Bodies& bodies, Scratch* scratch) {
  static constexpr double kZero[3] = {0, 0, 0};
  const std::vector<double> no_shape(static_cast<size_t>(model_->num_betas()) + 1, 0.0);
  NearestBody& best = nearest_[query];
  bool has_mesh = false;
  const auto measure = [&](int i) {
    if (!has_mesh) {
      scratch->query_mesh.Evaluate(kZero, queries_.row(query).data(), no_shape.data(), kZero, false);
      has_mesh = true;
    }
    scratch->mesh.Evaluate(kZero, poses.row(i).data(), no_shape.data(), kZero, false);
    ++scratch->work.meshes;
    const double distance = MeanVertexDistanceM(scratch->query_mesh.points(), scratch->mesh.points());
    const std::int64_t index = num_added_ + i;
    if (distance < best.distance_m || (distance == best.distance_m && index < best.index))
      best = {distance, index};
  };
  const auto bound = [&] { return static_cast<float>(best.distance_m) + kRoundingM; };

  const int n = static_cast<int>(poses.rows());
  scratch->work.coarse += n;
  const SketchLevel<8> coarse = coarse_[query];
  if (best.index < 0) {
    // Any body gives a first bound; one that looks near a good one.
    int nearest = 0;
    float least = std::numeric_limits<float>::infinity();
    for (int i = 0; i < n; ++i) {
      const float gap = SketchGap(coarse, bodies.coarse[i]);
      if (gap < least) least = gap, nearest = i;
    }
    measure(nearest);
  }
  scratch->candidates.clear();
  const float at_most = bound();
  for (int i = 0; i < n; ++i) {
    if (SketchGap(coarse, bodies.coarse[i]) > at_most) continue;
    ++scratch->work.middle;
    if (SketchGap(middle_[query], bodies.middle[i]) > at_most) continue;
    ++scratch->work.fine;
    const float gap = SketchGap(fine_[query], bodies.fine[i]);
    if (gap <= at_most) scratch->candidates.emplace_back(gap, i);
  }
  std::sort(scratch->candidates.begin(), scratch->candidates.end());
  for (const auto& [gap, i] : scratch->candidates) {
    if (gap > bound()) break;
    measure(i);
  }
}

}  // namespace vitruvius
