// Motions from files of any kind, and to files that AMASS tools read.
#pragma once

#include <string>

#include "data/datasets/motion.h"
#include "data/datasets/retarget.h"

namespace vitruvius {

// AMASS's keys: poses (N, 72), or (N, 156) where there are fingers; trans, betas, gender, mocap_frame_rate;
// and `valid` (N,) uint8, `subject`, and `up_axis`, which tells these files from AMASS's own. With kZ the
// world is turned to AMASS's axes, about the body whose pelvis rests at `rest_pelvis` (TurnWorld), for tools
// that know no other. Throws InputError when the place cannot be written.
void SaveMotion(const std::string& path, const Motion& motion, UpAxis up = UpAxis::kY,
                const Vector3d& rest_pelvis = Vector3d::Zero());

// Reads arrays of a .npz or a .pkl by AMASS's keys, in both of its schemas:
//   poses (N, 72), (N, 156) or (N, 165): joints of SMPL, SMPL-H or SMPL-X, told apart by the number of
//     columns and matched by name, or (N, 66): any of them without hands; or, without poses, root_orient (N,
//     3), pose_body (N, 63) and optionally pose_hand (N, 90). Fingers are kept; jaw and eyes are not.
//   trans (N, 3); mocap_framerate or mocap_frame_rate; optionally betas, gender (text or bytes), subject.
//   valid (N,): the frames that a body makes. Without it they are judged by options.limits.
//   up_axis: "y", "z" or "-y". Without it z, as in AMASS; options.up comes before both. The world is turned
//   so that y is up, about the
//     pelvis of options.target_joints (TurnWorld): of the pose, the global orientation alone changes.
// By AIST++'s too: smpl_poses (N, 72), smpl_trans (N, 3), which is divided by smpl_scaling to be in metres, y
// up, 60 frames per second. Source: Li et al., AI Choreographer, ICCV 2021, and its files.
// A results.npz is read too: transl for trans, camera axes, status for valid, betas the mean of usable rows.
// options.fps, unless 0, is what counts. Poses are wrapped to the principal branch. Throws InputError naming
// the array, what was found and what was expected.
Motion LoadMotion(const std::string& path, const RetargetOptions& options = {});

// The reader by extension, in any case: .bvh; .amc (with the .asf beside it whose name it begins with, NN.asf
// for NN_TT.amc, or the only .asf there); .json (DeepMimic); .csv and .txt (exponential maps); .npz and .pkl.
// Salsa files of the DAZ conversion of CMU whose headers say 120 get their true 60 frames per second unless
// options.fps says otherwise. Who moves is told by the file, else by its name (trial_names.h). Throws
// InputError.
Motion OpenMotion(const std::string& path, const RetargetOptions& options = {});
// Skeletons in motion, told by the extension alone: .bvh and .amc.
bool IsSkeletonMotion(const std::string& path);
// By extension; of .pkl only those with AIST++'s names; AMASS's files of shapes alone (shape.npz,
// *_stagei.npz) are none.
bool IsMotionFile(const std::string& path);

}  // namespace vitruvius
