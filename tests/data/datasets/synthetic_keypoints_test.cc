#include "data/datasets/synthetic_keypoints.h"

#include <fstream>

#include <gtest/gtest.h>

#include "data/datasets/motion_file.h"
#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "models/metrics/pose_metrics.h"
#include "tests/data/datasets/figure_bvh.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::synthetic_keypoints_test {
namespace {

Motion SomeMotion(const std::string& folder) {
  FigureStyle style;
  style.num_frames = 60;
  std::ofstream(folder + "/walk.bvh") << FigureBvh(style);
  return OpenMotion(folder + "/walk.bvh");
}

// Everybody of another shape, in the same poses and places.
TEST(SyntheticPeople, HaveTheShapesThatAreAskedFor) {
  const TemporaryFolder folder;
  const Motion motion = SomeMotion(folder.path());
  const auto model = Mannequin();
  SyntheticOptions options;
  options.stride = 1;
  const std::vector<SyntheticPerson> mean = MakeSyntheticPeople(model, motion, options);
  options.shape_std = 1;
  const std::vector<SyntheticPerson> shaped = MakeSyntheticPeople(model, motion, options);
  ASSERT_GT(mean.size(), 10u);
  ASSERT_EQ(shaped.size(), mean.size());
  std::vector<double> first_betas;
  for (size_t i = 0; i < mean.size(); ++i) {
    EXPECT_TRUE(mean[i].truth.betas.isZero(0));
    EXPECT_EQ(shaped[i].truth.body_pose, mean[i].truth.body_pose);
    EXPECT_EQ(shaped[i].yaw_deg, mean[i].yaw_deg);
    EXPECT_LT((shaped[i].joints3d.row(0) - mean[i].joints3d.row(0)).norm(), 1e-9) << "the pelvis' place";
    EXPECT_LT((PoseMesh(*model, shaped[i].truth).joints - shaped[i].joints3d).cwiseAbs().maxCoeff(), 1e-9);
    first_betas.push_back(shaped[i].truth.betas[0] * shaped[i].truth.betas[0]);
  }
  EXPECT_GT(Mean(first_betas), 0.3);
  EXPECT_LT(Mean(first_betas), 2.5);
  EXPECT_EQ(MakeSyntheticPeople(model, motion, options)[3].truth.betas, shaped[3].truth.betas);
  options.yaws_deg = {0, 90};
  const std::vector<SyntheticPerson> turned = MakeSyntheticPeople(model, motion, options);
  EXPECT_EQ(turned[0].truth.betas, turned[1].truth.betas) << "one person at every yaw";
}

}  // namespace
}  // namespace vitruvius::synthetic_keypoints_test
