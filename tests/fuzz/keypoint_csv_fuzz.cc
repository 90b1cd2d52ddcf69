// Any bytes as a table of keypoints: whatever comes out is finite, or has a reason.
#include "data/io/keypoint_formats.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(keypoint_csv) {
  const auto people = OpenKeypointCsv("table.csv", std::string(bytes), {});
  for (PersonObservation person; people->Next(&person);) {
    VT_CHECK(person.keypoints2d.allFinite() && person.keypoints3d.allFinite());
    VT_CHECK(!person.reason.empty() || person.set != nullptr);
  }
}
