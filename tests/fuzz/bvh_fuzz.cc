// Any bytes as a BVH file, and what is computed from the channels of one that was read.
#include "data/io/bvh.h"

#include "data/datasets/retarget.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(bvh) {
  const BvhMotion motion = ParseBvh(bytes, "fuzz");
  std::vector<Matrix3d> global;
  for (int frame = 0; frame < motion.num_frames() && frame < 4; ++frame) {
    motion.GlobalRotations(frame, &global);
    motion.RootPosition(frame);
  }
  VT_CHECK(Retarget(motion).poses.allFinite());
}
