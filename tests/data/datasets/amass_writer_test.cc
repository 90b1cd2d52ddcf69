#include "data/datasets/amass_writer.h"

#include <gtest/gtest.h>

#include "data/datasets/motion_file.h"
#include "data/io/npz.h"
#include "models/body/body_evaluator.h"
#include "models/math/so3.h"
#include "tests/util/run_program.h"
#include "tests/util/test_body.h"

namespace vitruvius::amass_writer_test {
namespace {

// Read as AMASS's users do (poses, betas and trans into the body model) the body stands in z up axes where it
// stood in y up ones.
TEST(AmassWriter, BodiesStandWhereTheyStood) {
  const TestFolder folder;
  const auto model = MakeTestBody();
  Rng rng(1);
  BodyAnimation animation = {"x", 60, {}, {1, 0, 1}};
  for (int i = 0; i < 3; ++i) animation.frames.push_back(RandomParameters(*model, &rng));
  for (int i = 0; i < 3; ++i) animation.frames[i].betas = animation.frames[0].betas;
  WriteAmass(folder / "x.npz", *model, animation);
  const NpzReader file(folder / "x.npz");
  const std::vector<double> poses = file.Read("poses", {3, 72}).ToDoubles();
  const std::vector<double> trans = file.Read("trans", {3, 3}).ToDoubles();
  const std::vector<double> betas = file.Read("betas", {10}).ToDoubles();
  EXPECT_EQ(file.Read("mocap_frame_rate", {}).ToDoubles()[0], 60);
  EXPECT_EQ(file.Read("valid", {3}).ToInts(), (std::vector<std::int64_t>{1, 0, 1}));
  EXPECT_EQ(file.Read("gender", {}).ToStrings()[0], "neutral");
  for (int i = 0; i < 3; ++i) {
    BodyParameters read = BodyParameters::Zero(*model);
    for (int a = 0; a < 3; ++a) read.global_orient[a] = poses[72 * i + a];
    for (int a = 0; a < 69; ++a) read.body_pose[a] = poses[72 * i + 3 + a];
    for (int a = 0; a < 3; ++a) read.transl[a] = trans[3 * i + a];
    for (int b = 0; b < 10; ++b) read.betas[b] = betas[b];
    const MatrixX3d found = PoseMesh(*model, read).vertices;
    const MatrixX3d truth = PoseMesh(*model, animation.frames[i]).vertices;
    EXPECT_LT((found.col(0) - truth.col(0)).cwiseAbs().maxCoeff(), 1e-9);
    EXPECT_LT((found.col(2) - truth.col(1)).cwiseAbs().maxCoeff(), 1e-9);  // up
    EXPECT_LT((found.col(1) + truth.col(2)).cwiseAbs().maxCoeff(), 1e-9);
  }
}

TEST(AmassWriter, OurReaderTurnsThemBack) {
  const TestFolder folder;
  const auto model = MakeTestBody();
  Rng rng(4);
  BodyAnimation animation = {"x", 60, {}, {1, 1}};
  for (int i = 0; i < 2; ++i) {
    animation.frames.push_back(RandomParameters(*model, &rng, 0.3));
    animation.frames[i].betas.setZero();  // the reader turns about the pelvis of the body without a shape
  }
  WriteAmass(folder / "x.npz", *model, animation);
  RetargetOptions options;
  options.target_joints = RestJointsOf(*model);
  const Motion motion = LoadMotion(folder / "x.npz", options);
  EXPECT_EQ(motion.fps, 60);
  for (int i = 0; i < 2; ++i) {
    const Matrix3d read = ExpSO3(motion.poses.row(i).head<3>());
    EXPECT_LT(RotationAngle(read, ExpSO3(animation.frames[i].global_orient)), 1e-6);
    EXPECT_LT(
        (motion.poses.row(i).segment<3>(3).transpose() - animation.frames[i].body_pose.head<3>()).norm(),
        1e-9);
    EXPECT_LT((motion.transl.row(i).transpose() - animation.frames[i].transl).norm(), 1e-9);
  }
}

TEST(AmassWriter, SmplxHasItsOwnKeys) {
  const TestFolder folder;
  std::vector<int> parents = {-1};
  for (int j = 1; j < 55; ++j) parents.push_back(j - 1);
  const auto model = MakeTestBody(2, 60, parents);
  Rng rng(1);
  const BodyAnimation animation = {"x", 30, {RandomParameters(*model, &rng)}, {1}};
  WriteAmass(folder / "x.npz", *model, animation);
  const NpzReader file(folder / "x.npz");
  EXPECT_EQ(file.Read("poses", {1, 165}).ToDoubles()[3], animation.frames[0].body_pose[0]);
  EXPECT_EQ(file.Read("pose_body", {1, 63}).ToDoubles()[0], animation.frames[0].body_pose[0]);
  EXPECT_EQ(file.Read("pose_jaw", {1, 3}).ToDoubles()[0], animation.frames[0].body_pose[63]);
  EXPECT_EQ(file.Read("pose_hand", {1, 90}).ToDoubles()[89], animation.frames[0].body_pose[161]);
  EXPECT_EQ(file.Read("surface_model_type", {}).ToStrings()[0], "smplx");
}

}  // namespace
}  // namespace vitruvius::amass_writer_test
