// Any bytes as a .npy, without the archive around it that hides most of them behind a checksum.
#include "data/io/npz.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(npy) {
  const NpyArray array = ParseNpy(bytes, "fuzz", "");
  const bool text = array.kind == NpyArray::Kind::kText || array.kind == NpyArray::Kind::kBytes;
  if (text) {
    array.ToStrings();
  } else {
    array.ToDoubles();
  }
  VT_CHECK(ParseNpy(SerializeNpy(array), "fuzz", "").bytes == array.bytes);
}
