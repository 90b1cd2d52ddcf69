// Any bytes as OpenPose or COCO JSON: whatever comes out is finite, or has a reason.
#include "data/io/keypoint_formats.h"
#include "tests/fuzz/fuzz_util.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
  using namespace vitruvius;
  return ReadBytes(data, size, [](const std::string& path) {
    const auto people = OpenKeypointJson(path, {});
    for (PersonObservation person; people->Next(&person);) {
      VT_CHECK(person.keypoints2d.allFinite());
      VT_CHECK(!person.reason.empty() || person.keypoints2d.col(2).maxCoeff() > 0);
      VT_CHECK(person.keypoints2d.size() == 0 || person.keypoints2d.col(2).maxCoeff() <= 1);
    }
  });
}
