// Any bytes as a .npy, without the archive around it that hides most of them behind a checksum.
#include "data/io/npz.h"
#include "tests/fuzz/fuzz_util.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
  using namespace vitruvius;
  try {
    const NpyArray array = ParseNpy(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz", "");
    const bool text = array.kind == NpyArray::Kind::kText || array.kind == NpyArray::Kind::kBytes;
    if (text) {
      array.ToStrings();
    } else {
      array.ToDoubles();
    }
    VT_CHECK(ParseNpy(SerializeNpy(array), "fuzz", "").bytes == array.bytes);
  } catch (const InputError&) {
  }
  return 0;
}
