// Any bytes as a DeepMimic clip: what comes out are rotations.
#include "data/io/deepmimic.h"

#include "data/datasets/retarget.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(deepmimic) { VT_CHECK(Retarget(ParseDeepMimic(std::string(bytes), "fuzz")).poses.allFinite()); }
