#include "data/datasets/source_rig.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/datasets/retarget.h"
#include "data/datasets/skeleton_map.h"
#include "data/io/text_scanner.h"
#include "models/math/angles.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

constexpr int kLeftThigh = 1, kRightThigh = 2, kLeftArm = 16, kRightArm = 17, kChest = 9, kHead = 15;
constexpr int kBoneEnd[kMotionJoints] = {0, 4, 5, 0, 7,  8,  0,  10, 11, 0,  0, 0,
                                         0, 0, 0, 0, 18, 19, 20, 21, 22, 23, 0, 0};

struct Unit {
  const char* name;   // as --unit takes it
  const char* words;  // for people
  double metres;
};
// CMU's numbers are inches after division by 0.45.
constexpr Unit kUnits[] = {{"m", "metres", 1},
                           {"cm", "centimetres", 0.01},
                           {"mm", "millimetres", 0.001},
                           {"in", "inches", 0.0254},
                           {"cmu", "CMU's units", kCmuMetresPerUnit}};

// The figure of a file in its bind pose, file units.
struct BindPose {
  std::vector<Vector3d> places;
  std::vector<Matrix3d> rotations;  // empty: all zero
};

BindPose BindPoseOf(const BvhMotion& source, int rest_frame) {
  BindPose bind;
  if (rest_frame >= 0) {
    if (rest_frame >= source.num_frames()) {
      throw InputError(source.path, "rest frame",
                       StrCat("found ", rest_frame, ", expected 0 to ", source.num_frames() - 1));
    }
    source.GlobalRotations(rest_frame, &bind.rotations);
    source.GlobalPositions(rest_frame, bind.rotations, &bind.places);
    return bind;
  }
  bind.places = source.RestOffsets();
  for (std::size_t j = 1; j < bind.places.size(); ++j) bind.places[j] += bind.places[source.joints[j].parent];
  return bind;
}

bool IsThumb(const std::string& name) {
  return name.find("thumb") != std::string::npos || name.find("Thumb") != std::string::npos;
}

// Sum of the steps to a bone's ends; where a child is at the bone's own place, those to the child's ends. The
// thumb is no end of a hand that has others.
Vector3d StepsToEnds(const BvhMotion& source, const BindPose& bind, int bone) {
  const auto num_joints = static_cast<int>(source.joints.size());
  for (const bool thumbs : {false, true}) {
    Vector3d sum = Vector3d::Zero();
    std::vector<char> is_here(num_joints, 0);  // joints at the bone's place, below it
    is_here[bone] = 1;
    for (int j = bone; j < num_joints; ++j) {
      const BvhJoint& joint = source.joints[j];
      if (j > bone) {
        if (joint.parent < bone || !is_here[joint.parent] || (!thumbs && IsThumb(joint.name))) continue;
        const Vector3d step = bind.places[j] - bind.places[bone];
        sum += step;
        is_here[j] = step.isZero() ? 1 : 0;
      }
      if (!is_here[j] || !joint.has_end_site) continue;
      sum += bind.rotations.empty() ? joint.end_offset : Vector3d(bind.rotations[j] * joint.end_offset);
    }
    if (!sum.isZero()) return sum;
  }
  return Vector3d::Zero();
}

// In the file's axes; zero: nothing tells.
Vector3d BoneDirection(const BvhMotion& source, const BindPose& bind, const SourceRig& rig, int joint) {
  const int end = rig.bone[kBoneEnd[joint]];
  Vector3d step = end >= 0 ? Vector3d(bind.places[end] - bind.places[rig.bone[joint]]) : Vector3d::Zero();
  if (step.isZero()) step = StepsToEnds(source, bind, rig.bone[joint]);
  return step.isZero() ? step : Vector3d(step.normalized());
}

struct Axes {
  Vector3d left, up;  // unit vectors, orthogonal
};

// Of the figure in its bind pose, file axes. Throws InputError when it does not stand.
Axes AxesOfFigure(const SourceRig& rig, const BindPose& bind, const std::string& path) {
  const auto step = [&](int from, int to) {
    return Vector3d(bind.places[rig.bone[to]] - bind.places[rig.bone[from]]);
  };
  const Vector3d legs = -(step(1, 7) + step(2, 8)).normalized();
  const Vector3d trunk = step(0, kHead).normalized();
  Axes axes;
  axes.up = (legs + trunk).normalized();
  Vector3d left = step(kRightThigh, kLeftThigh);
  if (left.isZero()) left = step(kRightArm, kLeftArm);
  axes.left = (left - left.dot(axes.up) * axes.up).normalized();
  constexpr double kStands = 0.7, kAcross = 0.7;  // cosines
  if (!(legs.dot(trunk) > kStands && axes.left.dot(left.normalized()) > kAcross)) {
    throw InputError(
        path, "rest pose",
        "legs, spine and hips do not make a figure standing upright, as in files whose offsets lie along "
        "the bones (Rokoko's); expected one, or the number of a frame that stands upright: "
        "--rest_frame");
  }
  return axes;
}

// The axis (0 to 2) that a unit vector is closest to, with its sign; zero when it is close to none.
Vector3d NearestAxis(const Vector3d& v) {
  constexpr double kClose = 0.9;  // 26 degrees
  Eigen::Index axis;
  if (!(v.cwiseAbs().maxCoeff(&axis) > kClose)) return Vector3d::Zero();
  return Vector3d::Unit(axis) * (v[axis] > 0 ? 1 : -1);
}

UpAxis UpAxisOf(const Vector3d& axis) {
  for (const UpAxis up :
       {UpAxis::kX, UpAxis::kY, UpAxis::kZ, UpAxis::kMinusX, UpAxis::kMinusY, UpAxis::kMinusZ}) {
    if ((YUpFrom(up) * axis).y() > 0.5) return up;
  }
  VT_CHECK(false);  // no axis
  return UpAxis::kY;
}

void FindAxes(const BvhMotion& source, const BindPose& bind, const RetargetOptions& options, SourceRig* rig) {
  Axes axes = AxesOfFigure(*rig, bind, source.path);
  const bool of_frame = options.rest_frame >= 0;
  Vector3d up = NearestAxis(axes.up);
  if (of_frame && options.up) up = YUpFrom(*options.up).transpose() * Vector3d::UnitY();
  if (up.isZero() || !(up.dot(axes.up) > 0.7)) {
    throw InputError(source.path, of_frame ? StrCat("frame ", options.rest_frame) : "rest pose",
                     StrCat("the figure's head is towards (", axes.up.transpose(),
                            "), expected a figure standing upright"));
  }
  // Offsets are numbers of axes; a frame may look anywhere.
  Vector3d left = of_frame ? axes.left : NearestAxis(axes.left);
  left = left - left.dot(up) * up;
  if (!(left.norm() > 0.5)) {
    throw InputError(source.path, "rest pose",
                     StrCat("the figure's left is towards (", axes.left.transpose(), "), expected an axis"));
  }
  left.normalize();
  rig->canonical_from_rest << left.transpose(), up.transpose(), left.cross(up).transpose();
  const UpAxis found = UpAxisOf(up);
  rig->world_from_file = YUpFrom(options.up.value_or(found));
  if (!options.up && found != UpAxis::kY) {
    rig->remarks.push_back(StrCat(UpAxisName(found), " is up in the ", of_frame ? "frame" : "rest pose",
                                  ": the world is turned so that y is (--up says otherwise)"));
  }
}

// What the frames tell that the rest pose does not, from a hundred of them.
void LookAtFrames(const BvhMotion& source, const RetargetOptions& options, SourceRig* rig) {
  constexpr int kFrames = 100;
  const int stride = std::max(1, source.num_frames() / kFrames);
  const Vector3d up = rig->world_from_file.transpose() * Vector3d::UnitY();
  std::vector<Matrix3d> global;
  std::vector<Vector3d> places;
  Vector3d heads = Vector3d::Zero();
  double lowest = std::numeric_limits<double>::infinity();  // of all joints
  int frames = 0;
  for (int frame = 0; frame < source.num_frames(); frame += stride, ++frames) {
    source.GlobalRotations(frame, &global);
    source.GlobalPositions(frame, global, &places);
    heads += (places[rig->bone[kHead]] - places[rig->bone[0]]).normalized();
    for (const Vector3d& place : places) lowest = std::min(lowest, place.dot(up));
  }
  if (frames == 0) return;
  // The root's channels are where it is, in most files. In some they start from its offset, which is its
  // height: everybody would be as far below the floor.
  constexpr double kHigh_m = 0.3, kClearly = 0.25;
  const Vector3d& offset = source.joints[0].offset;
  if (std::abs(offset.dot(up)) * rig->metres_per_unit > kHigh_m &&
      std::abs(lowest + offset.dot(up)) < kClearly * std::abs(lowest)) {
    rig->shift = offset;
    rig->remarks.push_back(StrCat("positions of the root are added to its offset: feet would be ",
                                  std::round(-100 * lowest * rig->metres_per_unit) / 100,
                                  " m below the floor otherwise"));
  }
  // A rest pose may stand otherwise than its world.
  constexpr double kSurelyAlong = 0.8;
  const Vector3d mean = rig->world_from_file * heads / frames;
  if (options.up || !(std::abs(mean.y()) < 0.5 && mean.cwiseAbs().maxCoeff() > kSurelyAlong)) return;
  rig->remarks.push_back(
      StrCat("most frames lie, heads towards (", (heads / frames).transpose(),
             ") of the file: if they stand, the file's world is not that of its rest pose: --up"));
}

// From hip to ankle: of small children, and of the tallest.
constexpr double kShortest_m = 0.3, kLongest_m = 1.05;

void FindUnit(const BindPose& bind, const RetargetOptions& options, const std::string& path, SourceRig* rig) {
  double leg = 0;
  for (const int thigh : {kLeftThigh, kRightThigh}) {
    const Vector3d& knee = bind.places[rig->bone[thigh + 3]];
    leg += 0.5 * (knee - bind.places[rig->bone[thigh]]).norm();
    leg += 0.5 * (bind.places[rig->bone[thigh + 6]] - knee).norm();
  }
  if (!(leg > 0 && std::isfinite(leg))) {
    throw InputError(path, "rest pose",
                     StrCat("found legs of length ", leg,
                            " (offsets are zero, and no position channels stand in "
                            "for them), expected offsets between the joints"));
  }
  constexpr double kAdult_m = 0.82, kChild_m = 0.6;
  if (options.metres_per_unit > 0) {
    const double length = leg * options.metres_per_unit;
    rig->metres_per_unit = options.metres_per_unit;
    rig->unit = StrCat(options.metres_per_unit, " m, as asked for: legs of ", length, " m");
    CheckLegs(leg, options.metres_per_unit, path);
    return;
  }
  const auto badness = [&](const Unit& unit) {
    const double length = leg * unit.metres;
    const double impossible = std::max({0.0, std::log(kShortest_m / length), std::log(length / kLongest_m)});
    return std::pair{impossible, std::abs(std::log(length / kAdult_m))};
  };
  const Unit* best = &kUnits[0];
  for (const Unit& unit : kUnits) {
    if (badness(unit) < badness(*best)) best = &unit;
  }
  rig->metres_per_unit = best->metres;
  const double length = leg * best->metres;
  rig->unit = StrCat(best->words, ", by legs of ", std::round(1000 * length) / 1000, " m");
  if (length < kChild_m || length > kLongest_m) {
    rig->remarks.push_back(
        StrCat("the file names no unit; in ", rig->unit,
               length < kShortest_m || length > kLongest_m ? ": nobody has such:" : ": a child? Otherwise",
               " say the unit: --unit"));
  }
}

// Whether the limbs of the rest pose, feet included, point where the target's do. Most
// bodies of other shapes differ by less than this; other figures, in the slope of the feet at least, by more.
bool RestsAs(const MatrixX3d& target_joints, const SourceRig& rig) {
  const double most_rad = 3 * kRadPerDeg;
  for (const int j : {1, 2, 4, 5, 7, 8, 16, 17, 18, 19}) {
    const Vector3d target = (target_joints.row(kBoneEnd[j]) - target_joints.row(j)).transpose();
    if (rig.rest_direction[j].dot(target.normalized()) < std::cos(most_rad)) return false;
  }
  return true;
}

}  // namespace

void CheckLegs(double leg, double metres_per_unit, const std::string& path) {
  constexpr double kNobody = 2;  // times what people have
  const double length = leg * metres_per_unit;
  if (length >= kShortest_m / kNobody && length <= kLongest_m * kNobody) return;
  throw InputError(
      path, "unit",
      StrCat("found legs of ", leg, " units of ", metres_per_unit, " m, which is ", length, " m, expected ",
             kShortest_m, " to ", kLongest_m, " m: another unit was asked for than the file has"));
}

int BoneEnd(int joint) { return kBoneEnd[joint]; }

SourceRig RigOfBvh(const BvhMotion& source, const RetargetOptions& options) {
  BoneTree tree;
  for (const BvhJoint& joint : source.joints) {
    tree.names.push_back(joint.name);
    tree.parents.push_back(joint.parent);
  }
  const SkeletonMatch match = MatchSkeleton(tree, source.path);
  SourceRig rig;
  rig.bone = match.bones;
  rig.fingers = match.fingers;
  const BindPose bind = BindPoseOf(source, options.rest_frame);
  FindUnit(bind, options, source.path, &rig);
  FindAxes(source, bind, options, &rig);
  for (int j = 0; j < kMotionJoints; ++j) {
    if (kBoneEnd[j] == 0 || rig.bone[j] < 0) continue;
    rig.rest_direction[j] = rig.canonical_from_rest * BoneDirection(source, bind, rig, j);
  }
  for (const int hand : {20, 21}) {  // a hand without an end: straight on
    if (rig.bone[hand] >= 0 && rig.rest_direction[hand].isZero()) {
      rig.rest_direction[hand] = rig.rest_direction[hand - 2];
    }
  }
  if (match.rests_in_plain_t && options.rest_frame < 0) {
    for (const int j : {1, 2, 4, 5}) rig.rest_direction[j] = -Vector3d::UnitY();
    for (const int j : {16, 18, 20}) rig.rest_direction[j] = Vector3d::UnitX();
    for (const int j : {17, 19, 21}) rig.rest_direction[j] = -Vector3d::UnitX();
  }
  for (const Matrix3d& rotation : bind.rotations) rig.bind_inverse.push_back(rotation.transpose());
  // Hands as one joint, or all fingers, besides SMPL's other names: nothing but SMPL has these.
  const bool whole = rig.bone[22] >= 0 || rig.fingers[0] >= 0;
  rig.holds_smpl_rotations =
      match.is_smpl && options.rest_frame < 0 && (whole || RestsAs(options.target_joints, rig));
  if (source.positions_add) {
    rig.remarks.push_back(
        "position channels of joints below the root are near zero: they are added to the offsets");
  }
  LookAtFrames(source, options, &rig);
  return rig;
}

void CheckUpright(const SourceRig& rig, const std::string& path) {
  // cos 45 degrees: rest poses splay the legs by 20.
  constexpr double kMostlyDown = 0.7, kForward = 0.3;
  for (const int j : {1, 2, 7, 8}) {
    const Vector3d& d = rig.rest_direction[j];
    const bool leg = j < 3;
    if (d.isZero() || (leg ? -d.y() > kMostlyDown : d.z() > kForward)) continue;
    throw InputError(path, "rest pose",
                     StrCat("a ", leg ? "thigh" : "foot", " points to (", d.transpose(),
                            ") where x is left, y up and z forward, expected a figure standing upright"));
  }
}

double MetresPerUnit(const std::string& name) {
  if (name == "auto") return 0;
  for (const Unit& unit : kUnits) {
    if (EqualsIgnoringCase(name, unit.name)) return unit.metres;
  }
  if (EqualsIgnoringCase(name, "inch")) return 0.0254;
  if (EqualsIgnoringCase(name, "ft")) return 0.3048;
  double metres = 0;
  constexpr double kSmallest = 1e-6, kLargest = 1e3;
  if (ParseFiniteNumber(name, &metres) && metres >= kSmallest && metres <= kLargest) return metres;
  throw InputError(
      "unit: found '" + name +
      "', expected auto, m, cm, mm, in, ft, cmu (CMU's, 0.0254 / 0.45 m) or metres per unit such as "
      "0.0254");
}

}  // namespace vitruvius
