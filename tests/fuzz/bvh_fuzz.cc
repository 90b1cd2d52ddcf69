// Any bytes as a BVH file, and what is computed from the channels of one that was read.
#include "data/io/bvh.h"
#include "tests/fuzz/fuzz_util.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
  using namespace vitruvius;
  try {
    const BvhMotion motion = ParseBvh(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz");
    std::vector<Matrix3d> global;
    for (int frame = 0; frame < motion.num_frames() && frame < 4; ++frame) {
      motion.GlobalRotations(frame, &global);
      motion.RootPosition(frame);
    }
  } catch (const InputError&) {
  }
  return 0;
}
