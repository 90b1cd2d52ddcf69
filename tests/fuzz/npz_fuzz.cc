// Any bytes as an archive: every array is read and converted. What arrays mean is the matter of other
// targets.
#include "data/io/npz.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(npz) {
  const std::string path = PathOfBytes(bytes);
  const NpzReader file(path);
  for (const std::string& key : file.Keys()) {
    Tolerate([&] {
      const NpyArray array = file.Read(key);
      Tolerate([&] { array.ToDoubles(); });
      Tolerate([&] { array.ToInts(); });
      Tolerate([&] { array.ToStrings(); });
      ParseNpy(SerializeNpy(array), path, key);
    });
  }
}
