// Any bytes as a keypoint set of the user's own.
#include "data/io/keypoint_set_file.h"
#include "models/body/mannequin.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(keypoint_set) {
  const KeypointSet set = ReadKeypointSet(PathOfBytes(bytes));
  VT_CHECK(static_cast<int>(set.Mirror().size()) == set.size());
  BindKeypoints(set, *Mannequin());
}
