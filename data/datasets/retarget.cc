#include "data/datasets/retarget.h"

#include <array>
#include <cmath>
#include <filesystem>
#include <functional>

#include "data/datasets/skeleton_map.h"
#include "models/math/angles.h"
#include "models/math/so3.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kParents[kMotionJoints] = {-1, 0, 0, 0,  1,  2,  3,  4,  5,  6,  7,  8,
                                         9,  9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21};
// The joint at which the bone of a joint ends, for the joints that get A; 0 for the others.
constexpr int kBoneEnd[kMotionJoints] = {0, 4, 5, 0, 7,  8,  0,  10, 11, 0,  0, 0,
                                         0, 0, 0, 0, 18, 19, 20, 21, 22, 23, 0, 0};
constexpr std::array<int, 6> kSpine = {0, 3, 6, 9, 12, 15};
// The CMU skeleton's numbers are inches after division by 0.45.
constexpr double kCmuMetresPerUnit = 0.0254 / 0.45;
constexpr double kAmcFps = 120.0;

// A source skeleton in SMPL's terms.
struct SourceRig {
  std::array<int, kMotionJoints> bone;                 // index into the frame's global rotations, -1 for none
  std::array<Vector3d, kMotionJoints> rest_direction;  // of the bone; zero: unknown, as the target's
  double metres_per_unit = 1;

  SourceRig() {
    bone.fill(-1);
    rest_direction.fill(Vector3d::Zero());
  }
};

using FrameReader = std::function<void(int frame, std::vector<Matrix3d>* global, Vector3d* root)>;

std::string NameOf(const std::string& path) { return std::filesystem::path(path).stem().string(); }

void CheckUpright(const SourceRig& rig, const std::string& path) {
  // cos 45 degrees: rest poses splay the legs by 20.
  constexpr double kMostlyDown = 0.7, kForward = 0.3;
  for (const int j : {1, 2, 7, 8}) {
    const Vector3d& d = rig.rest_direction[j];
    const bool leg = j < 3;
    if (d.isZero() || (leg ? -d.y() > kMostlyDown : d.z() > kForward)) continue;
    throw InputError(path, "",
                     StrCat("in the rest pose a ", leg ? "thigh" : "foot", " points to (", d.transpose(),
                            "), expected a figure standing upright, y up, facing +z"));
  }
}

Matrix3d SmallestRotation(const Vector3d& from, const Vector3d& to) { return RotationBetween(from, to); }

// A of the header's formula for every joint. Feet and toes need more than their direction: where the source
// rests with its shins splayed, its feet are rolled with them, and the soles would stand on their edges.
std::array<Matrix3d, kMotionJoints> Alignments(const SourceRig& rig, const MatrixX3d& target_joints) {
  std::array<Matrix3d, kMotionJoints> align;
  for (int j = 0; j < kMotionJoints; ++j) {
    align[j].setIdentity();
    const int shin = j == 7 || j == 10 ? 4 : j == 8 || j == 11 ? 5 : 0;
    if (shin > 0 && !rig.rest_direction[shin].isZero()) {
      align[j] = SmallestRotation(-Vector3d::UnitY(), rig.rest_direction[shin]);
    }
    if (rig.rest_direction[j].isZero()) continue;
    const Vector3d target = (target_joints.row(kBoneEnd[j]) - target_joints.row(j)).transpose();
    align[j] *= SmallestRotation(target, align[j].transpose() * rig.rest_direction[j]);
  }
  return align;
}

Motion RetargetFrames(const SourceRig& rig, const RetargetOptions& options, const std::string& path,
                      int num_frames, double fps, const FrameReader& read) {
  options.Check();
  CheckUpright(rig, path);
  const std::array<Matrix3d, kMotionJoints> align = Alignments(rig, options.target_joints);
  Motion motion;
  motion.name = NameOf(path);
  motion.fps = options.fps > 0 ? options.fps : fps;
  if (!(motion.fps > 0 && motion.fps <= kMaxFps)) {
    throw InputError(
        path, "",
        StrCat("found ", motion.fps, " frames per second, expected a positive number up to ", kMaxFps));
  }
  motion.poses.resize(num_frames, 3 * kMotionJoints);
  motion.transl.resize(num_frames, 3);
  motion.valid.assign(num_frames, 1);
  std::vector<Matrix3d> source;
  std::array<Matrix3d, kMotionJoints> global;
  for (int frame = 0; frame < num_frames; ++frame) {
    Vector3d root;
    read(frame, &source, &root);
    motion.transl.row(frame) = root.transpose() * rig.metres_per_unit - options.target_joints.row(0);
    for (int j = 0; j < kMotionJoints; ++j) {
      if (rig.bone[j] >= 0) global[j] = source[rig.bone[j]] * align[j];
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
  motion.poses = motion.poses.bottomRows(kept).eval();
  motion.transl = motion.transl.bottomRows(kept).eval();
  motion.valid.assign(kept, 1);  // the jump out of the T-pose must not count against the next frame
  MarkImplausible(limits, &motion);
  return motion;
}

// Where a joint's bone points to: the mean of its children, so that a hand points along its fingers.
Vector3d BvhBoneDirection(const BvhMotion& source, int joint) {
  Vector3d sum = source.joints[joint].has_end_site ? source.joints[joint].end_offset : Vector3d::Zero();
  for (const BvhJoint& child : source.joints) {
    if (child.parent == joint) sum += child.offset;
  }
  return sum.isZero() ? sum : Vector3d(sum.normalized());
}

// BVH names no unit. Legs tell: those of an adult measure 0.82 m from hip to ankle, give or take a third, and
// the units in use lie further apart than that.
double GuessBvhUnit(const BvhMotion& source, const SourceRig& rig) {
  constexpr double kLegLength_m = 0.82;
  constexpr double kUnits[] = {1.0, 0.01, 0.001, 0.0254, kCmuMetresPerUnit};
  const double leg = source.joints[rig.bone[4]].offset.norm() + source.joints[rig.bone[7]].offset.norm();
  double best = 1.0;
  if (!(leg > 0)) return best;
  for (const double unit : kUnits) {
    if (std::abs(std::log(leg * unit / kLegLength_m)) < std::abs(std::log(leg * best / kLegLength_m)))
      best = unit;
  }
  return best;
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
  VT_CHECK_GE(target_joints.rows(), kMotionJoints);
  VT_CHECK(target_joints.allFinite());
  for (int j = 0; j < kMotionJoints; ++j) {
    if (kBoneEnd[j] > 0) VT_CHECK_GT((target_joints.row(kBoneEnd[j]) - target_joints.row(j)).norm(), 0);
  }
}

Motion Retarget(const BvhMotion& source, const RetargetOptions& options) {
  std::vector<std::string> names;
  for (const BvhJoint& joint : source.joints) names.push_back(joint.name);
  SourceRig rig;
  const SkeletonMatch match = MatchSkeleton(names, source.path);
  rig.bone = match.bones;
  for (int j = 0; j < kMotionJoints; ++j) {
    if (kBoneEnd[j] > 0 && rig.bone[j] >= 0) rig.rest_direction[j] = BvhBoneDirection(source, rig.bone[j]);
  }
  if (match.map->rests_in_plain_t) {
    for (const int j : {1, 2, 4, 5}) rig.rest_direction[j] = -Vector3d::UnitY();
    for (const int j : {16, 18, 20}) rig.rest_direction[j] = Vector3d::UnitX();
    for (const int j : {17, 19, 21}) rig.rest_direction[j] = -Vector3d::UnitX();
  }
  rig.metres_per_unit = GuessBvhUnit(source, rig);
  const FrameReader read = [&](int frame, std::vector<Matrix3d>* global, Vector3d* root) {
    source.GlobalRotations(frame, global);
    *root = source.RootPosition(frame);
  };
  Motion motion =
      RetargetFrames(rig, options, source.path, source.num_frames(), 1.0 / source.frame_time_s, read);
  return WithoutInsertedTPose(std::move(motion), options.limits);
}

Motion Retarget(const AsfSkeleton& skeleton, const AmcMotion& source, const RetargetOptions& options) {
  std::vector<std::string> names;
  for (const AsfBone& bone : skeleton.bones) names.push_back(bone.name);
  SourceRig rig;
  rig.bone = MatchSkeleton(names, skeleton.path).bones;
  for (int j = 0; j < kMotionJoints; ++j) {
    if (kBoneEnd[j] > 0 && rig.bone[j] >= 0) rig.rest_direction[j] = skeleton.bones[rig.bone[j]].direction;
  }
  rig.metres_per_unit = skeleton.metres_per_unit();
  const FrameReader read = [&](int frame, std::vector<Matrix3d>* global, Vector3d* root) {
    GlobalRotations(skeleton, source, frame, global);
    *root = RootPosition(skeleton, source, frame);
  };
  return RetargetFrames(rig, options, source.path, source.num_frames(), kAmcFps, read);
}

Motion Retarget(const ExpmapMotion& source, const RetargetOptions& options) {
  std::vector<std::string> names;
  for (int b = 0; b < kExpmapBones; ++b) names.emplace_back(ExpmapBones()[b].name);
  SourceRig rig;
  rig.bone = MatchSkeleton(names, source.path).bones;
  // The files carry no offsets; these are the directions of CMU's rest pose, left side. Feet differ by
  // subject (their slope is 10 to 16 degrees in the ASF files of subjects 01, 02, 03); this is the mean.
  const double kSplay = 0.349065850398866;  // 20 degrees
  const Vector3d leg(std::sin(kSplay), -std::cos(kSplay), 0), foot(0.085, -0.235, 0.968), arm(1, 0, 0);
  for (const auto& [left, direction] :
       {std::pair{1, leg}, {4, leg}, {7, foot}, {16, arm}, {18, arm}, {20, arm}}) {
    rig.rest_direction[left] = direction.normalized();
    rig.rest_direction[SmplMirrorJoints()[left]] = Vector3d(-1, 1, 1).cwiseProduct(direction).normalized();
  }
  rig.metres_per_unit = kCmuMetresPerUnit;
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
  SourceRig rig;
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
