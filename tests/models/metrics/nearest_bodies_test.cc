#include "models/metrics/nearest_bodies.h"

#include <gtest/gtest.h>

#include "models/body/mannequin.h"
#include "models/util/rng.h"
#include "tests/util/test_body.h"

namespace vitruvius::nearest_bodies_test {
namespace {

RowMatrixXd RandomPoses(int n, int size, double scale, std::uint64_t seed) {
  Rng rng(seed);
  return RowMatrixXd::NullaryExpr(n, size, [&] { return scale * rng.Normal(); });
}

// (V, 3) a pose: one evaluator for many, which costs more to make than to use.
std::vector<MatrixX3d> Meshes(const std::shared_ptr<const BodyModel>& model, const RowMatrixXd& poses) {
  BodyEvaluator evaluator(model, PointSet::AllVertices(*model));
  std::vector<MatrixX3d> meshes;
  BodyParameters parameters = BodyParameters::Zero(*model);
  for (Eigen::Index i = 0; i < poses.rows(); ++i) {
    parameters.body_pose = poses.row(i);
    evaluator.Evaluate(parameters, false);
    meshes.push_back(evaluator.points());
  }
  return meshes;
}

struct Sketched {
  SketchLevel<8> coarse;
  SketchLevel<32> middle;
  SketchLevel<128> fine;
};
Sketched SketchOf(const BodySketch& sketch, const Eigen::VectorXd& pose) {
  Sketched result;
  BodySketcher(sketch).Sketch(pose.data(), &result.coarse, &result.middle, &result.fine);
  return result;
}

// With and without pose blend shapes, and with fewer vertices than parts.
std::vector<std::shared_ptr<const BodyModel>> Bodies() {
  return {Mannequin(), MakeTestBody(1, 300), MakeTestBody(2, 60)};
}

TEST(BodySketch, IsTheMeanOfTheMeshOverParts) {
  for (const auto& model : Bodies()) {
    const BodySketch sketch(*model);
    const RowMatrixXd pose = RandomPoses(1, 3 * model->num_body_joints(), 0.7, 3);
    const MatrixX3d mesh = Meshes(model, pose)[0];
    Eigen::ArrayX3d sums = Eigen::ArrayX3d::Zero(128, 3);
    for (int v = 0; v < model->num_vertices(); ++v)
      sums.row(sketch.part_of_vertex()[v]) += mesh.row(v).array();
    sums /= model->num_vertices();
    const Sketched found = SketchOf(sketch, pose.row(0));
    // Single precision of sums of metres.
    EXPECT_LT((found.fine.cast<double>() - sums).abs().maxCoeff(), 1e-6);
    EXPECT_LT((found.coarse.cast<double>().colwise().sum() - sums.colwise().sum()).abs().maxCoeff(), 1e-5);
    EXPECT_LT((found.middle.cast<double>().colwise().sum() - sums.colwise().sum()).abs().maxCoeff(), 1e-5);
  }
}

TEST(BodySketch, BoundsFromBelowTighterLevelByLevel) {
  const auto model = Mannequin();
  const BodySketch sketch(*model);
  const RowMatrixXd poses = RandomPoses(40, 69, 0.3, 4);
  const std::vector<MatrixX3d> meshes = Meshes(model, poses);
  double tightness = 0;
  for (int i = 0; i + 1 < poses.rows(); ++i) {
    const Sketched a = SketchOf(sketch, poses.row(i)), b = SketchOf(sketch, poses.row(i + 1));
    const double distance = MeanVertexDistanceM(meshes[i], meshes[i + 1]);
    const float coarse = SketchGap(a.coarse, b.coarse), middle = SketchGap(a.middle, b.middle),
                fine = SketchGap(a.fine, b.fine);
    constexpr double kRoundingM = 1e-5;
    EXPECT_LE(coarse, middle + kRoundingM);
    EXPECT_LE(middle, fine + kRoundingM);
    EXPECT_LE(fine, distance + kRoundingM);
    tightness += fine / distance / static_cast<double>(poses.rows() - 1);
  }

  EXPECT_GT(tightness, 0.9);  // else it prunes little; seen: 0.994
}

TEST(NearestBodies, MeanVertexDistanceByHand) {
  MatrixX3d a(2, 3), b(2, 3);
  a << 0, 0, 0, 1, 1, 1;
  b << 3, 4, 0, 1, 1, 2;
  EXPECT_DOUBLE_EQ(MeanVertexDistanceM(a, b), 3);  // (5 + 1) / 2
}

TEST(NearestBodies, AreThoseOfBruteForceForAnyThreadsAndPieces) {
  for (const auto& model : Bodies()) {
    const int size = 3 * model->num_body_joints();
    const RowMatrixXd queries = RandomPoses(12, size, 0.3, 5);
    RowMatrixXd bodies = RandomPoses(150, size, 0.3, 6);
    bodies.row(120) = bodies.row(7) = queries.row(3);  // equals: the first counts
    const std::vector<MatrixX3d> query_meshes = Meshes(model, queries), body_meshes = Meshes(model, bodies);
    std::vector<NearestBody> expected(queries.rows());
    for (int q = 0; q < queries.rows(); ++q) {
      for (int i = 0; i < bodies.rows(); ++i) {
        const double distance = MeanVertexDistanceM(query_meshes[q], body_meshes[i]);
        if (distance < expected[q].distance_m) expected[q] = {distance, i};
      }
    }
    for (const int threads : {1, 3}) {
      NearestBodies search(model, queries, threads);
      search.Add(bodies.topRows(50));
      search.Add(bodies.bottomRows(100));
      for (int q = 0; q < queries.rows(); ++q) {
        EXPECT_EQ(search.nearest()[q].index, expected[q].index);
        EXPECT_EQ(search.nearest()[q].distance_m, expected[q].distance_m);
      }
      EXPECT_EQ(search.work().coarse, 12 * 150);
      EXPECT_LT(search.work().meshes, 12 * 150 / 2);
    }
    EXPECT_EQ(expected[3].index, 7);
  }
}

}  // namespace
}  // namespace vitruvius::nearest_bodies_test
