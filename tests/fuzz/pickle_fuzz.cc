// Any bytes as a pickle: every value that is reached is taken as what it says it is, then the file is taken
// as a body.
#include "data/io/pickle.h"

#include "data/io/body_file.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

namespace {

void Look(const PickleValue& value, int depth) {
  using Kind = PickleValue::Kind;
  if (value.kind == Kind::kText || value.kind == Kind::kBytes) value.Text();
  value.Find("x");
  if (value.kind == Kind::kArray) {
    VT_CHECK(value.array != nullptr);
    SerializeNpy(*value.array);
  }
  if (value.kind == Kind::kSparse) {
    for (size_t i = 0; i < value.sparse->value.size(); ++i) {
      VT_CHECK(value.sparse->row[i] >= 0 && value.sparse->row[i] < value.sparse->rows);
      VT_CHECK(value.sparse->col[i] >= 0 && value.sparse->col[i] < value.sparse->cols);
    }
  }
  // Two a level: values may hold each other.
  for (size_t i = 0; depth > 0 && i < value.items.size() && i < 2; ++i) Look(*value.items[i], depth - 1);
}

}  // namespace

FUZZ_TARGET(pickle) {
  const std::string path = PathOfBytes(bytes);
  const Pickle file = LoadPickle(path);
  Look(file.root(), 8);
  Tolerate([&] { LoadBodyModel(path); });
}
