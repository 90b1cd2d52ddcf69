// Any bytes as a torch checkpoint, and every tensor of it; then as VPoser's.
#include "data/io/torch_checkpoint.h"

#include "data/io/vposer_file.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(torch_checkpoint) {
  const auto file = OpenTorchCheckpoint(PathOfBytes(bytes));
  for (const std::string& key : file->Keys()) {
    Tolerate([&] { VT_CHECK(file->ReadAny(key)->shape == file->Shape(key)); });
  }
  Tolerate([&] { VPoserArrays(*file); });
}
