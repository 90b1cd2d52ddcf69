// Bodies over time as AMASS motion, for tools that read AMASS.
#pragma once

#include <string>

#include "models/scene/body_animation.h"

namespace vitruvius {

// A .npz with AMASS's keys, z up as AMASS is. N frames, J joints, the body's own order:
//   poses (N, 3J) axis-angle: 72 of SMPL, 156 of SMPL-H, 165 of SMPL-X; trans (N, 3) metres; betas (B,);
//   gender (); mocap_frame_rate () and, as older files have it, mocap_framerate ()
//   of SMPL-X also root_orient (N,3), pose_body (N,63), pose_jaw (N,3), pose_eye (N,6), pose_hand (N,90),
//   surface_model_type "smplx", num_betas
//   valid (N,) int8: 0 where a frame repeats the one before for want of a body; up_axis () "z"
//   capture, subject, camera () text and first_frame () where they are known: not AMASS's
// AMASS has one shape a motion: betas are the mean, and trans puts that body's pelvis where the frame's was.
// `animation` is y up; turning it is this function's work: x_zup = (x, -z, y). Throws InputError when the
// place cannot be written.
void WriteAmass(const std::string& path, const BodyModel& model, const BodyAnimation& animation);

}  // namespace vitruvius
