// People to fit whose truth is known: poses drawn from a prior, seen by a camera of 1000 px at 3 to 6 m, with
// noise.
#pragma once

#include <string>
#include <vector>

#include "models/body/body_evaluator.h"
#include "models/body/mannequin.h"
#include "models/math/so3.h"
#include "models/scene/observation.h"
#include "models/util/rng.h"
#include "priors/prior.h"

namespace vitruvius {

inline std::vector<PersonObservation> SyntheticPeople(const Prior& prior, int count, std::uint64_t seed) {
  constexpr double kFocalPx = 1000, kNoisePx = 3, kNearestM = 3, kFarthestM = 6;
  constexpr int kImagePx = 1000;
  const KeypointSet* set = FindKeypointSet("openpose25");
  const auto model = Mannequin();
  const KeypointBinding binding = BindKeypoints(*set, *model);
  BodyEvaluator body(model, binding.points);
  std::vector<PersonObservation> people;
  for (int i = 0; i < count; ++i) {
    PersonObservation person;
    person.id = "person" + std::to_string(i);
    Rng rng(HashString(person.id, seed));
    BodyParameters truth = BodyParameters::Zero(*model);
    truth.body_pose.head(prior.dim()) = prior.Sample(&rng);
    const double yaw = rng.Uniform(-EIGEN_PI, EIGEN_PI);
    truth.global_orient = LogSO3(ExpSO3({EIGEN_PI, 0, 0}) * ExpSO3({0, yaw, 0}));
    truth.transl = {rng.Uniform(-0.3, 0.3), rng.Uniform(-0.3, 0.3), rng.Uniform(kNearestM, kFarthestM)};
    body.Evaluate(truth, false);
    person.set = set;
    person.image_width = person.image_height = kImagePx;
    person.focal_px = Eigen::Vector2d(kFocalPx, kFocalPx);
    person.center_px = Eigen::Vector2d(kImagePx / 2.0, kImagePx / 2.0);
    person.keypoints2d.setZero(set->size(), 3);
    const PerspectiveCamera camera{*person.focal_px, *person.center_px};
    for (int p = 0; p < body.num_points(); ++p) {
      const Eigen::Vector3d point = body.points().row(p);
      const Eigen::Vector2d noise(kNoisePx * rng.Normal(), kNoisePx * rng.Normal());
      person.keypoints2d.row(binding.keypoint_of_point[p]) << (camera.ImgFromCam(point) + noise).transpose(),
          1;
    }
    people.push_back(std::move(person));
  }
  return people;
}

}  // namespace vitruvius
