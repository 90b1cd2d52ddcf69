// Any bytes as an archive: every array is read and converted, then the archive is taken as a body and as
// people.
#include "data/io/body_file.h"
#include "data/io/keypoint_formats.h"
#include "data/io/npz.h"
#include "tests/fuzz/fuzz_util.h"

namespace {

using namespace vitruvius;

template <typename Run>
void Tolerate(Run run) {
  try {
    run();
  } catch (const InputError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
  return ReadBytes(data, size, [](const std::string& path) {
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
    Tolerate([&] { LoadBodyModel(path); });
    Tolerate([&] {
      const auto people = OpenObservationNpz(path, {});
      for (PersonObservation person; people->Next(&person);) VT_CHECK(person.keypoints2d.allFinite());
    });
  });
}
