// Motions from files of any kind, and to files that AMASS tools read.
#pragma once

#include <string>

#include "data/datasets/motion.h"
#include "data/datasets/retarget.h"

namespace vitruvius {

// AMASS's keys: poses, trans, betas, gender, mocap_frame_rate; and `valid` (N,) uint8. Throws InputError when
// the place cannot be written.
void SaveMotion(const std::string& path, const Motion& motion);

// Reads poses (N, 72), or (N, 156) or (N, 165) of which the first 66 columns are taken and the hands are
// zero; trans (N, 3); mocap_frame_rate or mocap_framerate; optionally betas, gender and valid. Poses are
// wrapped to the principal branch; the axes stay the file's (AMASS itself is z up: its global orientation,
// and nothing else, differs from a y up motion's). Throws InputError naming the array, what was found and
// what was expected.
Motion LoadMotion(const std::string& path);

// The reader by extension: .bvh; .amc (with NN.asf for NN_TT.amc beside it, or the only .asf there); .json
// (DeepMimic); .csv and .txt (exponential maps); .npz. Salsa files of the DAZ conversion of CMU, whose
// headers say 120, get their true 60 frames per second unless options.fps says otherwise. Throws InputError.
Motion OpenMotion(const std::string& path, const RetargetOptions& options = {});
bool IsMotionFile(const std::string& path);  // by extension

}  // namespace vitruvius
