// BVH motion capture: one skeleton and its channel values, as they stand in the file. No frame is dropped and
// no unit is changed here; data/datasets/retarget.h gives the numbers their meaning. Source: the Biovision
// Hierarchical format as written by MotionBuilder, Blender and the CMU conversions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/body/body_model.h"
#include "models/math/so3.h"

namespace vitruvius {

struct BvhJoint {
  enum class Channel { kXPosition, kYPosition, kZPosition, kXRotation, kYRotation, kZRotation };
  std::string name;
  int parent = -1;                     // parent < own index; only joint 0 has -1
  Vector3d offset = Vector3d::Zero();  // from the parent in the rest pose, file units
  std::vector<Channel> channels;       // in file order, none twice
  int first_channel = 0;               // column of channels[0] in BvhMotion::values
  bool has_end_site = false;
  Vector3d end_offset = Vector3d::Zero();  // of the end site, file units
};

struct BvhMotion {
  std::string path;
  std::vector<BvhJoint> joints;
  double frame_time_s = 0;  // as the header says; > 0
  RowMatrixXd values;       // (frames, channels): degrees and file units
  // Position channels of joints below the root are added to their offsets. As a rule they stand in the
  // offsets' place (as in Blender and MotionBuilder); a file in which most joints would be far from their
  // offsets then, and near them otherwise, means the other.
  bool positions_add = false;

  int num_frames() const { return static_cast<int>(values.rows()); }
  int Find(const std::string& name) const;  // index of a joint, -1 when absent

  // Rotations of all joints of a frame in the world, relative to the rest pose. `global` gets num joints
  // entries.
  void GlobalRotations(int frame, std::vector<Matrix3d>* global) const;
  // From a joint's parent to the joint, in the parent's axes; of the root: where it is. Position channels
  // replace the offset, or are added to it (positions_add; never the root's). File units.
  Vector3d LocalPosition(int frame, int joint) const;
  // Where all joints of a frame are in the world; `global`: its GlobalRotations. File units.
  void GlobalPositions(int frame, const std::vector<Matrix3d>& global,
                       std::vector<Vector3d>* positions) const;
  Vector3d RootPosition(int frame) const { return LocalPosition(frame, 0); }
  // The bones at rest: offsets, or, of joints below the root that have all three position channels, the mean
  // LocalPosition, which is where the file's own bones are when its offsets are zero. (joints) file units.
  std::vector<Vector3d> RestOffsets() const;
};

// Throw InputError "path: line N: found ..., expected ...". All standard channel orders are read.
BvhMotion ReadBvh(const std::string& path);
BvhMotion ParseBvh(std::string_view text, const std::string& path);

}  // namespace vitruvius
