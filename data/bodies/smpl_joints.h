// SMPL's joints by number, the middle and the left side: what the making of bodies in its layout speaks of.
#pragma once

namespace vitruvius {

enum SmplJoint {
  kLeftHip = 1,
  kLeftKnee = 4,
  kLeftAnkle = 7,
  kLeftFoot = 10,
  kHead = 15,
  kLeftShoulder = 16,
  kLeftElbow = 18,
  kLeftWrist = 20,
  kLeftHand = 22
};

}  // namespace vitruvius
