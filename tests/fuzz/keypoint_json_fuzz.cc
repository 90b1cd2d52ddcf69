// Any bytes as keypoint JSON: whatever comes out is finite, or has a reason.
#include "data/io/keypoint_formats.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(keypoint_json) {
  const auto people = OpenKeypointJson(PathOfBytes(bytes), {});
  for (PersonObservation person; people->Next(&person);) {
    VT_CHECK(person.keypoints2d.allFinite() && person.keypoints3d.allFinite());
    const Eigen::VectorXd confidence = person.is_3d() ? Eigen::VectorXd(person.keypoints3d.col(3))
                                                      : Eigen::VectorXd(person.keypoints2d.col(2));
    VT_CHECK(!person.reason.empty() || (confidence.size() > 0 && confidence.maxCoeff() > 0));
    VT_CHECK(confidence.size() == 0 || confidence.maxCoeff() <= 1);
  }
}
