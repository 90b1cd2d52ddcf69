// Arrays as motion under AMASS's keys: what comes out is finite and agrees in size.
#include "data/datasets/motion_file.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(motion_npz) {
  Motion motion = LoadMotion(PathOfArrays(bytes));
  motion.Check();
  VT_CHECK(motion.poses.allFinite());
  VT_CHECK(motion.transl.allFinite());
  motion = Resample(motion, 30);
  MarkImplausible({}, &motion);
}
