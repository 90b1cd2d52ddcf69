// Arrays as results: a usable row has finite parameters.
#include "data/io/result_writer.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(results_npz) {
  for (const ResultsFile::Row& row : ReadResults(PathOfArrays(bytes)).rows) {
    if (!row.fit.usable) continue;
    VT_CHECK(row.fit.parameters.body_pose.allFinite());
    VT_CHECK(row.fit.parameters.betas.allFinite());
    VT_CHECK(row.fit.parameters.transl.allFinite());
  }
}
