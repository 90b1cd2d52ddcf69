// What somebody is doing, by simple rules, so that errors can be told by kind of posture: what is true of
// standing people is not seen in a median over dancers.
#pragma once

#include <string>
#include <vector>

#include "models/body/body_model.h"

namespace vitruvius {

enum class Posture { kStanding, kWalking, kSitting, kBending, kLying, kAcrobatic };
inline constexpr int kNumPostures = 6;
const char* PostureName(Posture posture);  // "standing", ...

// joints: (J, 3), J at least 24, the first 24 SMPL's, y up. With a leg's length l from hip to ankle, the
// first rule that holds (own rules):
//   lying      neck above pelvis by less than 30 degrees of the horizontal, pelvis less than 0.45 l above the
//              lowest joint
//   acrobatic  trunk more than 120 degrees from upright, an ankle above the pelvis, or both wrists below
//              both ankles
//   sitting    trunk within 60 degrees of upright and both thighs raised by more than 50 from straight down,
//              or pelvis less than 0.55 l above the lower ankle: on a chair, on the floor, in a squat
//   bending    trunk more than 30 degrees from upright, or both knees bent by more than 50
//   walking    thighs more than 25 degrees apart in the plane of walking, or one ankle 0.15 l higher than the
//              other: also a kick, a lunge, a step
//   standing   all others
Posture PostureOf(const MatrixX3d& joints);

// Degrees between thigh and shin; 0: straight. joints as above.
double KneeBendDeg(const MatrixX3d& joints, bool left);
// Whether both knees are bent by less than 15 degrees.
bool HasStraightLegs(const MatrixX3d& joints);

// Where the body faces about the vertical, radians: 0 along +z, growing towards +x; by hips and shoulders.
double HeadingRad(const MatrixX3d& joints);

// How far the trunk leans forwards, degrees, negative backwards; about the axis through the hips and
// shoulders.
double TrunkForwardsDeg(const MatrixX3d& joints);

// A rotation of a joint that may be too much or too little, and what is more of it.
struct JointBend {
  std::string name;   // "knee flexion"
  std::string joint;  // "left_knee"
  int axis = 0;       // of the joint's axis-angle
  double sign = 1;    // of more flexion
};
// Knees, hips, elbows, shoulders (raising and forwards), ankles (toes down), spine (forwards, all three
// joints), neck and head (nodding forwards).
const std::vector<JointBend>& JointBends();
// Degrees, of the axis-angle about the joint's axis; NaN where the body has no such joint.
double BendDeg(const BodyModel& model, const BodyParameters& parameters, const JointBend& bend);

}  // namespace vitruvius
