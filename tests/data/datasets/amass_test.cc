// AMASS's files in both schemas, and what other tools write in its manner.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/datasets/motion_file.h"
#include "data/datasets/pose_collection.h"
#include "data/datasets/synthetic_keypoints.h"
#include "data/datasets/trial_names.h"
#include "data/io/npz.h"
#include "models/body/body_evaluator.h"
#include "models/body/joint_tree.h"
#include "models/body/mannequin.h"
#include "models/util/rng.h"
#include "tests/data/datasets/mocap_test_util.h"
#include "tests/util/test_body.h"

namespace vitruvius::amass_test {
namespace {

using ::testing::HasSubstr;

using Arrays = std::map<std::string, NpyArray>;

NpyArray Matrix(const RowMatrixXd& values) {
  return NpyArray::FromDoubles(values.data(), {values.rows(), values.cols()});
}
NpyArray Number(double value) { return NpyArray::FromDoubles(&value, {}); }

RowMatrixXd RandomRows(int rows, int columns, std::uint64_t seed) {
  Rng rng(seed);
  return RowMatrixXd::NullaryExpr(rows, columns, [&] { return 0.2 * rng.Normal(); });
}

constexpr int kFrames = 3;

// Schema A: SMPL-H.
Arrays SmplhArrays() {
  Arrays arrays;
  arrays["poses"] = Matrix(RandomRows(kFrames, 156, 1));
  arrays["trans"] = Matrix(RandomRows(kFrames, 3, 2));
  arrays["betas"] = NpyArray::FromDoubles(RandomRows(1, 16, 3).data(), {16});
  arrays["dmpls"] = Matrix(RandomRows(kFrames, 8, 4));
  NpyArray gender = NpyArray::FromString("female");
  gender.kind = NpyArray::Kind::kBytes;
  gender.item_size = 6;
  gender.bytes = {'f', 'e', 'm', 'a', 'l', 'e'};
  arrays["gender"] = gender;
  arrays["mocap_framerate"] = Number(30);
  return arrays;
}

// Schema B: SMPL-X, *_stageii.npz.
Arrays SmplxArrays(bool with_poses) {
  Arrays arrays;
  const RowMatrixXd poses = RandomRows(kFrames, 165, 5);
  if (with_poses) arrays["poses"] = Matrix(poses);
  arrays["root_orient"] = Matrix(poses.leftCols(3));
  arrays["pose_body"] = Matrix(poses.middleCols(3, 63));
  arrays["pose_jaw"] = Matrix(poses.middleCols(66, 3));
  arrays["pose_eye"] = Matrix(poses.middleCols(69, 6));
  arrays["pose_hand"] = Matrix(poses.rightCols(90));
  arrays["trans"] = Matrix(RandomRows(kFrames, 3, 2));
  arrays["gender"] = NpyArray::FromString("neutral");
  arrays["surface_model_type"] = NpyArray::FromString("smplx");
  arrays["mocap_frame_rate"] = Number(60);
  return arrays;
}

Motion Load(const TemporaryFolder& folder, const Arrays& arrays, const RetargetOptions& options = {}) {
  WriteNpz(folder / "a.npz", arrays);
  return LoadMotion(folder / "a.npz", options);
}

TEST(Amass, SmplhFilesGiveBodyAndFingers) {
  TemporaryFolder folder;
  const Motion motion = Load(folder, SmplhArrays());
  const RowMatrixXd poses = RandomRows(kFrames, 156, 1);
  EXPECT_EQ(motion.fps, 30);
  EXPECT_EQ(motion.gender, "female");
  EXPECT_EQ(motion.betas.size(), 16u);
  EXPECT_EQ(motion.poses.middleCols(3, 63), poses.middleCols(3, 63));
  EXPECT_TRUE(motion.poses.rightCols(6).isZero(0));  // SMPL's rigid hands are not SMPL-H's index fingers
  EXPECT_EQ(motion.fingers, poses.rightCols(90));
}

TEST(Amass, SmplxFilesAreReadByTheirPartsOrByPoses) {
  TemporaryFolder folder;
  const Motion derived = Load(folder, SmplxArrays(true));
  const Motion parts = Load(folder, SmplxArrays(false));
  const RowMatrixXd poses = RandomRows(kFrames, 165, 5);
  EXPECT_EQ(derived.fps, 60);
  EXPECT_EQ(derived.poses, parts.poses);
  EXPECT_EQ(derived.fingers, parts.fingers);
  EXPECT_EQ(derived.poses.middleCols(3, 63), poses.middleCols(3, 63));
  EXPECT_EQ(derived.fingers, poses.rightCols(90));  // neither jaw nor eyes
  Arrays without_hands = SmplxArrays(false);
  without_hands.erase("pose_hand");
  EXPECT_FALSE(Load(folder, without_hands).has_fingers());
}

// The body posed as AMASS says, and the body posed as was read, are one and the same, turned by 90 degrees.
TEST(Amass, TheWorldIsTurnedAndNothingElse) {
  TemporaryFolder folder;
  const std::shared_ptr<const BodyModel> model = Mannequin();
  RetargetOptions options;
  options.target_joints = RestJointsOf(*model);
  options.target_joints.rowwise() += Eigen::RowVector3d(0.01, -0.2, 0.03);  // as SMPL's pelvis is placed
  const Arrays arrays = SmplhArrays();
  const Motion motion = Load(folder, arrays, options);
  const RowMatrixXd poses = RandomRows(kFrames, 156, 1), trans = RandomRows(kFrames, 3, 2);
  Matrix3d y_from_z;
  y_from_z << 1, 0, 0, 0, 0, 1, 0, -1, 0;
  const Vector3d pelvis = options.target_joints.row(0).transpose();
  for (int i = 0; i < kFrames; ++i) {
    const Vector3d before = pelvis + trans.row(i).transpose();
    const Vector3d after = pelvis + motion.transl.row(i).transpose();
    EXPECT_LT((after - y_from_z * before).norm(), 1e-12);
    const Matrix3d root = y_from_z * ExpSO3(poses.block<1, 3>(i, 0).transpose());
    EXPECT_LT(RotationAngle(JointRotation(motion, i, 0), root), 1e-12);
  }
}

TEST(Amass, AFigureThatStandsOnTheFloorStandsOnIt) {
  TemporaryFolder folder;
  Arrays arrays;
  RowMatrixXd poses = RowMatrixXd::Zero(1, 72), trans(1, 3);
  poses(0, 0) = EIGEN_PI / 2;  // y up to z up
  trans << 0.5, -2, 0.9;       // 0.9 m above the floor, the xy plane
  arrays["poses"] = Matrix(poses);
  arrays["trans"] = Matrix(trans);
  arrays["mocap_framerate"] = Number(120);
  const Motion from_amass = Load(folder, arrays);
  EXPECT_LT(from_amass.poses.norm(), 1e-12);
  EXPECT_LT((from_amass.transl - RowMatrixXd(Eigen::RowVector3d(0.5, 0.9, 2))).norm(), 1e-12);
  arrays["up_axis"] = NpyArray::FromString("y");
  EXPECT_EQ(Load(folder, arrays).transl, MatrixX3d(trans));
  arrays["up_axis"] = NpyArray::FromString("x");
  EXPECT_THAT(ErrorOf([&] { Load(folder, arrays); }), HasSubstr("up_axis: found 'x', expected y, z or -y"));
}

TEST(Amass, OurFilesComeBackInEitherAxes) {
  TemporaryFolder folder;
  Motion motion;
  motion.fps = 25;
  motion.subject = "someone";
  motion.poses = RandomRows(kFrames, 72, 7);
  motion.poses.rightCols(6).setZero();
  motion.fingers = RandomRows(kFrames, 90, 8);
  motion.transl = RandomRows(kFrames, 3, 9);
  motion.valid = {1, 0, 1};
  RetargetOptions options;
  options.target_joints.rowwise() += Eigen::RowVector3d(0, -0.2, 0.03);
  for (const UpAxis up : {UpAxis::kY, UpAxis::kZ, UpAxis::kMinusY}) {
    SaveMotion(folder / "m.npz", motion, up, options.target_joints.row(0).transpose());
    const Motion loaded = OpenMotion(folder / "m.npz", options);
    EXPECT_LT((loaded.poses - motion.poses).norm(), 1e-12);
    EXPECT_EQ(loaded.fingers, motion.fingers);
    EXPECT_LT((loaded.transl - motion.transl).norm(), 1e-12);
    EXPECT_EQ(loaded.valid, motion.valid);
    EXPECT_EQ(loaded.subject, "someone");
  }
  NpzReader reader(folder / "m.npz");
  EXPECT_EQ(reader.Read("poses").shape, (std::vector<std::int64_t>{kFrames, 156}));
}

TEST(Amass, FramesAreJudgedWhereTheFileDoesNot) {
  TemporaryFolder folder;
  Arrays arrays = SmplhArrays();
  RowMatrixXd poses = RowMatrixXd::Zero(kFrames, 156);
  poses(1, 3 * 4) = -2.5;  // neither angle nor step are those of a knee
  poses(1, 3 * 15) = 2.5;  // nor of a head
  arrays["poses"] = Matrix(poses);
  EXPECT_EQ(Load(folder, arrays).valid, (std::vector<std::uint8_t>{0, 0, 0}));
}

TEST(Amass, DamageIsNamed) {
  TemporaryFolder folder;
  const auto error = [&](Arrays arrays, const std::string& key, const NpyArray* array) {
    arrays.erase(key);
    if (array != nullptr) arrays[key] = *array;
    return ErrorOf([&] { Load(folder, arrays); });
  };
  const NpyArray zero = Number(0), text = NpyArray::FromString("x"), table = Matrix(RandomRows(2, 16, 1)),
                 short_trans = Matrix(RandomRows(2, 3, 1)), hand = Matrix(RandomRows(kFrames, 89, 1)),
                 none = Matrix(RowMatrixXd::Zero(0, 63));
  EXPECT_EQ(error(SmplhArrays(), "betas", nullptr), "");
  EXPECT_EQ(error(SmplhArrays(), "gender", &zero), "");
  EXPECT_THAT(error(SmplhArrays(), "mocap_framerate", &zero),
              HasSubstr("a.npz: mocap_framerate: found 0, expected a positive number up to 1e+06"));
  EXPECT_THAT(error(SmplhArrays(), "mocap_framerate", &text), HasSubstr("mocap_framerate"));
  EXPECT_THAT(error(SmplhArrays(), "betas", &table),
              HasSubstr("betas: found shape (2, 16), expected (B,) or (3, B)"));
  EXPECT_THAT(error(SmplhArrays(), "trans", &short_trans), HasSubstr("trans"));
  EXPECT_THAT(error(SmplhArrays(), "poses", &text), HasSubstr("poses"));
  EXPECT_THAT(error(SmplxArrays(false), "root_orient", nullptr), HasSubstr("root_orient"));
  EXPECT_THAT(error(SmplxArrays(false), "pose_hand", &hand), HasSubstr("pose_hand"));
  EXPECT_THAT(error(SmplxArrays(false), "pose_body", &none),
              HasSubstr("root_orient: found shape (3, 3), expected (0, 3)"));
  EXPECT_THAT(error(SmplxArrays(false), "pose_body", nullptr), HasSubstr("poses"));
}

TEST(Amass, FilesWrittenByNumpy) {
  if (!HasNumpy()) GTEST_SKIP() << "needs Debian's python3-numpy";
  TemporaryFolder folder;
  // As both releases of AMASS were written: text and bytes, 0-d arrays, objects that nobody needs.
  ASSERT_TRUE(RunPython(folder, R"(
import numpy as np
n = 4
np.savez('a_poses.npz', trans=np.zeros((n, 3)), gender=np.array(b'male'), mocap_framerate=np.array(120.0),
         betas=np.ones(16), dmpls=np.zeros((n, 8)), poses=np.full((n, 156), .1))
np.savez('b_stageii.npz', trans=np.zeros((n, 3), 'f4'), gender=np.array('male'), mocap_frame_rate=60, betas=np.ones(16),
         num_betas=16, poses=np.full((n, 165), .1), markers_latent=np.zeros((3, 3)),
         latent_labels=np.array(['C7', None], object), surface_model_type='smplx')
)"));
  for (const char* name : {"a_poses.npz", "b_stageii.npz"}) {
    const Motion motion = OpenMotion(folder / name);
    EXPECT_EQ(motion.num_frames(), 4);
    EXPECT_EQ(motion.gender, "male");
    EXPECT_EQ(motion.fps, name[0] == 'a' ? 120 : 60);
    EXPECT_NEAR(motion.fingers(3, 89), 0.1, 1e-12);
  }
}

TEST(Amass, ResultsAreMotionToo) {
  TemporaryFolder folder;
  Arrays arrays;
  arrays["poses"] = Matrix(RowMatrixXd::Zero(2, 72));
  RowMatrixXd transl(2, 3);
  transl << 0.1, 0.2, 3, 0, 0, 0;
  arrays["transl"] = Matrix(transl);
  RowMatrixXd betas(2, 2);
  betas << 1, 2, 70, 70;
  arrays["betas"] = Matrix(betas);
  const std::int8_t status[] = {1, 0};
  arrays["status"] = NpyArray::FromInt8(status, {2});
  arrays["mocap_frame_rate"] = Number(25);
  const Motion motion = Load(folder, arrays);
  EXPECT_EQ(motion.valid, (std::vector<std::uint8_t>{1, 0}));
  EXPECT_EQ(motion.betas, (std::vector<double>{1, 2}));
  EXPECT_LT((motion.transl.row(0) - Eigen::RowVector3d(0.1, -0.2, -3)).norm(), 1e-12);
  EXPECT_LT(RotationAngle(JointRotation(motion, 0, 0), ExpSO3({EIGEN_PI, 0, 0})), 1e-12);
}

TEST(Amass, FingersReachTheJointsThatHaveTheirNames) {
  TemporaryFolder folder;
  const Motion motion = Load(folder, SmplhArrays());
  const RowMatrixXd poses = RandomRows(kFrames, 156, 1);
  SyntheticOptions options;
  options.stride = 1;
  options.fps = 1000;
  for (const auto& [parents, first_finger] : {std::pair{SmplhParents(), 22}, {SmplxParents(), 25}}) {
    const auto model = MakeTestBody(1, 200, parents);
    options.set = FindKeypointSet("smpl24");
    options.keypoints3d = true;
    const std::vector<SyntheticPerson> people = MakeSyntheticPeople(model, motion, options);
    ASSERT_EQ(people.size(), static_cast<std::size_t>(kFrames));
    for (int i = 0; i < kFrames; ++i) {
      const Eigen::VectorXd& pose = people[i].truth.body_pose;
      EXPECT_EQ(pose.head(63), poses.row(i).segment(3, 63).transpose());
      EXPECT_EQ(pose.tail(90), poses.row(i).tail(90).transpose());
      EXPECT_TRUE(pose.segment(63, 3 * (first_finger - 22)).isZero(0));  // jaw and eyes
    }
  }
}

TEST(Amass, NamesOfItsFiles) {
  EXPECT_FALSE(IsMotionFile("ACCAD/s001/shape.npz"));
  EXPECT_FALSE(IsMotionFile("ACCAD/s001/neutral_stagei.npz"));
  EXPECT_TRUE(IsMotionFile("ACCAD/s001/walk_stageii.npz"));
  EXPECT_EQ(SubjectOfMotion("ACCAD/Male1Walking_c3d/Walk B1_poses.npz"), "Male1Walking_c3d");
  EXPECT_EQ(SubjectOfMotion("CMU/02/02_01_poses.npz"), "02");
  EXPECT_EQ(TrialOfMotion("CMU/02/02_01_stageii.npz"), "02_01");
}

}  // namespace
}  // namespace vitruvius::amass_test
