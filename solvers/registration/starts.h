// Where fits begin: body poses from the prior, an orientation for each, a translation in closed form.
#pragma once

#include <memory>
#include <vector>

#include "models/camera/camera.h"
#include "priors/prior.h"
#include "solvers/problem/fit_problem.h"
#include "solvers/problem/recipe.h"

namespace vitruvius {

// One attempt at a person. `start` numbers it for life, so that a result can say which start it came from.
struct Hypothesis {
  int start = 0;
  int pose = 0;  // which of the start poses it began from, at some yaw
  BodyParameters parameters;
  Eigen::VectorXd latent;  // of a latent prior, else empty
  double cost = 0;

  // Into a problem, and what it holds.
  void Restore(FitProblem* problem) const;
  void TakeFrom(const FitProblem& problem);
};

struct StartPose {
  Eigen::VectorXd body_pose, latent;
};
// Poses of `start_prior` (null: of the prior itself): its mean, its modes, and samples that are the same in
// every run. Full body_pose vectors, relaxed where the prior is silent. A latent prior has the middle of its
// latent as its mean (on the sphere, which has none, any point), and poses that another prior gave are
// inverted to its latents. No prior gives the relaxed pose.
std::vector<StartPose> StartPoses(const std::shared_ptr<const BodyModel>& model,
                                  const std::shared_ptr<const Prior>& prior,
                                  const std::shared_ptr<const Prior>& start_prior,
                                  const StartOptions& options);

// Points of a body in the camera's frame, one for each target, the root's last.
// Robust distance of the points from the targets, px^2: 1/2 sum rho. Infinite when a seen point is behind the
// camera.
double ReprojectionCost(const PerspectiveCamera& camera, const std::vector<Keypoint2dTarget>& targets,
                        double robust_sigma_px, const MatrixX3d& points);

// Sum of weighted squared distances from 3D targets, m^2.
double AlignmentCost(const std::vector<Keypoint3dTarget>& targets, const MatrixX3d& points);

// Of placed bodies the `keep` of the lowest cost that are distinct: their points, the root's last, differ by
// kSameStartM or more on average, roots aligned. In the order of their cost; ties by start.
inline constexpr double kSameStartM = 0.05;
std::vector<Hypothesis> BestDistinctStarts(std::vector<Hypothesis> starts, std::vector<MatrixX3d> points,
                                           int keep);

// Rotation that shows an upright body to the camera: R = Rot_z(roll) Rot_x(pi) Rot_y(yaw); y-up body, y-down
// image. roll is read off the torso in the image (0 when hips or shoulders are not seen); targets begin with
// those of the binding.
Eigen::Vector3d UprightOrient(double roll, double yaw);
double TorsoRoll(const KeypointSet& set, const KeypointBinding& binding,
                 const std::vector<Keypoint2dTarget>& targets);

// The translation that brings the points, which move with it, to the targets: in closed form, or by similar
// triangles where that puts a point behind the camera. False when neither is possible.
bool PlaceInCamera(const PerspectiveCamera& camera, const std::vector<Keypoint2dTarget>& targets,
                   MatrixX3d* points, Eigen::Vector3d* transl);

// The rotation about the root and the translation that align the points, which move with them, to 3D targets.
// False with fewer than three targets.
bool PlaceInSpace(const std::vector<Keypoint3dTarget>& targets, MatrixX3d* points, Eigen::Matrix3d* rotation,
                  Eigen::Vector3d* transl);

// Points turned about the last of them.
void TurnAboutRoot(const Eigen::Matrix3d& rotation, MatrixX3d* points);

// The same body seen from behind: R Rot_y(pi), in the body's frame, about its pelvis.
void TurnAround(BodyParameters* parameters);

}  // namespace vitruvius
