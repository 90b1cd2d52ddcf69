// Arrays as a body: one that loads can be posed, and has finite joints.
#include "data/io/body_file.h"
#include "models/body/body_evaluator.h"
#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(body_npz) {
  const auto model = LoadBodyModel(PathOfArrays(bytes));
  VT_CHECK(model->joint_template().allFinite());
  PoseMesh(*model, BodyParameters::Zero(*model));
}
