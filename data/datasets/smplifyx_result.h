// Fits as SMPLify-X leaves them, for tools that read its results. Source: Pavlakos et al., SMPLify-X (CVPR
// 2019), smplifyx/fit_single_frame.py.
#pragma once

#include <string>

#include "models/scene/fit_result.h"

namespace vitruvius {

// A pickle (protocol 2; Python needs numpy alone) of a dict of float32 arrays, (1, ...) each:
//   camera_rotation (1,3,3) identity, camera_translation (1,3) metres: x_cam = x_body + camera_translation,
//     camera axes x right, y down, z forward; x_body is the body model's output without transl
//   global_orient (1,3), betas (1,B); body_pose (1,69) of SMPL, (1,63) of SMPL-H and SMPL-X: always
//   axis-angle,
//     never a latent
//   left_hand_pose, right_hand_pose (1,45) of SMPL-H and SMPL-X: axis-angle from a flat hand (use_pca=False,
//     flat_hand_mean=True in smplx), where SMPLify-X itself keeps coefficients of its hand space
//   jaw_pose, leye_pose, reye_pose (1,3) of SMPL-X
// and focal_px (1,2), center_px (1,2): what SMPLify-X holds in its configuration. The fit is usable and has
// the model's sizes. A body of another tree gets body_pose (1,3(J-1)) whole. Throws InputError when the place
// cannot be written.
void WriteSmplifyXResult(const std::string& path, const BodyModel& model, const FitResult& fit);

}  // namespace vitruvius
