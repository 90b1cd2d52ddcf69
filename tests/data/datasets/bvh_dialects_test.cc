// One figure in one motion, as the programs of the field would write it: the same poses must come out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/datasets/bone_names.h"
#include "data/datasets/retarget.h"
#include "data/datasets/skeleton_map.h"
#include "data/datasets/source_rig.h"
#include "models/body/joint_tree.h"
#include "models/body/mannequin.h"
#include "models/body/skeleton.h"
#include "tests/data/datasets/figure_bvh.h"
#include "tests/data/datasets/mocap_test_util.h"
#include "tests/util/test_body.h"

namespace vitruvius::bvh_dialects_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr double kTenDigits = 1e-7;  // of a file's numbers, in radians and metres

Motion Read(const FigureStyle& style, const RetargetOptions& options = {}) {
  return Retarget(ParseBvh(FigureBvh(style), "figure.bvh"), options);
}

const Motion& Base() {
  static const Motion kMotion = Read({});
  return kMotion;
}

// Rotation of a joint in the world.
Matrix3d World(const Motion& motion, int frame, int joint) {
  static const int kParents[] = {-1, 0, 0, 0,  1,  2,  3,  4,  5,  6,  7,  8,
                                 9,  9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21};
  Matrix3d rotation = Matrix3d::Identity();
  for (int j = joint; j >= 0; j = kParents[j]) rotation = JointRotation(motion, frame, j) * rotation;
  return rotation;
}

// Largest distance of the pelvis, metres, and largest angle of a joint in the world, radians. Joints of the
// spine below the chest are spread differently where there are fewer of them.
void ExpectSame(const Motion& motion, const Motion& truth, double tolerance, const std::string& what,
                const std::vector<int>& without = {}) {
  ASSERT_EQ(motion.num_frames(), truth.num_frames()) << what;
  EXPECT_LT((motion.transl - truth.transl).rowwise().norm().maxCoeff(), tolerance) << what;
  for (int joint = 0; joint < kMotionJoints; ++joint) {
    if (joint == 3 || joint == 6 || std::count(without.begin(), without.end(), joint) > 0) continue;
    double worst = 0;
    for (int frame = 0; frame < motion.num_frames(); ++frame) {
      worst = std::max(worst, RotationAngle(World(motion, frame, joint), World(truth, frame, joint)));
    }
    EXPECT_LT(worst, tolerance) << what << ", joint " << joint;
  }
}

using Names = std::map<std::string, std::string>;

// Left names for both sides; a name that is not there is HumanIK's.
std::function<std::string(const std::string&)> Called(const Names& names, const std::string& left = "Left",
                                                      const std::string& right = "Right") {
  return [=](const std::string& name) {
    const bool is_right = name.rfind("Right", 0) == 0;
    const auto found = names.find(is_right ? "Left" + name.substr(5) : name);
    if (found == names.end()) return name;
    std::string result = found->second;
    const std::size_t at = is_right ? result.find(left) : std::string::npos;
    return at == std::string::npos ? result : result.replace(at, left.size(), right);
  };
}

FigureStyle Named(const Names& names, const std::string& left = "Left", const std::string& right = "Right") {
  FigureStyle style;
  style.name = Called(names, left, right);
  return style;
}

const Names kBiovision = {{"Spine", ""},
                          {"Spine1", "Chest"},
                          {"Spine2", "Chest2"},
                          {"LeftShoulder", "LeftCollar"},
                          {"LeftUpLeg", "LeftHip"},
                          {"LeftLeg", "LeftKnee"},
                          {"LeftFoot", "LeftAnkle"},
                          {"LeftToeBase", "LeftToe"},
                          {"LeftArm", "LeftShoulder"},
                          {"LeftForeArm", "LeftElbow"},
                          {"LeftHand", "LeftWrist"}};

Names With(Names names, const Names& others) {
  for (const auto& [from, to] : others) names[from] = to;
  return names;
}

TEST(BvhDialects, TheFigureItselfIsReadAsItStands) {
  const Motion& base = Base();
  EXPECT_LT((base.transl.row(3) - Eigen::RowVector3d(0.36, 0.94 + 0.01 * std::sin(3.0), 0.68)).norm(), 1e-9);
  EXPECT_EQ(base.unit, "centimetres, by legs of 0.83 m");
  EXPECT_THAT(base.remarks, IsEmpty());
}

TEST(BvhDialects, NamesOfManyPrograms) {
  const Names blender = {{"Hips", "pelvis"},
                         {"Spine", "spine"},
                         {"Spine1", ""},
                         {"Spine2", "spine.001"},
                         {"Neck", "neck"},
                         {"Head", "face"},
                         {"LeftShoulder", "shoulder.L"},
                         {"LeftArm", "upper_arm.L"},
                         {"LeftForeArm", "forearm.L"},
                         {"LeftHand", "hand.L"},
                         {"LeftUpLeg", "thigh.L"},
                         {"LeftLeg", "shin.L"},
                         {"LeftFoot", "foot.L"},
                         {"LeftToeBase", "toe.L"}};
  const Names unity = {
      {"Spine1", "Chest"},         {"Spine2", "UpperChest"},      {"LeftShoulder", "Shoulder_L"},
      {"LeftArm", "UpperArm_L"},   {"LeftForeArm", "LowerArm_L"}, {"LeftHand", "Hand_L"},
      {"LeftUpLeg", "UpperLeg_L"}, {"LeftLeg", "LowerLeg_L"},     {"LeftFoot", "Foot_L"},
      {"LeftToeBase", "Toes_L"}};
  const Names unreal = {{"Hips", "pelvis"},
                        {"Spine", "spine_01"},
                        {"Spine1", "spine_02"},
                        {"Spine2", "spine_03"},
                        {"Neck", "neck_01"},
                        {"Head", "head"},
                        {"LeftShoulder", "clavicle_l"},
                        {"LeftArm", "upperarm_l"},
                        {"LeftForeArm", "lowerarm_l"},
                        {"LeftHand", "hand_l"},
                        {"LeftUpLeg", "thigh_l"},
                        {"LeftLeg", "calf_l"},
                        {"LeftFoot", "foot_l"},
                        {"LeftToeBase", "ball_l"}};
  const Names biped = {{"Hips", "Bip01 Pelvis"},
                       {"Spine", "Bip01 Spine"},
                       {"Spine1", "Bip01 Spine1"},
                       {"Spine2", "Bip01 Spine2"},
                       {"Neck", "Bip01 Neck"},
                       {"Head", "Bip01 Head"},
                       {"LeftShoulder", "Bip01 L Clavicle"},
                       {"LeftArm", "Bip01 L UpperArm"},
                       {"LeftForeArm", "Bip01 L Forearm"},
                       {"LeftHand", "Bip01 L Hand"},
                       {"LeftUpLeg", "Bip01 L Thigh"},
                       {"LeftLeg", "Bip01 L Calf"},
                       {"LeftFoot", "Bip01 L Foot"},
                       {"LeftToeBase", "Bip01 L Toe0"}};
  const Names blanks = {{"LeftUpLeg", "Left Up Leg"},     {"LeftLeg", "Left Leg"}, {"LeftArm", "Left Arm"},
                        {"LeftForeArm", "Left Fore Arm"}, {"Hips", "Hips root"},   {"LeftHand", "Left Hand"}};
  const Names vrm = {{"Hips", "J_Bip_C_Hips"},
                     {"Spine", "J_Bip_C_Spine"},
                     {"Spine1", "J_Bip_C_Chest"},
                     {"Spine2", "J_Bip_C_UpperChest"},
                     {"Neck", "J_Bip_C_Neck"},
                     {"Head", "J_Bip_C_Head"},
                     {"LeftShoulder", "J_Bip_L_Shoulder"},
                     {"LeftArm", "J_Bip_L_UpperArm"},
                     {"LeftForeArm", "J_Bip_L_LowerArm"},
                     {"LeftHand", "J_Bip_L_Hand"},
                     {"LeftUpLeg", "J_Bip_L_UpperLeg"},
                     {"LeftLeg", "J_Bip_L_LowerLeg"},
                     {"LeftFoot", "J_Bip_L_Foot"},
                     {"LeftToeBase", "J_Bip_L_ToeBase"}};
  ExpectSame(Read(Named(kBiovision)), Base(), kTenDigits, "Biovision, Chest2 and no Ab");
  ExpectSame(Read(Named(With(kBiovision, {{"Spine", "Chest"}, {"Spine1", "Chest2"}, {"Spine2", "Chest4"}}))),
             Base(), kTenDigits, "MVN");
  ExpectSame(Read(Named(With(kBiovision, {{"Spine", "lowerback"}, {"Neck", "lowerneck"}}))), Base(),
             kTenDigits, "CMU for 3ds Max");
  ExpectSame(Read(Named({{"Spine1", ""}, {"Spine2", "Spine1"}})), Base(), kTenDigits,
             "HumanIK with two joints");
  ExpectSame(Read(Named({{"Spine", ""}, {"Spine1", ""}, {"Spine2", "Spine"}, {"LeftShoulder", ""}})), Base(),
             kTenDigits, "one joint of the spine, no collars");
  ExpectSame(Read(Named(blender, ".L", ".R")), Base(), kTenDigits, "Blender");
  ExpectSame(Read(Named(unity, "_L", "_R")), Base(), kTenDigits, "Unity, Bandai Namco");
  ExpectSame(Read(Named(unreal, "_l", "_r")), Base(), kTenDigits, "Unreal");
  ExpectSame(Read(Named(biped, " L ", " R ")), Base(), kTenDigits, "Biped");
  ExpectSame(Read(Named(blanks)), Base(), kTenDigits, "blanks");
  ExpectSame(Read(Named(vrm, "_L_", "_R_")), Base(), kTenDigits, "VRM");
  ExpectSame(Read(Named({{"LeftHand", ""}, {"LeftToeBase", ""}})), Base(), kTenDigits, "no hands, no toes",
             {10, 11, 20, 21, 22, 23});
}

TEST(BvhDialects, WordsInNames) {
  const auto read = [](const std::vector<std::string>& names) {
    std::vector<std::string> result;
    for (const BoneName& name : ReadBoneNames(names, {"femur", "hand"})) {
      const char* side = name.side == BodySide::kLeft    ? "left "
                         : name.side == BodySide::kRight ? "right "
                                                         : "";
      result.push_back(side + name.key);
    }
    return result;
  };
  EXPECT_THAT(read({"mixamorig:LeftUpLeg", "LHipJoint", "upper_arm.R", "lfemur", "lhand", "rib", "rightHand",
                    "", "spine.001"}),
              ElementsAre("left upleg", "left hipjoint", "right upperarm", "left femur", "left hand", "rib",
                          "right hand", "", "spine001"));
  // What all names begin or end with is no name; sides are never that.
  EXPECT_THAT(read({"Bip01", "Bip01 L Thigh", "Bip01 R Thigh", "Bip01 Head"}),
              ElementsAre("bip01", "left thigh", "right thigh", "head"));
  EXPECT_THAT(read({"L_Thigh_JNT", "L_Calf_JNT", "L_Foot_JNT", "Hips_JNT"}),
              ElementsAre("left thigh", "left calf", "left foot", "hips"));
}

// Bandai Namco's files, and those of Blender's armatures.
TEST(BvhDialects, JointsAboveTheHipsMoveTheBody) {
  FigureStyle style;
  style.above = {"Reference"};
  ExpectSame(Read(style), Base(), kTenDigits, "at the origin");
  style.above_travel = {7, 0, -3};
  ExpectSame(Read(style), Base(), kTenDigits, "travelling");
  style.above = {"Armature", "root"};
  style.above_offset = {10, 20, 30};
  ExpectSame(Read(style), Base(), kTenDigits, "two, with offsets");
}

TEST(BvhDialects, PositionChannelsOfOtherJointsStandInForOffsets) {
  FigureStyle style;
  style.positions = FigureStyle::Positions::kAll;
  ExpectSame(Read(style), Base(), kTenDigits, "with offsets");
  EXPECT_THAT(Read(style).remarks, IsEmpty());
  style.zero_offsets = true;
  ExpectSame(Read(style), Base(), kTenDigits, "offsets all zero");
  EXPECT_EQ(Read(style).unit, Base().unit);
  style.zero_offsets = false;
  style.positions = FigureStyle::Positions::kAllAdded;
  ExpectSame(Read(style), Base(), kTenDigits, "added to the offsets");
  EXPECT_THAT(Read(style).remarks, ElementsAre(HasSubstr("added to the offsets")));
  style.above = {"Reference"};
  style.above_offset = {0, 20, 0};
  style.positions = FigureStyle::Positions::kAll;
  ExpectSame(Read(style), Base(), kTenDigits, "below a joint above the hips");
}

// Rokoko's: the hips' height is the root's offset and is in its channels again; ReActIdle's: the channels
// start from it.
TEST(BvhDialects, OffsetsOfTheRoot) {
  FigureStyle style;
  style.root_offset = {0, 93, 0};
  ExpectSame(Read(style), Base(), kTenDigits, "channels in its place");
  EXPECT_THAT(Read(style).remarks, IsEmpty());
  style.from_offset = true;
  ExpectSame(Read(style), Base(), kTenDigits, "channels added");
  EXPECT_THAT(Read(style).remarks, ElementsAre(HasSubstr("added to its offset: feet would be 0.9")));
  style.from_offset = false;
  style.root_offset = {3, -23, 1};  // as our own files of SMPL had it
  ExpectSame(Read(style), Base(), kTenDigits, "below the origin");
  EXPECT_THAT(Read(style).remarks, IsEmpty());
}

TEST(BvhDialects, FiguresWithoutLengthAreRefused) {
  FigureStyle style;
  style.zero_offsets = true;
  EXPECT_THAT(ErrorOf([&] { Read(style); }), HasSubstr("figure.bvh: rest pose: found legs of length 0"));
}

TEST(BvhDialects, UnitsAreToldByLegsThatSomebodyCanHave) {
  const auto unit = [](double units_per_cm) {
    FigureStyle style;
    style.units_per_cm = units_per_cm;
    return Read(style);
  };
  for (const auto& [units_per_cm, name] : {std::pair{0.01, "metres"},
                                           {1.0, "centimetres"},
                                           {10.0, "millimetres"},
                                           {1 / 2.54, "inches"},
                                           {0.45 / 2.54, "CMU's units"}}) {
    const Motion motion = unit(units_per_cm);
    ExpectSame(motion, Base(), 1e-6, name);
    EXPECT_THAT(motion.unit, HasSubstr(std::string(name) + ", by legs of 0.83 m"));
    EXPECT_THAT(motion.remarks, IsEmpty());
  }
  // A child of 62 % of the figure, in inches: CMU's units would make legs of 1.14 m.
  constexpr double kChild = 0.62;
  for (const auto& [units_per_cm, name] :
       {std::pair{1 / 2.54, "inches"}, {1.0, "centimetres"}, {0.01, "metres"}}) {
    const Motion child = unit(kChild * units_per_cm);
    EXPECT_LT((child.transl - kChild * Base().transl).cwiseAbs().maxCoeff(), 1e-6) << name;
    EXPECT_THAT(child.remarks, ElementsAre(HasSubstr(std::string(name) + ", by legs of 0.515 m: a child?")));
  }
  // In no unit does anybody have such legs.
  EXPECT_THAT(unit(0.0018).remarks, ElementsAre(HasSubstr("legs of 0.149 m: nobody has such: say the unit")));
  RetargetOptions options;
  options.metres_per_unit = MetresPerUnit("0.02");
  FigureStyle style;
  EXPECT_LT((Read(style, options).transl - 2 * Base().transl).cwiseAbs().maxCoeff(), 1e-9);
  for (const char* nobodys : {"mm", "m"}) {  // legs of 0.08 and 83 m
    options.metres_per_unit = MetresPerUnit(nobodys);
    EXPECT_THAT(ErrorOf([&] { Read(style, options); }), HasSubstr("expected 0.3 to 1.05 m")) << nobodys;
  }
  EXPECT_EQ(MetresPerUnit("auto"), 0);
  EXPECT_EQ(MetresPerUnit("IN"), 0.0254);
  for (const char* wrong : {"", "furlong", "-1", "0", "nan", "1e9"}) {
    EXPECT_THAT(ErrorOf([&] { MetresPerUnit(wrong); }), HasSubstr("unit: found '")) << wrong;
  }
}

TEST(BvhDialects, AnyAxisMayBeUp) {
  for (const UpAxis up : {UpAxis::kX, UpAxis::kZ, UpAxis::kMinusX, UpAxis::kMinusY, UpAxis::kMinusZ}) {
    FigureStyle style;
    style.file_from_figure = YUpFrom(up).transpose();
    const Motion motion = Read(style);
    ExpectSame(motion, Base(), kTenDigits, UpAxisName(up));
    EXPECT_THAT(motion.remarks,
                ElementsAre(HasSubstr(std::string(UpAxisName(up)) + " is up in the rest pose")));
  }
}

// z up, the rest pose looking along +y, -x and +x: the same motion about the vertical.
TEST(BvhDialects, ARestPoseMayLookAnywhere) {
  for (const double degrees : {90.0, 180.0, 270.0}) {
    FigureStyle style;
    const Matrix3d yaw = ExpSO3({0, 0, degrees / kDegPerRad});
    style.file_from_figure = yaw * YUpFrom(UpAxis::kZ).transpose();
    Motion truth = Base();
    TurnWorld(ExpSO3({0, degrees / kDegPerRad, 0}), StandardRestJoints().row(0).transpose(), &truth);
    ExpectSame(Read(style), truth, kTenDigits, StrCat(degrees));
  }
}

TEST(BvhDialects, UpIsWhatTheUserSays) {
  FigureStyle style;
  RetargetOptions options;
  options.up = UpAxis::kZ;
  const Motion motion = Read(style, options);  // a y-up file that is said to be z up: everybody lies
  Motion truth = Base();
  TurnWorld(YUpFrom(UpAxis::kZ), StandardRestJoints().row(0).transpose(), &truth);
  ExpectSame(motion, truth, kTenDigits, "z");
}

// A rest pose that stands in one world and frames that stand in another are told of.
TEST(BvhDialects, LyingFramesAreRemarkedOn) {
  std::string text = FigureBvh({});
  const std::size_t frames = text.find("Frame Time");
  std::string lying = text.substr(0, text.find('\n', frames) + 1);
  const BvhMotion standing = ParseBvh(text, "figure.bvh");
  for (int f = 0; f < standing.num_frames(); ++f) {
    for (int c = 0; c < standing.values.cols(); ++c) {
      lying += StrCat(c == 4 ? standing.values(f, c) + 90 : standing.values(f, c), " ");
    }
    lying += "\n";
  }
  EXPECT_THAT(Retarget(ParseBvh(lying, "figure.bvh")).remarks, ElementsAre(HasSubstr("most frames lie")));
}

// Offsets along the bones, as Rokoko writes them: no figure without its channels.
TEST(BvhDialects, AFrameCanBeTheRestPose) {
  FigureStyle style;
  style.t_pose_first = true;
  style.local_axes = [](const std::string& name) -> Matrix3d {
    const bool leg = name.find("Leg") != std::string::npos, foot = name.find("Foot") != std::string::npos;
    if (name == "Hips") return Matrix3d::Identity();
    if (leg || foot) return ExpSO3({0, 0, -EIGEN_PI / 2});
    if (name == "RightShoulder" || name == "RightArm" || name == "RightForeArm" || name == "RightHand") {
      return ExpSO3({0, EIGEN_PI, 0});
    }
    return name.rfind("Left", 0) == 0 || name.rfind("Right", 0) == 0 ? Matrix3d::Identity()
                                                                     : ExpSO3({0, 0, EIGEN_PI / 2});
  };
  EXPECT_THAT(ErrorOf([&] { Read(style); }), HasSubstr("--rest_frame"));
  RetargetOptions options;
  options.rest_frame = 0;
  ExpectSame(Read(style, options), Base(), kTenDigits, "Rokoko");  // the T-pose itself is dropped
  style.file_from_figure = YUpFrom(UpAxis::kZ).transpose();
  EXPECT_THAT(Read(style, options).remarks, ElementsAre(HasSubstr("z is up in the frame")));
  options.rest_frame = 9;
  EXPECT_THAT(ErrorOf([&] { Read(style, options); }), HasSubstr("rest frame: found 9, expected 0 to 8"));
  // A frame that looks elsewhere and does not stand in a T serves as well: limbs are told by their
  // directions.
  FigureStyle plain;
  options.rest_frame = 4;
  const Motion motion = Read(plain, options);
  for (const int joint : {1, 2, 4, 5, 16, 17, 18, 19}) {
    const int end = BoneEnd(joint);
    const Vector3d bone = (options.target_joints.row(end) - options.target_joints.row(joint)).transpose();
    const double cosine =
        (World(motion, 2, joint) * bone).normalized().dot((World(Base(), 2, joint) * bone).normalized());
    EXPECT_GT(cosine, 1 - 1e-9) << joint;
  }
}

// A hand whose thumb is its only end, and a long chain of joints in one place: hostile files have those.
TEST(BvhDialects, HandsEndWhereTheirFingersDo) {
  std::string chain, braces;
  for (int i = 0; i < 20000; ++i) {
    chain += StrCat("JOINT f", i, "\n{\nOFFSET 0 0 0\nCHANNELS 0\n");
    braces += "}\n";
  }
  const std::string end = "End Site\n{\nOFFSET 9.0000000000 0.0000000000 0.0000000000\n}\n";
  std::string text = FigureBvh({});
  const std::size_t at = text.find(end);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, end.size(),
               "JOINT LeftHandThumb\n{\nOFFSET 3 0 3\nCHANNELS 0\n}\n" + chain + end + braces);
  ExpectSame(Retarget(ParseBvh(text, "figure.bvh")), Base(), kTenDigits, "thumb and chain");
}

TEST(BvhDialects, MissingBonesAreNamed) {
  EXPECT_THAT(
      ErrorOf([&] {
        Read(Named({{"Head", "Skull"}, {"LeftLeg", "LeftStilt"}}));
      }),
      HasSubstr("these bones are missing, or their names are not known: left shin (such as LeftLeg), right "
                "shin (such as RightLeg), head (such as Head)"));
  EXPECT_THAT(ErrorOf([&] {
                Read(Named({{"Spine", ""}, {"Spine1", ""}, {"Spine2", ""}}));
              }),
              HasSubstr("a joint of the spine between pelvis and arms"));
}

// SMPL's names on a figure that is not SMPL: read by its bones like any other.
TEST(BvhDialects, SmplsNamesAloneAreNames) {
  const Names smpl = {{"Hips", "Pelvis"},
                      {"Spine", "Spine1"},
                      {"Spine1", "Spine2"},
                      {"Spine2", "Spine3"},
                      {"LeftShoulder", "Left_collar"},
                      {"LeftArm", "Left_shoulder"},
                      {"LeftForeArm", "Left_elbow"},
                      {"LeftHand", "Left_wrist"},
                      {"LeftUpLeg", "Left_hip"},
                      {"LeftLeg", "Left_knee"},
                      {"LeftFoot", "Left_ankle"},
                      {"LeftToeBase", "Left_foot"}};
  ExpectSame(Read(Named(smpl)), Base(), kTenDigits, "SMPL's names");
}

// SMPL-H's joints on the standard figure, a vertex at each of them.
std::shared_ptr<const BodyModel> StandingSmplh() {
  const std::vector<int>& parents = SmplhParents();
  const auto joints = static_cast<Eigen::Index>(parents.size());
  BodyModelData data;
  data.name = "standing";
  data.parents = parents;
  data.v_template.resize(joints, 3);
  data.v_template.topRows(kBodyJoints) = StandardRestJoints().topRows(kBodyJoints);
  for (Eigen::Index j = kBodyJoints; j < joints; ++j) {
    const double side = data.v_template(parents[j], 0) > 0 ? 1 : -1;
    data.v_template.row(j) = data.v_template.row(parents[j]) + Eigen::RowVector3d(0.03 * side, 0, 0.001 * j);
  }
  data.faces.resize(joints - 2, 3);
  for (int f = 0; f < joints - 2; ++f) data.faces.row(f) << f, f + 1, f + 2;
  Rng rng(1);
  data.shapedirs = RowMatrixXd::NullaryExpr(3 * joints, 10, [&] { return 0.0004 * rng.Normal(); });
  data.posedirs = RowMatrixXf::Zero(3 * joints, 9 * (joints - 1));
  const RowMatrixXd identity = RowMatrixXd::Identity(joints, joints);
  data.weights = identity.sparseView();
  data.joint_regressor = identity.sparseView();
  return BodyModel::Create(std::move(data));
}

// Our own files hold SMPL's rotations whatever the shape: they come back as they are, hands and fingers too.
TEST(BvhDialects, OurOwnExportComesBack) {
  TemporaryFolder folder;
  constexpr double kTenthDegree = 0.1 / kDegPerRad;
  const auto smplh = StandingSmplh();
  for (const auto& model : std::vector<std::shared_ptr<const BodyModel>>{Mannequin(), smplh}) {
    Rng rng(3);
    BodyAnimation animation = {"x", 30, {}, {}};
    for (int i = 0; i < 5; ++i) {
      animation.frames.push_back(RandomParameters(*model, &rng, 0.3));
      animation.frames[i].betas = 2.5 * Eigen::VectorXd::Ones(animation.frames[i].betas.size());
      animation.found.push_back(1);
    }
    WriteBvh(folder / "own.bvh", *model, animation);
    const BvhMotion file = ReadBvh(folder / "own.bvh");
    EXPECT_TRUE(file.joints[0].offset.isZero());
    RetargetOptions options;
    options.target_joints = RestJointsOf(*model);
    options.metres_per_unit = 1;
    const Motion motion = Retarget(file, options);
    ASSERT_EQ(motion.num_frames(), 5);
    EXPECT_EQ(motion.has_fingers(), model == smplh);
    const std::vector<int> joint_of_body = MotionJointsOf(*model);
    for (int i = 0; i < 5; ++i) {
      for (int j = 0; j < model->num_joints(); ++j) {
        const Vector3d w = j == 0 ? animation.frames[i].global_orient
                                  : Vector3d(animation.frames[i].body_pose.segment<3>(3 * (j - 1)));
        EXPECT_LT(RotationAngle(ExpSO3(w), ExpSO3(motion.Rotation(i, joint_of_body[j]))), kTenthDegree)
            << model->name() << " " << model->joint_names()[j];
      }
    }
  }
}

}  // namespace
}  // namespace vitruvius::bvh_dialects_test
