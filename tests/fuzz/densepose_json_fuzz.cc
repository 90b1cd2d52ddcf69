// Any bytes as DensePose's annotations or results: whatever comes out is a place on the body, or has a
// reason.
#include "data/io/keypoint_formats.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(densepose_json) {
  ObservationOptions options;
  options.dense = options.boxes = true;
  options.max_dense_points = 50;
  const auto people = OpenKeypointJson(PathOfBytes(bytes), options);
  for (PersonObservation person; people->Next(&person);) {
    VT_CHECK(person.keypoints2d.allFinite());
    VT_CHECK(!person.reason.empty() || !person.dense.empty() || person.keypoints2d.rows() > 0 ||
             person.box_px);
    VT_CHECK(!person.box_px || (person.box_px->allFinite() && person.box_px->tail<2>().minCoeff() > 0));
    VT_CHECK(person.reason.empty() || person.remarks.empty());
    VT_CHECK(person.hidden.size() == 0 || person.hidden.size() == person.keypoints2d.rows());
    VT_CHECK(person.reason.empty() || person.dense.empty());
    for (const DensePoint& point : person.dense) {
      VT_CHECK(point.image_px.allFinite() && point.part >= 1 && point.part <= 24);
      VT_CHECK(point.uv.minCoeff() >= 0 && point.uv.maxCoeff() <= 1);
    }
  }
}
