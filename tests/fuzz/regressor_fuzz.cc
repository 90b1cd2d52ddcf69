// Any bytes as a file of joint regressors for a body of eight vertices.
#include "data/io/regressor_file.h"

#include "tests/fuzz/fuzz.h"

using namespace vitruvius;

FUZZ_TARGET(regressor) {
  BodyModelData body;
  body.v_template = MatrixX3d::Identity(8, 3);
  AttachRegressor(PathOfBytes(bytes), &body);
  for (const auto& [name, weights] : body.weighted_points) {
    for (const auto& [vertex, weight] : weights) VT_CHECK(vertex >= 0 && vertex < 8);
  }
}
