// Keypoints made from motion: real poses seen by a known camera with known noise, so that fits can be
// measured against the truth.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "data/datasets/motion.h"
#include "models/scene/observation.h"

namespace vitruvius {

struct SyntheticOptions {
  const KeypointSet* set = nullptr;  // null: openpose25, or smpl24 in 3D
  bool keypoints3d = false;          // 3D points in camera axes instead of 2D ones
  double noise_px = 3, noise_m = 0;  // Gaussian, of each coordinate
  // Standard deviation of each person's betas about the mean shape; 1: as people differ, by the body's own
  // scale of them.
  double shape_std = 0;
  double focal_px = 1000;
  int image_width = 1000, image_height = 1000;
  double nearest_m = 3, farthest_m = 6;  // distance of the pelvis, uniform
  double fps = 30;                       // motions are resampled to this
  int surface_points = 0;                // dense correspondences besides, anywhere on the body, seen or not
  bool weak_perspective = false;         // every point at the pelvis' depth
  int stride = 10;                       // every n-th valid frame
  // Where people face, degrees from the camera: each kept frame once at each; empty: once at a random yaw.
  std::vector<double> yaws_deg;
  // Which poses are kept, by the joints in a world with y up; empty: all.
  std::function<bool(const MatrixX3d& joints)> keep;
  std::uint64_t seed = 1;
  void Check() const;  // throws ContractError
};

struct SyntheticPerson {
  PersonObservation observation;  // focal length and principal point known, confidences 1
  BodyParameters truth;           // camera axes
  MatrixX3d joints3d;             // (J, 3) metres, camera axes
  double yaw_deg = 0;             // where it faces: 0 the camera, -180 to 180
};

// One person a kept frame and yaw: x_cam = Rot_x(pi) Rot_y(yaw) x_world + offset. The random numbers of a
// person (and so distance and noise, whatever the yaw) depend on the seed, the motion's name and the frame
// alone. Bodies with fewer than 24
// joints are refused (ContractError). Joints are matched by name (MotionJointsOf); others stay at rest.
std::vector<SyntheticPerson> MakeSyntheticPeople(const std::shared_ptr<const BodyModel>& model,
                                                 const Motion& motion, const SyntheticOptions& options);

}  // namespace vitruvius
