// A motion capture skeleton in SMPL's terms: which bone drives which joint, how it stands in its bind pose,
// the axes of its world, and its unit. Made from the file alone; data/datasets/retarget.h uses it.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "data/datasets/motion.h"
#include "data/io/bvh.h"

namespace vitruvius {

// Throws InputError where legs of `leg` units, from hip to ankle, are nobody's in the unit that was asked
// for.
void CheckLegs(double leg, double metres_per_unit, const std::string& path);

struct RetargetOptions;

// A canonical figure stands with its left along x, up along y and looks along z.
struct SourceRig {
  std::array<int, kMotionJoints> bone;     // index into the frame's global rotations, -1 for none
  std::array<int, kFingerJoints> fingers;  // likewise; all -1: not known
  // Of the bone in the bind pose, in canonical axes; zero: unknown, as the target's.
  std::array<Vector3d, kMotionJoints> rest_direction;
  // Transposed global rotation of each source bone in the bind pose; empty: rotations are zero there.
  std::vector<Matrix3d> bind_inverse;
  Matrix3d canonical_from_rest = Matrix3d::Identity();  // turns the figure of the bind pose
  Matrix3d world_from_file = Matrix3d::Identity();      // turns the file's world so that y is up
  double metres_per_unit = 1;
  // To be added to where the file's joints are: the root's offset, where its channels are meant to be added
  // to it. File units and axes.
  Vector3d shift = Vector3d::Zero();
  // Rotations are SMPL's own, whatever the shape: all of its joints, or its names without hands and limbs
  // that rest as the target's do. Nothing is aligned then.
  bool holds_smpl_rotations = false;
  std::string unit;                  // for people: "centimetres, by legs of 0.83 m"
  std::vector<std::string> remarks;  // for people: what was found out and might be wrong

  SourceRig() {
    bone.fill(-1);
    fingers.fill(-1);
    rest_direction.fill(Vector3d::Zero());
  }
};

// The joint at which the bone of an SMPL joint ends, for thigh, shin, foot, upper arm, forearm and hand; 0
// for the others.
int BoneEnd(int joint);

// The bind pose is that of the offsets or, with options.rest_frame, that of a frame. Up, in the offsets, is
// where legs and spine point to; the unit is told by the length of the legs. Throws InputError when the
// skeleton is not known (skeleton_map.h), its legs have no length, or its bind pose does not stand.
SourceRig RigOfBvh(const BvhMotion& source, const RetargetOptions& options);

// Throws InputError when a thigh or a foot of the bind pose points elsewhere than one of a standing figure.
void CheckUpright(const SourceRig& rig, const std::string& path);

// A unit of length by its name (m, cm, mm, in, inch, ft, cmu) or as metres ("0.0254"), in metres; 0 for
// "auto". Throws InputError "unit: ...".
double MetresPerUnit(const std::string& name);

}  // namespace vitruvius
