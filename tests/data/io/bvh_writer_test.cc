#include "data/io/bvh_writer.h"

#include <gtest/gtest.h>

#include "data/io/bvh.h"
#include "models/body/mannequin.h"
#include "models/body/skeleton.h"
#include "models/math/so3.h"
#include "tests/util/run_program.h"
#include "tests/util/test_body.h"

namespace vitruvius::bvh_writer_test {
namespace {

// Nine digits of angles of a few hundred degrees, down a chain of a metre.
constexpr double kNineDigits = 1e-6;

// Places of all joints of a frame as a BVH program computes them, by the names of the body.
MatrixX3d JointsOf(const BvhMotion& motion, int frame, const BodyModel& model) {
  std::vector<Matrix3d> global;
  std::vector<Vector3d> places;
  motion.GlobalRotations(frame, &global);
  motion.GlobalPositions(frame, global, &places);
  MatrixX3d sorted(static_cast<Eigen::Index>(places.size()), 3);
  for (size_t j = 0; j < places.size(); ++j) sorted.row(model.JointIndex(motion.joints[j].name)) = places[j];
  return sorted;
}

BodyAnimation Animation(const BodyModel& model, int num_frames, bool one_shape) {
  Rng rng(8);
  BodyAnimation animation = {"x", 24, {}, {}};
  for (int i = 0; i < num_frames; ++i) {
    animation.frames.push_back(RandomParameters(model, &rng, 1));
    if (one_shape) animation.frames[i].betas = animation.frames[0].betas;
    animation.found.push_back(1);
  }
  return animation;
}

TEST(BvhWriter, OurReaderFindsEveryJointInPlace) {
  const TestFolder folder;
  for (const std::shared_ptr<const BodyModel>& model : {MakeTestBody(), Mannequin()}) {
    BodyAnimation animation = Animation(*model, 20, true);
    animation.found[3] = 0;
    const BvhReport report = WriteBvh(folder / "x.bvh", *model, animation);
    EXPECT_LT(report.max_joint_error_m, 1e-12);
    const BvhMotion motion = ReadBvh(folder / "x.bvh");
    ASSERT_EQ(motion.num_frames(), 20);
    EXPECT_TRUE(motion.joints[0].offset.isZero(0));  // three.js adds it to the channels, others replace it
    EXPECT_NEAR(motion.frame_time_s, 1 / 24.0, 1e-9);
    const MatrixX3d rest = RestJoints(*model, animation.frames[0].betas);
    for (int i = 0; i < 20; ++i) {
      const MatrixX3d truth = PoseSkeleton(*model, rest, animation.frames[i]).positions;
      EXPECT_LT((JointsOf(motion, i, *model) - truth).cwiseAbs().maxCoeff(), kNineDigits) << i;
    }
  }
}

// Bones keep their mean lengths; the report says what that costs.
TEST(BvhWriter, ChangingShapesAreReported) {
  const TestFolder folder;
  const auto model = Mannequin();
  const BodyAnimation animation = Animation(*model, 5, false);
  const BvhReport report = WriteBvh(folder / "x.bvh", *model, animation);
  const BvhMotion motion = ReadBvh(folder / "x.bvh");
  double worst = 0;
  for (int i = 0; i < 5; ++i) {
    const BodyParameters& frame = animation.frames[i];
    const MatrixX3d truth = PoseSkeleton(*model, RestJoints(*model, frame.betas), frame).positions;
    const MatrixX3d error = JointsOf(motion, i, *model) - truth;
    EXPECT_LT(error.row(0).norm(), kNineDigits);  // the root is always right
    worst = std::max(worst, error.rowwise().norm().maxCoeff());
  }
  EXPECT_GT(worst, 1e-3);
  EXPECT_NEAR(report.max_joint_error_m, worst, kNineDigits);
}

TEST(BvhWriter, EulerAnglesGiveTheRotationAndStayNear) {
  const auto rotation = [](const Vector3d& angles) -> Matrix3d {
    return ExpSO3({0, 0, angles[0]}) * ExpSO3({angles[1], 0, 0}) * ExpSO3({0, angles[2], 0});
  };
  constexpr double kLockTolerance = 3e-7;  // within the lock the pitch is taken for a right angle
  Rng rng(2);
  Vector3d before = Vector3d::Zero();
  for (int i = 0; i < 400; ++i) {
    const Vector3d truth(0.05 * i, 1.5708 * std::sin(0.1 * i), -0.03 * i);
    const Vector3d angles = EulerZxyNear(rotation(truth), before);
    EXPECT_LT(RotationAngle(rotation(angles), rotation(truth)), kLockTolerance) << i;
    EXPECT_LT((angles - before).norm(), 0.5) << i;  // a step is 0.17, and more next to the lock
    before = angles;
  }
  for (const double pitch : {M_PI / 2, -M_PI / 2}) {
    const Vector3d truth(0.4, pitch, 0.3);
    EXPECT_LT(RotationAngle(rotation(EulerZxyNear(rotation(truth), {0, 0, 2})), rotation(truth)),
              kLockTolerance);
  }
}

}  // namespace
}  // namespace vitruvius::bvh_writer_test
