// Any bytes as rows of exponential maps: what comes out are rotations.
#include "data/io/expmap.h"

#include "data/datasets/retarget.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(expmap) { VT_CHECK(Retarget(ParseExpmap(bytes, "fuzz")).poses.allFinite()); }
