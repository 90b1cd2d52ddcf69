// Any bytes as a picture: one that is read has as many pixels as it says.
#include "data/io/picture.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(picture) {
  const Image image = ParsePicture(bytes, "fuzz");
  VT_CHECK(!image.empty() && image.pixels.size() == static_cast<std::size_t>(image.width) * image.height);
}
