// Any bytes as a torch checkpoint, and every tensor of it; then as VPoser's.
#include "data/io/torch_checkpoint.h"

#include "data/io/vposer_file.h"
#include "tests/fuzz/fuzz_util.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
  using namespace vitruvius;
  return ReadBytes(data, size, [](const std::string& path) {
    const auto file = OpenTorchCheckpoint(path);
    for (const std::string& key : file->Keys()) {
      try {
        VT_CHECK(file->ReadAny(key)->shape == file->Shape(key));
      } catch (const InputError&) {
      }
    }
    VPoserArrays(*file);
  });
}
