// Arrays as observations: whatever comes out is finite, or has a reason.
#include "data/io/keypoint_formats.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(observation_npz) {
  ObservationOptions options;
  options.dense = true;
  const auto people = OpenObservationNpz(PathOfArrays(bytes), options);
  for (PersonObservation person; people->Next(&person);) {
    VT_CHECK(person.keypoints2d.allFinite());
    VT_CHECK(person.keypoints3d.allFinite());
    VT_CHECK(person.keypoint_depths_px.allFinite());
    for (const auto rows : {person.keypoint_depths_px.rows(), person.hidden.rows()})
      VT_CHECK(rows == 0 || rows == person.keypoints2d.rows());
    VT_CHECK(!person.betas || person.betas->allFinite());
    VT_CHECK(!person.reason.empty() || person.set != nullptr || !person.dense.empty());
    for (const DensePoint& point : person.dense) {
      VT_CHECK(point.image_px.allFinite() && point.bary.allFinite() && point.uv.allFinite());
      VT_CHECK(point.face >= 0 || point.part >= 1);
    }
  }
}
