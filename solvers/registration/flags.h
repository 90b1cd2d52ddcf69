// What to be wary of in a result, as codes with a place, "code:place":
//   depth_flip:BONE      other minima of at least kAmbiguousWeight in all hold this bone mirrored in depth:
//   from
//                        this picture it may point towards the camera or away from it. BONE: left_upper_arm,
//                        left_forearm, left_thigh, left_shin, right_...; hips and shoulders (their line: the
//                        body turned the other way), trunk (leaning to or from the camera), head
//   depth_bend:LIMB      the same for a knee or an elbow that is bent by more than 30 degrees more or less
//   there:
//                        a limb that points along the view is as long in the picture straight or bent.
//                        LIMB: left_leg, right_leg, left_arm, right_arm
//   depth_lean:trunk     the same for a trunk that leans by more than 20 degrees elsewhere
//   left_right:body      the same for a body turned by more than 120 degrees: front and back are not told
//   apart saturated:KEYPOINT   the robust loss all but ignores this keypoint: its residual is past the point
//   from
//                        which the loss pulls the less the farther off it is
//   limit:JOINT          an angle is past its range (priors/joint_limits.h)
//   limit:shape          a beta is past kNearBound of the largest that is accepted
// Not a reason to drop a result: what they mean for its error is in the README of this folder.
#pragma once

#include <string>
#include <vector>

#include "models/body/body_model.h"
#include "solvers/registration/hypotheses.h"

namespace vitruvius {

inline constexpr double kAmbiguousWeight = 0.1, kNearBound = 0.8;

// depth_flip, depth_bend, depth_lean, left_right; the best minimum first.
void FlagMinima(const BodyModel& model, const std::vector<Minimum>& minima, std::vector<std::string>* flags);
// A coordinate's residual against the sigma of the Geman-McClure loss, in one unit. The loss pulls by
// r (s^2 / (s^2 + r^2))^2, most at r = s / sqrt(3).
void FlagSaturation(const std::string& keypoint, double residual, double sigma,
                    std::vector<std::string>* flags);
// limit; betas that are held are not judged.
void FlagLimits(const BodyModel& model, const BodyParameters& parameters, double max_abs_beta,
                bool betas_held, std::vector<std::string>* flags);

}  // namespace vitruvius
