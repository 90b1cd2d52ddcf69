// Any bytes as OpenPose or COCO JSON: whatever comes out is finite, or has a reason.
#include "data/io/keypoint_formats.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(keypoint_json) {
  const auto people = OpenKeypointJson(PathOfBytes(bytes), {});
  for (PersonObservation person; people->Next(&person);) {
    VT_CHECK(person.keypoints2d.allFinite());
    VT_CHECK(!person.reason.empty() || person.keypoints2d.col(2).maxCoeff() > 0);
    VT_CHECK(person.keypoints2d.size() == 0 || person.keypoints2d.col(2).maxCoeff() <= 1);
  }
}
