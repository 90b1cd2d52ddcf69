// Reprojection (perspective and weak) and 3D points through the point-functor adapter.
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "solvers/residuals/geman_mcclure.h"
#include "solvers/residuals/point3d.h"
#include "solvers/residuals/point_cost.h"
#include "solvers/residuals/reprojection.h"
#include "solvers/residuals/shared_body.h"
#include "tests/util/check_cost.h"
#include "tests/util/test_body.h"

namespace vitruvius::point_residuals_test {
namespace {

class PointResiduals : public testing::Test {
 protected:
  PointResiduals() : body_(MakeTestBody(), Points()) {
    Rng rng(1);
    BodyParameters p = RandomParameters(*MakeTestBody(), &rng, 0.4);
    p.transl = {0.3, -0.2, 9};  // well before the camera
    Set(p);
  }
  static PointSet Points() {
    return PointSet().AddJoint(20).AddVertex(5).AddBarycentric({1, 2, 3}, {0.2, 0.3, 0.5}).AddJoint(0);
  }
  void Set(const BodyParameters& p) {
    body_.SetParameters(p);
    body_.PrepareForEvaluation(true, true);
  }
  std::vector<double*> Blocks() {
    std::vector<double*> blocks;
    for (int b = 0; b < SharedBody::kNumBlocks; ++b) blocks.push_back(body_.block(b));
    return blocks;
  }
  template <typename Functor>
  double Residual(const PointCost<Functor>& cost) {
    double r = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(cost.Evaluate(Blocks().data(), &r, nullptr));
    return r;
  }
  CostCheckOptions Options() {
    CostCheckOptions options;
    options.prepare = [this] { body_.PrepareForEvaluation(true, true); };
    return options;
  }
  // Poses of the gradient tests: identity, beside it, random, every joint near pi.
  std::vector<BodyParameters> Cases() {
    const auto model = MakeTestBody();
    Rng rng(9);
    std::vector<BodyParameters> cases = {BodyParameters::Zero(*model), RandomParameters(*model, &rng, 1e-8),
                                         RandomParameters(*model, &rng, 0.5),
                                         RandomParameters(*model, &rng, 0.5)};
    for (Eigen::Index k = 0; k < cases[3].body_pose.size(); k += 3) {
      cases[3].body_pose.segment<3>(k) *= (EIGEN_PI - 1e-5) / cases[3].body_pose.segment<3>(k).norm();
    }
    for (BodyParameters& p : cases) p.transl = {0.1, 0.2, 20};
    return cases;
  }

  SharedBody body_;
  PerspectiveCamera camera_{{900, 1100}, {320, 240}};
};

TEST_F(PointResiduals, ReprojectionIsZeroAtTheTruthAndAsComputedByHandBesideIt) {
  for (int i = 0; i < 3; ++i) {
    const Eigen::Vector3d x = body_.evaluator().points().row(i);
    const Eigen::Vector2d seen(900 * x.x() / x.z() + 320, 1100 * x.y() / x.z() + 240);
    Keypoint2dTarget target{seen, 1};
    for (int axis = 0; axis < 2; ++axis) {
      const PointCost<ReprojectionCoordinate> cost(&body_, {i}, {&camera_, &target, axis});
      target.image_px = seen;
      EXPECT_NEAR(Residual(cost), 0, 1e-10);
      target.image_px[axis] -= 7;
      EXPECT_NEAR(Residual(cost), 7, 1e-10);
    }
  }
}

TEST_F(PointResiduals, ReprojectionJacobians) {
  const Keypoint2dTarget target{{100, 50}, 0.7};
  for (const BodyParameters& p : Cases()) {
    Set(p);
    for (int i = 0; i < 3; ++i) {
      for (int axis = 0; axis < 2; ++axis) {
        CheckCost(PointCost<ReprojectionCoordinate>(&body_, {i}, {&camera_, &target, axis}), Blocks(),
                  Options());
        CheckCost(PointCost<WeakReprojectionCoordinate>(&body_, {i, 3}, {&camera_, &target, axis}), Blocks(),
                  Options());
      }
    }
  }
}

TEST_F(PointResiduals, WeakReprojectionScalesByTheRootsDepth) {
  const Eigen::Vector3d x = body_.evaluator().points().row(1), root = body_.evaluator().points().row(3);
  const Keypoint2dTarget target{{900 * x.x() / root.z() + 320 - 3, 1100 * x.y() / root.z() + 240 - 4}, 1};
  EXPECT_NEAR(Residual(PointCost<WeakReprojectionCoordinate>(&body_, {1, 3}, {&camera_, &target, 0})), 3,
              1e-10);
  EXPECT_NEAR(Residual(PointCost<WeakReprojectionCoordinate>(&body_, {1, 3}, {&camera_, &target, 1})), 4,
              1e-10);
}

TEST_F(PointResiduals, APointBehindTheCameraFailsUnlessItWasNotSeen) {
  BodyParameters p = body_.parameters();
  p.transl.z() = -9;
  Set(p);
  Keypoint2dTarget target{{100, 50}, 1};
  double r = 0;
  EXPECT_FALSE(PointCost<ReprojectionCoordinate>(&body_, {0}, {&camera_, &target, 0})
                   .Evaluate(Blocks().data(), &r, nullptr));
  EXPECT_FALSE(PointCost<WeakReprojectionCoordinate>(&body_, {0, 3}, {&camera_, &target, 0})
                   .Evaluate(Blocks().data(), &r, nullptr));
  target.weight = 0;
  EXPECT_EQ(Residual(PointCost<ReprojectionCoordinate>(&body_, {0}, {&camera_, &target, 0})), 0);
}

TEST_F(PointResiduals, Point3d) {
  const Eigen::Vector3d x = body_.evaluator().points().row(2);
  Keypoint3dTarget target{x, 1};
  for (int axis = 0; axis < 3; ++axis) {
    const PointCost<Point3dCoordinate> cost(&body_, {2}, {&target, axis});
    target.position_m = x;
    EXPECT_NEAR(Residual(cost), 0, 1e-15);
    target.position_m[axis] -= 0.25;
    EXPECT_NEAR(Residual(cost), 0.25, 1e-12);
    for (const BodyParameters& p : Cases()) {
      Set(p);
      CheckCost(cost, Blocks(), Options());
    }
    Set(Cases()[2]);
    target.weight = 0;
    EXPECT_EQ(Residual(cost), 0);
    target.weight = 1;
    body_.PrepareForEvaluation(true, true);
    target.position_m = body_.evaluator().points().row(2);
    EXPECT_NEAR(Residual(cost), 0, 1e-15);
    Rng rng(1);
    BodyParameters p = RandomParameters(*MakeTestBody(), &rng, 0.4);
    p.transl = {0.3, -0.2, 9};
    Set(p);
  }
}

TEST(GemanMcClure, ValuesByHandAndDerivativesByDifferences) {
  const double sigma = 100, weight = 2, confidence = 0.5;
  const GemanMcClureLoss loss(&sigma, &weight, &confidence);
  double rho[3];
  loss.Evaluate(0, rho);
  EXPECT_EQ(rho[0], 0);
  EXPECT_DOUBLE_EQ(rho[1], 1);  // weight^2 confidence^2: a small residual counts as its square
  loss.Evaluate(100 * 100, rho);
  EXPECT_DOUBLE_EQ(rho[0], 5000);  // half of the saturation sigma^2
  for (const double s : {1.0, 400.0, 1e4, 1e6}) {
    double low[3], high[3];
    const double step = 1e-4 * s;
    loss.Evaluate(s - step, low);
    loss.Evaluate(s + step, high);
    loss.Evaluate(s, rho);
    EXPECT_NEAR(rho[1], (high[0] - low[0]) / (2 * step), 1e-7 * rho[1] + 1e-12);
    EXPECT_NEAR(rho[2], (high[1] - low[1]) / (2 * step), 1e-6 * std::abs(rho[2]) + 1e-15);
  }
  loss.Evaluate(1e30, rho);
  EXPECT_NEAR(rho[0], 1e4, 1e-6);
}

TEST(GemanMcClure, InfiniteSigmaIsTheSquare) {
  const double sigma = std::numeric_limits<double>::infinity(), weight = 3;
  double rho[3];
  GemanMcClureLoss(&sigma, &weight).Evaluate(25, rho);
  EXPECT_EQ(rho[0], 225);
  EXPECT_EQ(rho[1], 9);
  EXPECT_EQ(rho[2], 0);
}

}  // namespace
}  // namespace vitruvius::point_residuals_test
