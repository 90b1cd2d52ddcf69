// Any bytes as a file of joint regressors for a body of eight vertices.
#include "data/io/regressor_file.h"

#include "tests/fuzz/fuzz_util.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
  using namespace vitruvius;
  return ReadBytes(data, size, [](const std::string& path) {
    BodyModelData body;
    body.v_template = MatrixX3d::Random(8, 3);
    AttachRegressor(path, &body);
    for (const auto& [name, weights] : body.weighted_points) {
      for (const auto& [vertex, weight] : weights) VT_CHECK(vertex >= 0 && vertex < 8);
    }
  });
}
