// A motion of the SMPL skeleton, and what is done to it before it is used: resampling, wrapping, mirroring,
// and marking of frames that no body makes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/body/body_model.h"
#include "models/math/so3.h"

namespace vitruvius {

inline constexpr int kMotionJoints = 24;
inline constexpr int kFingerJoints = 30;  // of SMPL-H and SMPL-X: 15 of the left hand, 15 of the right
inline constexpr int kBodyJoints =
    22;  // before the fingers: the root and 21 joints, the same in all of SMPL's kin

inline constexpr double kMaxFps = 1e6;  // no camera is faster: a file that says so is wrong

struct Motion {
  std::string name;     // the file's name without folder and extension
  std::string subject;  // who moves; empty: not known
  double fps = 30;      // at most kMaxFps
  RowMatrixXd poses;    // (N, 72) axis-angle, radians: global orientation, then 23 joints
  RowMatrixXd fingers;  // (N, 90) axis-angle from the flat hand, in SMPL-H's order; (0, 0): at rest
  MatrixX3d transl;     // (N, 3) metres; y is up, as in all of a motion's world
  std::vector<std::uint8_t> valid;  // (N) 1: plausible, 0: a glitch
  std::vector<double> betas;        // (B), may be empty
  int first_frame = 0;              // number of row 0 in the file: 1 where an inserted T-pose was dropped
  std::string gender = "neutral";
  // For people, of files that had to be interpreted: the unit that was found ("" where the format has one),
  // and what else was found out and might be wrong, each a sentence.
  std::string unit;
  std::vector<std::string> remarks;

  int num_frames() const { return static_cast<int>(poses.rows()); }
  bool has_fingers() const { return fingers.cols() > 0; }
  // (3) axis-angle, radians. `joint`: 0 to 23 as in poses, 24 to 53 the fingers; -1 and fingers at rest give
  // zero.
  Vector3d Rotation(int frame, int joint) const;
  void Check() const;  // throws ContractError on sizes that do not agree
};

// Joint i of the mirror image is joint SmplMirrorJoints()[i].
const std::array<int, kMotionJoints>& SmplMirrorJoints();

// For each joint of a body, the joint of a motion (Motion::Rotation) that has its name; -1 where motions have
// none and the body rests: jaw and eyes, and SMPL's rigid hands against SMPL-H's fingers.
std::vector<int> MotionJointsOf(const BodyModel& model);

// Which way is up in a file's world: y in motions here, z in AMASS, -y in camera axes.
enum class UpAxis { kX, kY, kZ, kMinusX, kMinusY, kMinusZ };
// "y", "z" or "-y", as files and people name them. Throws InputError "path: up_axis: ..." for any other name.
UpAxis UpAxisFromName(const std::string& name, const std::string& path);
const char* UpAxisName(UpAxis up);
// The turn from such a world to one with y up: about x, or about z where x is up. All are right-handed.
Matrix3d YUpFrom(UpAxis up);

// Turns the world by `rotation` (new from old): global orientations and the path of the pelvis, and nothing
// else. With p the pelvis of the body at rest, which lies at p + transl,
//   R0' = rotation R0,   transl' = rotation (p + transl) - p.
void TurnWorld(const Matrix3d& rotation, const Vector3d& rest_pelvis, Motion* motion);

// Frame k is the source's frame nearest to time k / fps. A motion that is slower than `fps` is returned as it
// is.
Motion Resample(const Motion& motion, double fps);

// What a body can do at most, generously: rotation angles from the T-pose, and change over 1/30 s.
struct PlausibilityLimits {
  // Degrees; the root may have any rotation. Order of the SMPL joints.
  std::array<double, kMotionJoints> max_angle_deg = {180, 150, 150, 75,  170, 170, 75,  85,
                                                     85,  75,  90,  90,  75,  60,  60,  85,
                                                     175, 175, 165, 165, 110, 110, 110, 110};
  double max_step_deg = 60;  // of one joint in 1/30 s
  void Check() const;        // throws ContractError
};
// Clears `valid` at frames past a limit and at both ends of a step (1/30 s, or one frame where those are
// longer) that is too large.
void MarkImplausible(const PlausibilityLimits& limits, Motion* motion);

// Every joint to its principal branch: angles in [0, pi].
void WrapPoses(RowMatrixXd* poses);
// Every joint to the branch nearest to that of the frame before: continuous curves, angles may pass pi.
void UnwrapPoses(RowMatrixXd* poses);

// Mirror images in the plane x = 0. (N, 72) with, (N, 69) without the global orientation.
RowMatrixXd MirrorPoses(const RowMatrixXd& poses);

}  // namespace vitruvius
