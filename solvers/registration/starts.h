// Where fits begin: body poses from the prior, an orientation for each, a translation in closed form.
#pragma once

#include <vector>

#include "models/camera/camera.h"
#include "priors/prior.h"
#include "solvers/problem/fit_problem.h"
#include "solvers/problem/recipe.h"

namespace vitruvius {

// One attempt at a person. `start` numbers it for life, so that a result can say which start it came from.
struct Hypothesis {
  int start = 0;
  BodyParameters parameters;
  double cost = 0;
};

// Poses of the prior (its mean, its modes) as full body_pose vectors; those of `relaxed_pose` where the prior
// is silent. A null prior gives the relaxed pose.
std::vector<Eigen::VectorXd> StartPoses(const Prior* prior, const StartOptions& options,
                                        const Eigen::VectorXd& relaxed_pose);

// Rotation that shows an upright body to the camera: R = Rot_z(roll) Rot_x(pi) Rot_y(yaw); y-up body, y-down
// image. roll is read off the torso in the image (0 when hips or shoulders are not seen).
Eigen::Vector3d UprightOrient(double roll, double yaw);
double TorsoRoll(const KeypointSet& set, const KeypointBinding& binding,
                 const std::vector<Keypoint2dTarget>& targets);

// Places the problem's current body at the targets: closed-form translation, or by similar triangles where
// that puts a point behind the camera. False when neither is possible.
bool PlaceInCamera(const PerspectiveCamera& camera, const std::vector<Keypoint2dTarget>& targets,
                   FitProblem* problem);

// Rigid alignment of the problem's current body to 3D targets: sets global_orient and transl. False with
// fewer than three targets.
bool PlaceInSpace(const std::vector<Keypoint3dTarget>& targets, FitProblem* problem);

// The same body seen from behind: R Rot_y(pi), in the body's frame, about its pelvis.
void TurnAround(BodyParameters* parameters);

}  // namespace vitruvius
