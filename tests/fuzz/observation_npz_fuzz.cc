// Arrays as observations: whatever comes out is finite, or has a reason.
#include "data/io/keypoint_formats.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(observation_npz) {
  const auto people = OpenObservationNpz(PathOfArrays(bytes), {});
  for (PersonObservation person; people->Next(&person);) {
    VT_CHECK(person.keypoints2d.allFinite());
    VT_CHECK(person.keypoints3d.allFinite());
    VT_CHECK(!person.betas || person.betas->allFinite());
  }
}
