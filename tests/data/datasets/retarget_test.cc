#include "data/datasets/retarget.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/datasets/skeleton_map.h"
#include "data/datasets/source_rig.h"
#include "models/body/joint_tree.h"
#include "tests/data/datasets/mocap_test_util.h"

namespace vitruvius::retarget_test {
namespace {

using ::testing::HasSubstr;

// A figure with HumanIK's names. Legs rest splayed by `splay_deg`, feet rolled with them; arms along x.
std::string HumanBvh(double splay_deg, const std::string& frames, int num_frames,
                     const std::string& head = "Head") {
  const double s = std::sin(splay_deg / kDegPerRad), c = std::cos(splay_deg / kDegPerRad);
  const auto offset = [](double x, double y, double z) {
    return StrCat("OFFSET ", x, " ", y, " ", z, "\nCHANNELS 3 Zrotation Yrotation Xrotation\n");
  };
  std::string text =
      "HIERARCHY\nROOT mixamorig:Hips\n{\nOFFSET 0 0 0\n"
      "CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation\n";
  for (const double side : {1.0, -1.0}) {
    const std::string name = side > 0 ? "Left" : "Right";
    // A foot that points forward and 0.3 down in the leg's own axes, turned by the splay.
    text += "JOINT " + name + "UpLeg {\n" + offset(side * 10, -5, 0) + "JOINT " + name + "Leg {\n" +
            offset(side * 41 * s, -41 * c, 0) + "JOINT " + name + "Foot {\n" +
            offset(side * 41 * s, -41 * c, 0) + "JOINT " + name + "ToeBase {\n" +
            offset(side * 3 * s, -3 * c, 10) + "End Site {\nOFFSET 0 0 5\n}\n}\n}\n}\n}\n";
  }
  text += "JOINT Spine {\n" + offset(0, 10, 0) + "JOINT Spine1 {\n" + offset(0, 10, 0) + "JOINT Spine2 {\n" +
          offset(0, 10, 0) + "JOINT Neck {\n" + offset(0, 20, 0);
  text += "JOINT " + head + " {\n" + offset(0, 10, 0) + "End Site {\nOFFSET 0 15 0\n}\n}\n";
  text += "}\n";
  for (const double side : {1.0, -1.0}) {
    const std::string name = side > 0 ? "Left" : "Right";
    text += "JOINT " + name + "Shoulder {\n" + offset(side * 5, 15, 0) + "JOINT " + name + "Arm {\n" +
            offset(side * 12, 0, 0) + "JOINT " + name + "ForeArm {\n" + offset(side * 27, 0, 0) + "JOINT " +
            name + "Hand {\n" + offset(side * 25, 0, 0) + "End Site {\nOFFSET " + StrCat(side * 10) +
            " 0 0\n}\n}\n}\n}\n}\n";
  }
  return text + StrCat("}\n}\n}\n}\nMOTION\nFrames: ", num_frames, "\nFrame Time: 0.0333333\n", frames);
}

// Channels of the figure, in degrees, all zero but for those set.
class FrameOfHuman {
 public:
  explicit FrameOfHuman(const BvhMotion& figure) : figure_(figure), values_(figure.values.cols(), 0.0) {}
  FrameOfHuman& Set(const std::string& joint, int axis, double degrees) {
    const BvhJoint& j = figure_.joints[figure_.Find(joint)];
    for (std::size_t c = 0; c < j.channels.size(); ++c) {
      if (static_cast<int>(j.channels[c]) == 3 + axis) values_[j.first_channel + c] = degrees;
    }
    return *this;
  }
  std::string Text() const {
    std::string text;
    for (const double v : values_) text += StrCat(v, " ");
    return text + "\n";
  }

 private:
  const BvhMotion& figure_;
  std::vector<double> values_;
};

std::string Zeros(int frames) {
  std::string text;
  const int channels = 6 + 3 * 21;
  for (int i = 0; i < frames * channels; ++i) text += "0 ";
  return text + "\n";
}

// A target whose bones point exactly as those of the figure with straight legs.
RetargetOptions StraightTarget() {
  RetargetOptions options;
  MatrixX3d& j = options.target_joints;
  for (const int side : {0, 1}) {
    j.row(4 + side) = j.row(1 + side) + Eigen::RowVector3d(0, -0.41, 0);
    j.row(7 + side) = j.row(4 + side) + Eigen::RowVector3d(0, -0.41, 0);
    j.row(10 + side) = j.row(7 + side) + Eigen::RowVector3d(0, -0.03, 0.1);
  }
  return options;
}

TEST(Retarget, FigureThatRestsAsTheTargetKeepsItsRotations) {
  const BvhMotion rest = ParseBvh(HumanBvh(0, Zeros(1), 1), "figure.bvh");
  const std::string frame =
      FrameOfHuman(rest).Set("LeftLeg", 0, 40).Set("mixamorig:Hips", 1, 90).Set("RightForeArm", 1, 70).Text();
  const Motion motion = Retarget(ParseBvh(HumanBvh(0, frame, 1), "a/figure.bvh"), StraightTarget());
  EXPECT_EQ(motion.name, "figure");
  EXPECT_NEAR(motion.fps, 30, 1e-3);
  for (int j = 0; j < kMotionJoints; ++j) {
    Vector3d expected = Vector3d::Zero();
    if (j == 0) expected.y() = 90;
    if (j == 4) expected.x() = 40;
    if (j == 19) expected.y() = 70;
    EXPECT_LT((motion.poses.block<1, 3>(0, 3 * j).transpose() * kDegPerRad - expected).norm(), 1e-6) << j;
  }
}

TEST(Retarget, SplayedRestPoseBecomesASplayedBodyWithItsFeetRolled) {
  // All channels zero: the body must stand as the figure rests, legs splayed, feet at rest below the shins.
  const Motion motion = Retarget(ParseBvh(HumanBvh(20, Zeros(1), 1), "figure.bvh"), StraightTarget());
  const Vector3d left_hip = motion.poses.block<1, 3>(0, 3).transpose() * kDegPerRad;
  const Vector3d right_hip = motion.poses.block<1, 3>(0, 6).transpose() * kDegPerRad;
  EXPECT_LT((left_hip - Vector3d(0, 0, 20)).norm(), 1e-4);
  EXPECT_LT((right_hip - Vector3d(0, 0, -20)).norm(), 1e-4);
  for (const int j : {4, 5, 7, 8, 10, 11}) EXPECT_LT((motion.poses.block<1, 3>(0, 3 * j).norm()), 1e-6) << j;
}

TEST(Retarget, UnitAndPelvisPosition) {
  std::string frame = Zeros(1);
  frame.replace(0, 5, "5 100 7");
  RetargetOptions options = StraightTarget();
  options.target_joints.rowwise() += Eigen::RowVector3d(0, -0.2, 0.03);  // SMPL's pelvis is not at the origin
  const Motion motion = Retarget(ParseBvh(HumanBvh(0, frame, 1), "figure.bvh"), options);
  EXPECT_LT((motion.transl.row(0) - Eigen::RowVector3d(0.05, 1.2, 0.04)).norm(),
            1e-12);  // centimetres, by the legs
}

TEST(Retarget, InsertedTPoseIsDroppedAndARealFirstFrameIsNot) {
  const BvhMotion rest = ParseBvh(HumanBvh(0, Zeros(1), 1), "figure.bvh");
  const std::string moving = FrameOfHuman(rest).Set("LeftArm", 2, -80).Text();
  const Motion dropped =
      Retarget(ParseBvh(HumanBvh(0, Zeros(1) + moving + moving, 3), "f.bvh"), StraightTarget());
  EXPECT_EQ(dropped.num_frames(), 2);
  EXPECT_EQ(std::count(dropped.valid.begin(), dropped.valid.end(), 1), 2);
  EXPECT_EQ(Retarget(ParseBvh(HumanBvh(0, moving + moving, 2), "f.bvh"), StraightTarget()).num_frames(), 2);
}

TEST(Retarget, RefusesUnknownAndLyingSkeletons) {
  EXPECT_THAT(
      ErrorOf([] { Retarget(ParseBvh(HumanBvh(0, Zeros(1), 1, "Skull"), "f.bvh")); }),
      HasSubstr(
          "f.bvh: unknown skeleton: these bones are missing, or their names are not known: head (such as "
          "Head)"));
  EXPECT_THAT(ErrorOf([] { Retarget(ParseBvh(HumanBvh(80, Zeros(1), 1), "f.bvh")); }),
              HasSubstr("standing upright"));
}

TEST(Retarget, PositionsThatOverflowAreRefused) {
  AsfSkeleton skeleton;
  skeleton.path = "a.asf";
  const auto add = [&](const std::string& name, int parent, const Vector3d& direction) {
    AsfBone bone;
    bone.name = name;
    bone.parent = parent;
    bone.direction = direction;
    skeleton.bones.push_back(bone);
    return static_cast<int>(skeleton.bones.size()) - 1;
  };
  add("root", -1, Vector3d::Zero());
  add("thorax", 0, Vector3d::UnitY());
  add("head", 1, Vector3d::UnitY());
  for (const std::string side : {"l", "r"}) {
    const int femur = add(side + "femur", 0, -Vector3d::UnitY());
    add(side + "foot", add(side + "tibia", femur, -Vector3d::UnitY()), Vector3d::UnitZ());
    add(side + "radius", add(side + "humerus", 1, -Vector3d::UnitY()), -Vector3d::UnitY());
  }
  skeleton.bones[0].dofs = {AsfBone::Dof::kTx};
  for (std::size_t b = 1; b < skeleton.bones.size(); ++b) skeleton.bones[b].first_dof = 1;
  AmcMotion motion;
  motion.path = "a.amc";
  motion.values = RowMatrixXd::Constant(2, 1, 1e308);
  EXPECT_EQ(Retarget(skeleton, motion).num_frames(), 2);
  skeleton.root_position.x() = 1e308;
  EXPECT_THAT(ErrorOf([&] { Retarget(skeleton, motion); }),
              HasSubstr("a.amc: frame 1: found offsets or positions"));
}

TEST(Retarget, DeepMimicAtRestHangsItsArms) {
  DeepMimicMotion source;
  source.path = "clip.json";
  source.frame_time_s = 1.0 / 30;
  source.frames = RowMatrixXd::Zero(1, kDeepMimicColumns);
  for (const int c : {4, 8, 12, 16, 21, 25, 30, 35, 39}) source.frames(0, c) = 1;
  source.frames.block<1, 3>(0, kDeepMimicRootPosition) << 1, 2, 3;
  source.frames(0, kDeepMimicRightKnee) = -0.5;  // x forward, z right: negative bends the knee
  const double half = 0.3;                       // the chest turned by 0.6 about y
  source.frames.block<1, 4>(0, kDeepMimicChest) << std::cos(half), 0, std::sin(half), 0;
  const Motion motion = Retarget(source, StraightTarget());
  EXPECT_LT((motion.transl.row(0) - Eigen::RowVector3d(-3, 2, 1)).norm(), 1e-12);
  EXPECT_NEAR(motion.poses(0, 3 * 5), 0.5, 1e-9);
  for (const int j : {3, 6, 9}) EXPECT_NEAR(motion.poses(0, 3 * j + 1), 0.2, 1e-9) << j;
  const Matrix3d chest = ExpSO3(Vector3d(0, 0.6, 0));
  const Matrix3d left_arm = chest * JointRotation(motion, 0, 16),
                 right_arm = chest * JointRotation(motion, 0, 17);
  EXPECT_LT((left_arm * Vector3d::UnitX() + Vector3d::UnitY()).norm(), 1e-9);
  EXPECT_LT((right_arm * -Vector3d::UnitX() + Vector3d::UnitY()).norm(), 1e-9);
}

// The same recordings in two formats, converted by different people: every joint must agree. This is how
// using LeftHand (the forearm's twist) for the wrist would be found.
TEST(RetargetRealData, AmcAndBvhOfTheSameTrialAgree) {
  VT_SKIP_WITHOUT(AssimpBvh("01_01.bvh"));
  TemporaryFolder folder;
  if (!UnpackMocap("train/cmu_01.asfamc", folder.path()))
    GTEST_SKIP() << "needs " << MocapArchive("train/cmu_01.asfamc");
  const AsfSkeleton skeleton = ReadAsf(folder / "cmu_01.asfamc/01.asf");
  for (const auto& [trial, frames] : {std::pair{"01_01", 2751}, {"01_03", 4510}}) {
    const Motion amc =
        Retarget(skeleton, ReadAmc(folder / StrCat("cmu_01.asfamc/", trial, ".amc"), skeleton));
    const Motion bvh = Retarget(ReadBvh(AssimpBvh(StrCat(trial, ".bvh"))));
    EXPECT_EQ(amc.num_frames(), frames);
    EXPECT_EQ(bvh.num_frames(), frames);
    EXPECT_NEAR(bvh.fps, 120, 0.01);
    // The files are rounded to about 1e-4 degrees.
    for (int j = 0; j < kMotionJoints; ++j)
      EXPECT_LT(LargestDifferenceDeg(amc, bvh, j), 1e-3) << trial << " " << j;
    EXPECT_LT((amc.transl - bvh.transl).cwiseAbs().maxCoeff(), 1e-4);
  }
}

TEST(RetargetRealData, ExpmapAndDeepMimicOfTheSameTrialAgreeWithAmc) {
  TemporaryFolder folder;
  for (const char* name : {"train/cmu_02.asfamc", "train/cmu_8actions.expmap", "train/cmu_02.deepmimic"}) {
    if (!UnpackMocap(name, folder.path())) GTEST_SKIP() << "needs " << MocapArchive(name);
  }
  const AsfSkeleton skeleton = ReadAsf(folder / "cmu_02.asfamc/02.asf");
  const Motion amc = Retarget(skeleton, ReadAmc(folder / "cmu_02.asfamc/02_01.amc", skeleton));
  const Motion expmap = Retarget(ReadExpmap(folder / "cmu_8actions.expmap/train_walking_walking_1.csv"));
  ASSERT_EQ(expmap.num_frames(), amc.num_frames());
  for (int j = 0; j < kMotionJoints; ++j) {
    // Feet: the file does not carry the subject's own foot direction. Root: smoothed by the source.
    const bool foot = j == 7 || j == 8 || j == 10 || j == 11;
    EXPECT_LT(LargestDifferenceDeg(amc, expmap, j), foot ? 4.0 : j == 0 ? 1.0 : 1e-3) << j;
  }
  // Another skeleton, another tool. Mean ankles agree within 3 degrees only when the roll of the splayed feet
  // is kept: without it the difference is 20.
  const Motion amc_30 = Resample(amc, 30);
  const Motion deepmimic = Retarget(ReadDeepMimic(folder / "cmu_02.deepmimic/02_01.json"));
  for (const int j : {7, 8}) {
    const Eigen::RowVector3d a = amc_30.poses.middleCols<3>(3 * j).colwise().mean();
    const Eigen::RowVector3d b = deepmimic.poses.middleCols<3>(3 * j).colwise().mean();
    EXPECT_LT((a - b).norm() * kDegPerRad, 3) << j;
  }
}

// Files as their programs wrote them: in every frame thighs, shins, upper arms and forearms point where those
// of the file do, the hips are where they are, and people stand.
TEST(RetargetRealData, DialectsAsFound) {
  struct Case {
    const char *archive, *file;
    int rest_frame, frames;
    Matrix3d world;  // y up from the file's
  };
  const Matrix3d z_up = YUpFrom(UpAxis::kZ), y_up = Matrix3d::Identity();
  for (const Case& c : {Case{"dialect_3dsmax_cmu", "131_01.bvh", -1, 994, y_up},
                        {"dialect_3dsmax_cmu", "jumping_jacks.bvh", -1, 125, y_up},
                        {"dialect_blender", "000_genuine.bvh", -1, 2202, y_up},
                        {"dialect_rokoko", "jesse_dance.bvh", 928, 1007, y_up},
                        {"dialect_zup_humanik", "wave_hello.bvh", -1, 839, z_up}}) {
    TemporaryFolder folder;
    const std::string archive = EverydayArchive(StrCat("dialects/", c.archive));
    if (!UnpackArchive(archive, folder.path())) GTEST_SKIP() << "needs " << archive;
    const BvhMotion file = ReadBvh(folder / StrCat(c.archive, "/", c.file));
    RetargetOptions options;
    options.rest_frame = c.rest_frame;
    const Motion motion = Retarget(file, options);
    ASSERT_EQ(motion.num_frames(), c.frames) << c.file;
    const int dropped = file.num_frames() - motion.num_frames();
    BoneTree tree;
    for (const BvhJoint& joint : file.joints) {
      tree.names.push_back(joint.name);
      tree.parents.push_back(joint.parent);
    }
    const SkeletonMatch match = MatchSkeleton(tree, c.file);
    const SourceRig rig = RigOfBvh(file, options);
    std::vector<Matrix3d> global;
    std::vector<Vector3d> places;
    double worst_cosine = 1, worst_place = 0, height = 0;
    for (int frame = 0; frame < motion.num_frames(); frame += 7) {
      file.GlobalRotations(frame + dropped, &global);
      file.GlobalPositions(frame + dropped, global, &places);
      std::array<Matrix3d, kMotionJoints> world;
      for (int j = 0; j < kMotionJoints; ++j) {
        world[j] = JointRotation(motion, frame, j);
        if (j > 0) world[j] = world[SmplParents()[j]] * world[j];
      }
      for (const int j : {1, 2, 4, 5, 16, 17}) {  // forearms of some have no wrist
        const Vector3d step = c.world * (places[match.bones[BoneEnd(j)]] - places[match.bones[j]]);
        const Vector3d bone =
            (options.target_joints.row(BoneEnd(j)) - options.target_joints.row(j)).transpose();
        worst_cosine = std::min(worst_cosine, (world[j] * bone).normalized().dot(step.normalized()));
      }
      const Vector3d hips = c.world * (places[match.bones[0]] + rig.shift) * rig.metres_per_unit;
      worst_place = std::max(worst_place, (motion.transl.row(frame).transpose() - hips).norm());
      height += motion.transl(frame, 1) / (1 + (motion.num_frames() - 1) / 7);
    }
    EXPECT_GT(worst_cosine, 1 - 1e-9) << c.file;
    EXPECT_LT(worst_place, 1e-9) << c.file;
    EXPECT_GT(height, 0.35) << c.file;
    EXPECT_LT(height, 1.15) << c.file;
  }
}

TEST(RetargetRealData, SkeletonOfAnotherKind) {
  VT_SKIP_WITHOUT(AssimpBvh("Boxing_Toes.bvh"));
  const Motion motion = Retarget(ReadBvh(AssimpBvh("Boxing_Toes.bvh")));
  EXPECT_EQ(motion.num_frames(), 3070);
  EXPECT_NEAR(motion.fps, 100, 1e-6);
  EXPECT_GT(std::count(motion.valid.begin(), motion.valid.end(), 1), 2900);
  EXPECT_NEAR(motion.transl.col(1).maxCoeff(), 0.95, 0.1);  // a pelvis at standing height, in metres
}

}  // namespace
}  // namespace vitruvius::retarget_test
