// A person with points of the surface besides 17 keypoints, for tests of registration.
#pragma once

#include "models/body/body_evaluator.h"
#include "models/body/surface_sampling.h"
#include "tests/util/synthetic_person.h"

namespace vitruvius {

// A known person with points anywhere on the surface besides.
inline KnownPerson MakeKnownPersonWithSurface(std::uint64_t seed, int count) {
  KnownPerson person = MakeKnownPerson(seed, "coco17", 2);
  const auto model = Mannequin();
  const MatrixX3d vertices = PoseMesh(*model, person.truth).vertices;
  const PerspectiveCamera camera = {*person.observation.focal_px, *person.observation.center_px};
  const SurfaceSampler sampler(*model);
  Rng rng(seed);
  for (int i = 0; i < count; ++i) {
    const SurfacePlace place = sampler.Draw(&rng);
    DensePoint point;
    point.face = place.face;
    point.bary = place.bary;
    point.image_px = camera.ImgFromCam(PositionOf(place, *model, vertices));
    person.observation.dense.push_back(point);
  }
  return person;
}

}  // namespace vitruvius
