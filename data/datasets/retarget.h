// Motion capture skeletons to SMPL poses.
//
// For each source bone take its global rotation relative to the source's rest pose, G_src. W turns the
// source's world so that y is up, Q the figure of its rest pose so that it stands with y up, z forward, x
// left (source_rig.h; both are the identity for most files). With d_tgt and d_src the rest directions of the
// same bone in SMPL's T-pose and, turned by Q, in the source's rest pose:
//   G_smpl = W G_src Q^T A,   A = the smallest rotation that takes d_tgt to d_src,
//   pose_j = Log(G_parent^T G_j).
// A is used for thigh, shin, foot, upper arm, forearm and hand; it is the identity for pelvis, spine, neck,
// head, collars, whose offsets differ by anatomy and not by posture. Where the source rests with splayed
// shins, its feet and toes are rolled by the same angle, and A takes that roll back too (else every standing
// CMU figure would stand on the edges of its feet, 20 degrees off; DeepMimic's version of the same trials
// tells). Joints of the spine and neck for which the source has no bone are spread evenly between their
// neighbours; any other joint without a bone stays at rest. Files with all of SMPL's own joints hold
// its own rotations: they are taken as they are, fingers too.
#pragma once

#include <optional>

#include "data/datasets/motion.h"
#include "data/io/asf_amc.h"
#include "data/io/bvh.h"
#include "data/io/deepmimic.h"
#include "data/io/expmap.h"

namespace vitruvius {

// The CMU skeleton's numbers are inches after division by 0.45.
inline constexpr double kCmuMetresPerUnit = 0.0254 / 0.45;

// T-pose joints of a free human body, (24, 3) metres, pelvis at the origin.
MatrixX3d StandardRestJoints();

// The 24 joints of SMPL of a body at rest, found by name, (24, 3) metres. Where a body has fingers instead of
// SMPL's rigid hands (SMPL-H, SMPL-X), the first joint below the wrist stands for the hand. Throws InputError
// naming a joint that the body lacks.
MatrixX3d RestJointsOf(const BodyModel& model);

struct RetargetOptions {
  // Joints of the target body in its T-pose, (24 or more, 3) metres: model.joint_template().
  MatrixX3d target_joints = StandardRestJoints();
  // Frames per second, where the file is silent or wrong; 0: as the file says (ASF/AMC and expmap: 120).
  double fps = 0;
  // Metres per unit of a .bvh, which names none, or of an .amc or exponential map, where it is not CMU's; 0:
  // as the legs of the file or its format say.
  double metres_per_unit = 0;
  // Which way is up in the file; none: as its rest pose or its format says.
  std::optional<UpAxis> up;
  // Of a .bvh: the frame (of the file, from 0) in which the figure stands upright, which is the bind pose
  // instead of the offsets'; -1: the offsets. For files whose offsets lie along the bones.
  int rest_frame = -1;
  PlausibilityLimits limits;
  void Check() const;  // throws ContractError
};

// All mark implausible frames in `valid` and put the pelvis where the source has its own, in metres. A first
// frame in T-pose, as converters insert it into BVH and expmap files, is dropped. Throw InputError when the
// skeleton is not known (skeleton_map.h) or its rest pose does not stand upright, and where an option does
// not apply to the format.
Motion Retarget(const BvhMotion& source, const RetargetOptions& options = {});
Motion Retarget(const AsfSkeleton& skeleton, const AmcMotion& source, const RetargetOptions& options = {});
Motion Retarget(const DeepMimicMotion& source, const RetargetOptions& options = {});
Motion Retarget(const ExpmapMotion& source, const RetargetOptions& options = {});

}  // namespace vitruvius
