#include "data/datasets/retarget.h"

#include <array>
#include <cmath>
#include <filesystem>
#include <functional>

#include "data/datasets/skeleton_map.h"
#include "data/datasets/source_rig.h"
#include "models/body/joint_tree.h"
#include "models/math/angles.h"
#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kParents[kMotionJoints] = {-1, 0, 0, 0,  1,  2,  3,  4,  5,  6,  7,  8,
                                         9,  9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21};
constexpr std::array<int, 6> kSpine = {0, 3, 6, 9, 12, 15};
constexpr double kAmcFps = 120.0;

using FrameReader = std::function<void(int frame, std::vector<Matrix3d>* global, Vector3d* root)>;

std::string NameOf(const std::string& path) { return std::filesystem::path(path).stem().string(); }

Matrix3d SmallestRotation(const Vector3d& from, const Vector3d& to) { return RotationBetween(from, to); }

// A of the header's formula for every joint. Feet and toes need more than their direction: where the source
// rests with its shins splayed, its feet are rolled with them, and the soles would stand on their edges.
std::array<Matrix3d, kMotionJoints> Alignments(const SourceRig& rig, const MatrixX3d& target_joints) {
  std::array<Matrix3d, kMotionJoints> align;
  for (int j = 0; j < kMotionJoints; ++j) {
    align[j].setIdentity();
    if (rig.holds_smpl_rotations) continue;
    const int shin = j == 7 || j == 10 ? 4 : j == 8 || j == 11 ? 5 : 0;
    if (shin > 0 && !rig.rest_direction[shin].isZero()) {
      align[j] = SmallestRotation(-Vector3d::UnitY(), rig.rest_direction[shin]);
    }
    if (rig.rest_direction[j].isZero()) continue;
    const Vector3d target = (target_joints.row(BoneEnd(j)) - target_joints.row(j)).transpose();
    align[j] *= SmallestRotation(target, align[j].transpose() * rig.rest_direction[j]);
  }
  return align;
}

Motion RetargetFrames(const SourceRig& rig, const RetargetOptions& options, const std::string& path,
                      int num_frames, double fps, const FrameReader& read) {
  options.Check();
  CheckUpright(rig, path);
  const std::array<Matrix3d, kMotionJoints> align = Alignments(rig, options.target_joints);
  // From the canonical rest pose to the bone's own axes: G_smpl = W G_src from_rest.
  const auto from_rest = [&rig](int bone) -> Matrix3d {
    const Matrix3d rest = rig.canonical_from_rest.transpose();
    return rig.bind_inverse.empty() ? rest : Matrix3d(rig.bind_inverse[bone] * rest);
  };
  std::array<Matrix3d, kMotionJoints> to_target;
  for (int j = 0; j < kMotionJoints; ++j) {
    if (rig.bone[j] >= 0) to_target[j] = from_rest(rig.bone[j]) * align[j];
  }
  Motion motion;
  motion.name = NameOf(path);
  motion.unit = rig.unit;
  motion.remarks = rig.remarks;
  motion.fps = options.fps > 0 ? options.fps : fps;
  if (!(motion.fps > 0 && motion.fps <= kMaxFps)) {
    throw InputError(
        path, "",
        StrCat("found ", motion.fps, " frames per second, expected a positive number up to ", kMaxFps));
  }
  motion.poses.resize(num_frames, 3 * kMotionJoints);
  motion.transl.resize(num_frames, 3);
  motion.valid.assign(num_frames, 1);
  if (rig.fingers[0] >= 0) motion.fingers.resize(num_frames, 3 * kFingerJoints);
  std::vector<Matrix3d> source;
  std::array<Matrix3d, kMotionJoints> global;
  for (int frame = 0; frame < num_frames; ++frame) {
    Vector3d root;
    read(frame, &source, &root);
    const Vector3d pelvis = rig.world_from_file * (root * rig.metres_per_unit);
    motion.transl.row(frame) = pelvis.transpose() - options.target_joints.row(0);
    for (int j = 0; j < kMotionJoints; ++j) {
      if (rig.bone[j] >= 0) global[j] = rig.world_from_file * source[rig.bone[j]] * to_target[j];
    }
    for (std::size_t low = 0, high = 1; high < kSpine.size(); ++high) {
      if (rig.bone[kSpine[high]] < 0) continue;
      const Matrix3d from = global[kSpine[low]];
      const Vector3d step = LogSO3(from.transpose() * global[kSpine[high]]) / static_cast<double>(high - low);
      for (std::size_t k = low + 1; k < high; ++k) global[kSpine[k]] = from * ExpSO3(step * (k - low));
      low = high;
    }
    for (int j = 0; j < kMotionJoints; ++j) {
      const int parent = kParents[j];
      const bool in_spine = parent < 0 || j == 3 || j == 6 || j == 9 || j == 12 || j == 15;
      if (rig.bone[j] < 0 && !in_spine) global[j] = global[parent];
      const Matrix3d local = parent < 0 ? global[j] : Matrix3d(global[parent].transpose() * global[j]);
      motion.poses.block<1, 3>(frame, 3 * j) = LogSO3(local).transpose();
    }
    for (int f = 0; f < kFingerJoints && rig.fingers[0] >= 0; ++f) {
      const int parent = SmplhParents()[kBodyJoints + f] - kBodyJoints;
      const Matrix3d& above =
          parent < 0 ? source[rig.bone[f < kFingerJoints / 2 ? 20 : 21]] : source[rig.fingers[parent]];
      motion.fingers.block<1, 3>(frame, 3 * f) =
          LogSO3(above.transpose() * source[rig.fingers[f]]).transpose();
    }
    // Every number of the file is finite, but sums of enormous ones need not be.
    if (!motion.poses.row(frame).allFinite() || !motion.transl.row(frame).allFinite()) {
      throw InputError(path, StrCat("frame ", frame + 1),
                       "found offsets or positions too large to calculate with");
    }
  }
  MarkImplausible(options.limits, &motion);
  return motion;
}

// Inserted T-poses stand with every joint near rest: up to 16 degrees were seen.
bool StartsInTPose(const Motion& motion) {
  constexpr double kNearRestDeg = 25;
  if (motion.num_frames() < 2) return false;
  for (int j = 1; j < kMotionJoints; ++j) {
    if (j == 12 || j == 15) continue;  // the head looks anywhere in them
    if (motion.poses.block<1, 3>(0, 3 * j).norm() * kDegPerRad > kNearRestDeg) return false;
  }
  return true;
}

Motion WithoutInsertedTPose(Motion motion, const PlausibilityLimits& limits) {
  if (!StartsInTPose(motion)) return motion;
  const Eigen::Index kept = motion.num_frames() - 1;
  motion.first_frame = 1;
  motion.poses = motion.poses.bottomRows(kept).eval();
  motion.transl = motion.transl.bottomRows(kept).eval();
  if (motion.has_fingers()) motion.fingers = motion.fingers.bottomRows(kept).eval();
  motion.valid.assign(kept, 1);  // the jump out of the T-pose must not count against the next frame
  MarkImplausible(limits, &motion);
  return motion;
}

// Of formats whose unit, axes and rest pose are known.
SourceRig RigOfFormat(const RetargetOptions& options, double metres_per_unit, const std::string& path) {
  options.Check();
  if (options.rest_frame >= 0) throw InputError(path, "rest frame", "of .bvh files only");
  SourceRig rig;
  rig.metres_per_unit = options.metres_per_unit > 0 ? options.metres_per_unit : metres_per_unit;
  if (options.up) rig.world_from_file = YUpFrom(*options.up);
  return rig;
}

}  // namespace

MatrixX3d RestJointsOf(const BodyModel& model) {
  MatrixX3d joints(kMotionJoints, 3);
  for (int j = 0; j < kMotionJoints; ++j) {
    const std::string& name = SmplJointNames()[j];
    int row = model.JointIndex(name);
    const bool is_hand = name == "left_hand" || name == "right_hand";
    if (row < 0 && is_hand) {
      const int wrist = model.JointIndex(name == "left_hand" ? "left_wrist" : "right_wrist");
      for (int k = model.num_joints() - 1; wrist >= 0 && k > 0; --k) {
        if (model.parents()[k] == wrist) row = k;
      }
    }
    if (row < 0) throw InputError(model.name(), "joint_names", "found no " + name + ", which motion needs");
    joints.row(j) = model.joint_template().row(row);
  }
  return joints;
}

MatrixX3d StandardRestJoints() {
  MatrixX3d joints(kMotionJoints, 3);
  joints << 0, 0, 0,                                // pelvis
      0.105, -0.094, 0.030, -0.105, -0.094, 0.030,  // hips
      0, 0.065, 0,                                  // spine1
      0.144, -0.486, 0.062, -0.144, -0.486, 0.062,  // knees
      0, 0.140, 0,                                  // spine2
      0.183, -0.907, 0.040, -0.183, -0.907, 0.040,  // ankles
      0, 0.278, 0,                                  // spine3
      0.195, -0.953, 0.174, -0.195, -0.953, 0.174,  // feet
      0, 0.459, 0,                                  // neck
      0.023, 0.385, 0, -0.023, 0.385, 0,            // collars
      0, 0.556, 0,                                  // head
      0.176, 0.363, 0, -0.176, 0.363, 0,            // shoulders
      0.421, 0.363, 0, -0.421, 0.363, 0,            // elbows
      0.658, 0.363, 0, -0.658, 0.363, 0,            // wrists
      0.760, 0.363, 0, -0.760, 0.363, 0;            // hands
  return joints;
}

void RetargetOptions::Check() const {
  limits.Check();
  VT_CHECK(fps >= 0 && fps <= kMaxFps);
  VT_CHECK(metres_per_unit >= 0 && std::isfinite(metres_per_unit));
  VT_CHECK_GE(target_joints.rows(), kMotionJoints);
  VT_CHECK(target_joints.allFinite());
  for (int j = 0; j < kMotionJoints; ++j) {
    if (BoneEnd(j) > 0) VT_CHECK_GT((target_joints.row(BoneEnd(j)) - target_joints.row(j)).norm(), 0);
  }
}

Motion Retarget(const BvhMotion& source, const RetargetOptions& options) {
  options.Check();
  const SourceRig rig = RigOfBvh(source, options);
  std::vector<Vector3d> places;
  const FrameReader read = [&](int frame, std::vector<Matrix3d>* global, Vector3d* root) {
    source.GlobalRotations(frame, global);
    source.GlobalPositions(frame, *global, &places);
    *root = places[rig.bone[0]] + rig.shift;
  };
  Motion motion =
      RetargetFrames(rig, options, source.path, source.num_frames(), 1.0 / source.frame_time_s, read);
  return WithoutInsertedTPose(std::move(motion), options.limits);
}

Motion Retarget(const AsfSkeleton& skeleton, const AmcMotion& source, const RetargetOptions& options) {
  BoneTree tree;
  for (const AsfBone& bone : skeleton.bones) {
    tree.names.push_back(bone.name);
    tree.parents.push_back(bone.parent);
  }
  SourceRig rig = RigOfFormat(options, skeleton.metres_per_unit(), source.path);
  rig.bone = MatchSkeleton(tree, skeleton.path).bones;
  for (int j = 0; j < kMotionJoints; ++j) {
    if (BoneEnd(j) > 0 && rig.bone[j] >= 0) rig.rest_direction[j] = skeleton.bones[rig.bone[j]].direction;
  }
  if (options.metres_per_unit > 0) {
    constexpr int kLeftThigh = 1, kLeftShin = 4;
    double leg = 0;
    for (const int j : {kLeftThigh, kLeftShin})
      leg += rig.bone[j] >= 0 ? skeleton.bones[rig.bone[j]].length : 0;
    CheckLegs(leg, options.metres_per_unit, skeleton.path);
  }
  const FrameReader read = [&](int frame, std::vector<Matrix3d>* global, Vector3d* root) {
    GlobalRotations(skeleton, source, frame, global);
    *root = RootPosition(skeleton, source, frame);
  };
  return RetargetFrames(rig, options, source.path, source.num_frames(), kAmcFps, read);
}

Motion Retarget(const ExpmapMotion& source, const RetargetOptions& options) {
  BoneTree tree;
  for (int b = 0; b < kExpmapBones; ++b) {
    tree.names.emplace_back(ExpmapBones()[b].name);
    tree.parents.push_back(ExpmapBones()[b].parent);
  }
  SourceRig rig = RigOfFormat(options, kCmuMetresPerUnit, source.path);
  rig.bone = MatchSkeleton(tree, source.path).bones;
  // The files carry no offsets; these are the directions of CMU's rest pose, left side. Feet differ by
  // subject (their slope is 10 to 16 degrees in the ASF files of subjects 01, 02, 03); this is the mean.
  const double kSplay = 0.349065850398866;  // 20 degrees
  const Vector3d leg(std::sin(kSplay), -std::cos(kSplay), 0), foot(0.085, -0.235, 0.968), arm(1, 0, 0);
  for (const auto& [left, direction] :
       {std::pair{1, leg}, {4, leg}, {7, foot}, {16, arm}, {18, arm}, {20, arm}}) {
    rig.rest_direction[left] = direction.normalized();
    rig.rest_direction[SmplMirrorJoints()[left]] = Vector3d(-1, 1, 1).cwiseProduct(direction).normalized();
  }
  const FrameReader read = [&](int frame, std::vector<Matrix3d>* global, Vector3d* root) {
    source.GlobalRotations(frame, global);
    *root = source.rows.block<1, 3>(frame, 0).transpose();
  };
  Motion motion =
      RetargetFrames(rig, options, source.path, static_cast<int>(source.rows.rows()), kExpmapFps, read);
  return WithoutInsertedTPose(std::move(motion), options.limits);
}

Motion Retarget(const DeepMimicMotion& source, const RetargetOptions& options) {
  // The humanoid's joints, parents first, and the SMPL joint that each drives.
  struct Joint {
    int column, parent, smpl;
    bool hinge;
  };
  static constexpr Joint kJoints[] = {
      {kDeepMimicRoot, -1, 0, false},          {kDeepMimicChest, 0, 9, false},
      {kDeepMimicNeck, 1, 15, false},          {kDeepMimicRightHip, 0, 2, false},
      {kDeepMimicRightKnee, 3, 5, true},       {kDeepMimicRightAnkle, 4, 8, false},
      {kDeepMimicRightShoulder, 1, 17, false}, {kDeepMimicRightElbow, 6, 19, true},
      {kDeepMimicLeftHip, 0, 1, false},        {kDeepMimicLeftKnee, 8, 4, true},
      {kDeepMimicLeftAnkle, 9, 7, false},      {kDeepMimicLeftShoulder, 1, 16, false},
      {kDeepMimicLeftElbow, 11, 18, true}};
  constexpr int kNumJoints = 13;
  if (options.metres_per_unit > 0) throw InputError(source.path, "unit", "the format's is the metre");
  SourceRig rig = RigOfFormat(options, 1, source.path);
  for (int i = 0; i < kNumJoints; ++i) rig.bone[kJoints[i].smpl] = i;
  // It rests with legs and arms straight down; its feet are flat boxes, as the target's, and need no
  // alignment.
  for (const int j : {1, 2, 4, 5, 16, 17, 18, 19}) rig.rest_direction[j] = Vector3d(0, -1, 0);
  Matrix3d smpl_from_source;  // x forward, y up, z right -> x left, y up, z forward
  smpl_from_source << 0, 0, -1, 0, 1, 0, 1, 0, 0;
  const FrameReader read = [&](int frame, std::vector<Matrix3d>* global, Vector3d* root) {
    const double* row = source.frames.data() + static_cast<std::ptrdiff_t>(frame) * kDeepMimicColumns;
    global->resize(kNumJoints);
    for (int i = 0; i < kNumJoints; ++i) {
      const double* q = row + kJoints[i].column;
      const Matrix3d local = kJoints[i].hinge ? Eigen::AngleAxisd(q[0], Vector3d::UnitZ()).toRotationMatrix()
                                              : Eigen::Quaterniond(q[0], q[1], q[2], q[3]).toRotationMatrix();
      const Matrix3d in_smpl = smpl_from_source * local * smpl_from_source.transpose();
      (*global)[i] = kJoints[i].parent < 0 ? in_smpl : Matrix3d((*global)[kJoints[i].parent] * in_smpl);
    }
    *root = smpl_from_source * Eigen::Map<const Vector3d>(row + kDeepMimicRootPosition);
  };
  return RetargetFrames(rig, options, source.path, static_cast<int>(source.frames.rows()),
                        1.0 / source.frame_time_s, read);
}

}  // namespace vitruvius
