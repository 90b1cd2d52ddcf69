// Any bytes as an ASF skeleton and, after the first zero byte, the AMC motion of it.
#include "data/datasets/retarget.h"
#include "data/io/asf_amc.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(asf_amc) {
  const size_t split = bytes.find('\0');
  // A skeleton with every part, so that motions are explored before the fuzzer has found how to write one.
  static const AsfSkeleton known = ParseAsf(
      ":units\nangle deg\n:root\norder TX TY TZ RX RY RZ\naxis XYZ\n:bonedata\nbegin\nname a\naxis 1 2 3 "
      "XYZ\n"
      "dof rx rz\nend\nbegin\nname b\ndof ry\nend\n:hierarchy\nbegin\nroot a\na b\nend\n",
      "known");
  AsfSkeleton skeleton = known;
  if (split != std::string_view::npos) skeleton = ParseAsf(bytes.substr(0, split), "fuzz.asf");
  const std::string_view motion_bytes = split == std::string_view::npos ? bytes : bytes.substr(split + 1);
  const AmcMotion motion = ParseAmc(motion_bytes, "fuzz.amc", skeleton);
  std::vector<Matrix3d> global;
  for (int frame = 0; frame < motion.num_frames() && frame < 4; ++frame) {
    GlobalRotations(skeleton, motion, frame, &global);
    RootPosition(skeleton, motion, frame);
  }
  if (split != std::string_view::npos) VT_CHECK(Retarget(skeleton, motion).poses.allFinite());
}
