// DeepMimic's JSON clips: {"Frames": [[44 numbers] ...]}, a humanoid of 13 joints without collars, wrists and
// toes. Source: Peng et al., DeepMimic, SIGGRAPH 2018, and its motion files.
#pragma once

#include <string>

#include "models/body/body_model.h"

namespace vitruvius {

// Columns of a frame; quaternions are w, x, y, z. Axes: x forward, y up, z to the right; metres, radians.
enum DeepMimicColumn {
  kDeepMimicDuration = 0,
  kDeepMimicRootPosition = 1,
  kDeepMimicRoot = 4,
  kDeepMimicChest = 8,
  kDeepMimicNeck = 12,
  kDeepMimicRightHip = 16,
  kDeepMimicRightKnee = 20,  // one angle about z, as the left knee and both elbows
  kDeepMimicRightAnkle = 21,
  kDeepMimicRightShoulder = 25,
  kDeepMimicRightElbow = 29,
  kDeepMimicLeftHip = 30,
  kDeepMimicLeftKnee = 34,
  kDeepMimicLeftAnkle = 35,
  kDeepMimicLeftShoulder = 39,
  kDeepMimicLeftElbow = 43,
  kDeepMimicColumns = 44,
};

struct DeepMimicMotion {
  std::string path;
  double frame_time_s = 0;  // the first frame's duration, > 0
  RowMatrixXd frames;       // (N, 44), quaternions normalised
};

// Throw InputError naming the frame and the column, with what was found and expected.
DeepMimicMotion ReadDeepMimic(const std::string& path);
DeepMimicMotion ParseDeepMimic(const std::string& text, const std::string& path);

}  // namespace vitruvius
