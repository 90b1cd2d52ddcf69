// A person whose keypoints are known exactly, from a body in a plausible pose; for tests of fitting.
#pragma once

#include <memory>

#include "models/body/mannequin.h"
#include "models/camera/camera.h"
#include "models/math/so3.h"
#include "models/scene/observation.h"
#include "models/util/rng.h"
#include "priors/registry.h"

namespace vitruvius {

struct KnownPerson {
  PersonObservation observation;
  BodyParameters truth;
  MatrixX3d joints3d;
};

inline KnownPerson MakeKnownPerson(std::uint64_t seed, const std::string& set_name = "openpose25",
                                   double noise_px = 0, bool is_3d = false) {
  static const std::shared_ptr<const Prior> prior = LoadPrior("gmm8");
  const std::shared_ptr<const BodyModel> model = Mannequin();
  Rng rng(seed);
  KnownPerson person;
  person.truth = BodyParameters::Zero(*model);
  const std::vector<Eigen::VectorXd> modes = prior->Modes();
  // Between a mode and a sample: typical, yet nobody's start.
  person.truth.body_pose.head(prior->dim()) =
      0.6 * modes[rng.Index(modes.size())] + 0.4 * prior->Sample(&rng);
  person.truth.global_orient = LogSO3(ExpSO3({EIGEN_PI, 0, 0}) * ExpSO3({0, rng.Uniform(0, 6.28), 0}) *
                                      ExpSO3({0.1 * rng.Normal(), 0, 0}));
  person.truth.transl = {0.1 * rng.Normal(), 0.1 * rng.Normal(), rng.Uniform(3, 6)};
  const KeypointSet* set = FindKeypointSet(set_name);
  const KeypointBinding binding = BindKeypoints(*set, *model);
  BodyEvaluator points(model, binding.points), joints(model, PointSet::AllJoints(*model));
  points.Evaluate(person.truth, false);
  joints.Evaluate(person.truth, false);
  person.joints3d = joints.points();
  PersonObservation& observation = person.observation;
  observation.id = "known_" + std::to_string(seed);
  observation.source = "test";
  observation.set = set;
  const PerspectiveCamera camera = {{1000, 1000}, {500, 500}};
  if (is_3d) {
    observation.keypoints3d.setZero(set->size(), 4);
  } else {
    observation.keypoints2d.setZero(set->size(), 3);
    observation.image_width = observation.image_height = 1000;
    observation.focal_px = camera.focal_px;
    observation.center_px = camera.center_px;
  }
  for (int i = 0; i < points.num_points(); ++i) {
    const int k = binding.keypoint_of_point[i];
    const Eigen::Vector3d x = points.points().row(i);
    if (is_3d) {
      observation.keypoints3d.row(k) << x.transpose(), 1;
    } else {
      const Eigen::Vector2d noise(rng.Normal(), rng.Normal());
      observation.keypoints2d.row(k) << (camera.ImgFromCam(x) + noise_px * noise).transpose(), 1;
    }
  }
  return person;
}

}  // namespace vitruvius
