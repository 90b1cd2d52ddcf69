#include "models/camera/camera.h"

#include <gtest/gtest.h>

#include "models/util/check.h"
#include "models/util/rng.h"

namespace vitruvius::camera_test {
namespace {

using Points2d = Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor>;
using Points3d = Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>;

TEST(PerspectiveCamera, ProjectsByHandAndBack) {
  const PerspectiveCamera camera = {{800, 900}, {320, 240}};
  const Eigen::Vector3d point(1, -0.5, 4);
  const Eigen::Vector2d image = camera.ImgFromCam(point);
  EXPECT_DOUBLE_EQ(image.x(), 800 * 0.25 + 320);
  EXPECT_DOUBLE_EQ(image.y(), 900 * -0.125 + 240);
  EXPECT_LT((camera.CamFromImg(image, 4) - point).norm(), 1e-14);
}

TEST(PerspectiveCamera, WeakPerspectiveIgnoresThePointsOwnDepth) {
  const PerspectiveCamera camera = {{800, 800}, {0, 0}};
  const Eigen::Vector2d near = camera.WeakImgFromCam(Eigen::Vector3d(1, 2, 3), 4.0);
  const Eigen::Vector2d far = camera.WeakImgFromCam(Eigen::Vector3d(1, 2, 9), 4.0);
  EXPECT_EQ(near, far);
  EXPECT_EQ(near, Eigen::Vector2d(200, 400));
}

TEST(SolveTranslation, FindsTheTruthWithoutNoiseAndIgnoresWeightlessPoints) {
  Rng rng(1);
  const PerspectiveCamera camera = {{1000, 1100}, {500, 400}};
  const Eigen::Vector3d truth(0.3, -0.2, 5);
  Points3d points(10, 3);
  Points2d image(10, 2);
  Eigen::VectorXd weights = Eigen::VectorXd::Ones(10);
  for (int i = 0; i < 10; ++i) {
    for (int axis = 0; axis < 3; ++axis) points(i, axis) = rng.Normal() * 0.5;
    image.row(i) = camera.ImgFromCam<double>(points.row(i).transpose() + truth);
  }
  weights[3] = 0;
  image.row(3).setConstant(1e6);
  Eigen::Vector3d found = Eigen::Vector3d::Zero();
  ASSERT_TRUE(SolveTranslation(camera, points, image, weights, &found));
  EXPECT_LT((found - truth).norm(), 1e-10);
}

TEST(SolveTranslation, SaysWhenThereIsNothingToSolve) {
  const PerspectiveCamera camera;
  const Points3d points = Points3d::Zero(3, 3);
  const Points2d image = Points2d::Zero(3, 2);
  Eigen::Vector3d found(7, 7, 7);
  EXPECT_FALSE(SolveTranslation(camera, points, image, Eigen::Vector3d(1, 0, 0), &found));
  // All rays and points the same: depth cannot be told.
  EXPECT_FALSE(SolveTranslation(camera, points, image, Eigen::Vector3d(1, 1, 1), &found));
  EXPECT_EQ(found, Eigen::Vector3d(7, 7, 7));
  EXPECT_THROW(SolveTranslation(camera, points, image, Eigen::Vector2d(1, 1), &found), ContractError);
}

}  // namespace
}  // namespace vitruvius::camera_test
