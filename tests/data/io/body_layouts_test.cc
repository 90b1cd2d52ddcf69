// Bodies of other layouts than SMPL's, regressors beside them, and conversion between .npz and .pkl.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/body_file.h"
#include "data/io/named_arrays.h"
#include "data/io/pickle_writer.h"
#include "data/io/regressor_file.h"
#include "models/body/model_check.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/test_body.h"

namespace vitruvius::body_layouts_test {
namespace {

using ::testing::HasSubstr;
using Arrays = std::map<std::string, NpyArray>;

class BodyLayouts : public ::testing::Test {
 protected:
  // A small SMPL body, as SaveBodyModel writes it.
  Arrays SmplArrays() {
    SaveBodyModel(folder_ / "smpl.npz", *MakeTestBody());
    const NpzReader file(folder_ / "smpl.npz");
    Arrays arrays;
    for (const std::string& key : file.Keys()) arrays[key] = file.Read(key);
    return arrays;
  }
  // Row r of R: all of vertex `vertices[r]`.
  static NpyArray PickRows(const std::vector<int>& vertices, std::int64_t num_vertices,
                           bool transposed = false) {
    const auto rows = static_cast<std::int64_t>(vertices.size());
    std::vector<double> values(static_cast<size_t>(rows * num_vertices));
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t v = vertices[static_cast<size_t>(r)];
      values[static_cast<size_t>(transposed ? v * rows + r : r * num_vertices + v)] = 1;
    }
    return NpyArray::FromDoubles(values.data(), transposed ? std::vector<std::int64_t>{num_vertices, rows}
                                                           : std::vector<std::int64_t>{rows, num_vertices});
  }
  // Vertices 0 ... n-1 whose x is positive for each name of a left point.
  static std::vector<int> PlacesFor(const std::vector<std::string>& names, const MatrixX3d& v_template,
                                    bool mirrored) {
    std::vector<int> places, of_sign[2];
    for (int v = 0; v < v_template.rows(); ++v) of_sign[v_template(v, 0) > 0].push_back(v);
    size_t next[2] = {0, 0};
    for (const std::string& name : names) {
      const bool positive = (name.rfind("left_", 0) == 0) != mirrored;
      places.push_back(of_sign[positive][next[positive]++]);
    }
    return places;
  }
  const TemporaryFolder folder_;
};

TEST_F(BodyLayouts, StarIsReadInBothShapesAndWrittenBack) {
  Arrays arrays = SmplArrays();
  std::vector<float> posedirs(60 * 3 * 93);
  for (size_t i = 0; i < posedirs.size(); ++i) posedirs[i] = 0.01f * static_cast<float>(i % 11);
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{60, 3, 93}, {180, 93}}) {
    arrays["posedirs"] = NpyArray::FromFloats(posedirs.data(), shape);
    WriteNpz(folder_ / "STAR_MALE.npz", arrays);
    const auto star = LoadBodyModel(folder_ / "STAR_MALE.npz");
    EXPECT_EQ(star->pose_feature(), PoseFeature::kQuaternion);
    EXPECT_EQ(star->posedirs()(4, 6), posedirs[4 * 93 + 6]);
    SaveBodyModel(folder_ / "back.npz", *star);
    EXPECT_EQ(LoadBodyModel(folder_ / "back.npz")->posedirs(), star->posedirs());
  }
  arrays["posedirs"] = NpyArray::FromFloats(posedirs.data(), {60, 3, 92});
  WriteNpz(folder_ / "STAR_MALE.npz", arrays);
  EXPECT_THAT(
      ErrorOf([&] { LoadBodyModel(folder_ / "STAR_MALE.npz"); }),
      HasSubstr("found shape (60, 3, 92), expected (60, 3, 207) or STAR's (60, 3, 93) for 24 joints"));
}

TEST_F(BodyLayouts, RegressorsBesideTheBodyAndNamedOnesAreAttached) {
  WriteNpz(folder_ / "body.npz", SmplArrays());
  const auto body = MakeTestBody();
  const std::vector<std::string> h36m = RegressorRowNames("h36m"), extra = RegressorRowNames("extra");
  ASSERT_EQ(h36m.size(), 17u);
  const std::vector<int> places = PlacesFor(h36m, body->v_template(), false);
  WriteFileAtomically(folder_ / "J_regressor_h36m.npy", SerializeNpy(PickRows(places, 60)));
  WriteFileAtomically(folder_ / "J_regressor_extra.npy",
                      SerializeNpy(PickRows({1, 2, 3, 4, 5, 6, 7, 8, 9}, 61)));  // of another body
  const auto loaded = LoadBodyModel(folder_ / "body.npz");
  EXPECT_EQ(loaded->weighted_points().size(), 17u);
  for (size_t i = 0; i < h36m.size(); ++i) {
    const VertexWeights expected = {{places[i], 1.0}};
    EXPECT_EQ(loaded->weighted_points().at("h36m/" + h36m[i]), expected) << h36m[i];
  }
  BodyFileOptions options;
  options.regressors_beside = false;
  EXPECT_TRUE(LoadBodyModel(folder_ / "body.npz", options)->weighted_points().empty());
  options.regressors = {folder_ / "J_regressor_extra.npy"};
  EXPECT_THAT(ErrorOf([&] { LoadBodyModel(folder_ / "body.npz", options); }),
              HasSubstr("J_regressor_extra.npy: array: is for 61 vertices, the body has 60"));
  WriteFileAtomically(folder_ / "other.npy", SerializeNpy(PickRows({1, 2, 3}, 60)));
  options.regressors = {folder_ / "other.npy"};
  EXPECT_THAT(ErrorOf([&] { LoadBodyModel(folder_ / "body.npz", options); }),
              HasSubstr("found a matrix for 3 joints, expected 17 (H36M)"));
}

// Two files of Human3.6M's joints are in use, one with the left leg first, one with the right.
TEST_F(BodyLayouts, SidesAreToldByPlace) {
  BodyModelData data = MakeTestBody()->data();
  const std::vector<std::string> names = RegressorRowNames("h36m");
  const std::vector<int> places = PlacesFor(names, data.v_template, true);
  WriteFileAtomically(folder_ / "J_regressor_h36m_correct.npy", SerializeNpy(PickRows(places, 60, true)));
  AttachRegressor(folder_ / "J_regressor_h36m_correct.npy", &data);
  const VertexWeights second_row = {{places[1], 1.0}};
  EXPECT_EQ(data.weighted_points.at("h36m/right_hip"), second_row);
  for (const auto& [name, weights] : data.weighted_points) {
    const double x = data.v_template(weights[0].first, 0);
    if (name.rfind("h36m/left_", 0) == 0) {
      EXPECT_GT(x, 0) << name;
    }
    if (name.rfind("h36m/right_", 0) == 0) {
      EXPECT_LT(x, 0) << name;
    }
  }
}

TEST_F(BodyLayouts, NineteenRowsAreToldByTheFilesName) {
  BodyModelData data = MakeTestBody()->data();
  const std::vector<std::string> j19 = RegressorRowNames("j19"), coco = RegressorRowNames("cocoplus");
  ASSERT_EQ(j19.size(), 19u);
  ASSERT_EQ(coco.size(), 19u);
  EXPECT_EQ(RegressorRowNames("body25").size(), 25u);
  const NpyArray rows = PickRows(PlacesFor(j19, data.v_template, false), 60);
  WritePickle(folder_ / "SMPL_to_J19.pkl", {{"array", rows}});
  AttachRegressor(folder_ / "SMPL_to_J19.pkl", &data);
  EXPECT_EQ(data.weighted_points.count("j19/spine"), 1u);
  EXPECT_EQ(data.weighted_points.count("j19/nose"), 0u);

  Arrays arrays = SmplArrays();
  arrays["cocoplus_regressor"] = rows;
  WritePickle(folder_ / "neutral_smpl_with_cocoplus_reg.pkl", arrays);
  BodyFileOptions options;
  options.regressors_beside = false;
  const auto hmr = LoadBodyModel(folder_ / "neutral_smpl_with_cocoplus_reg.pkl", options);
  EXPECT_EQ(hmr->weighted_points().count("cocoplus/nose"), 1u);
}

TEST_F(BodyLayouts, RowsThatSumToNothingAreRefused) {
  WriteNpz(folder_ / "body.npz", SmplArrays());
  const std::vector<double> zeros(9 * 60);
  WriteFileAtomically(folder_ / "J_regressor_extra.npy",
                      SerializeNpy(NpyArray::FromDoubles(zeros.data(), {9, 60})));
  EXPECT_THAT(ErrorOf([&] { LoadBodyModel(folder_ / "body.npz"); }),
              HasSubstr("extra/head: weights of vertices sum to 0, expected 1"));
}

TEST_F(BodyLayouts, ConversionBothWaysKeepsEveryArray) {
  Arrays arrays = SmplArrays();
  const float uv[] = {0.25f, 0.5f};
  arrays["vt"] = NpyArray::FromFloats(uv, {1, 2});
  arrays.erase("gender");
  arrays.erase("name");
  WriteNpz(folder_ / "SMPL_FEMALE.npz", arrays);
  ConvertBodyFile(folder_ / "SMPL_FEMALE.npz", folder_ / "a.pkl");
  ConvertBodyFile(folder_ / "a.pkl", folder_ / "b.npz");
  ConvertBodyFile(folder_ / "b.npz", folder_ / "c.pkl");
  EXPECT_EQ(ReadFile(folder_ / "a.pkl"), ReadFile(folder_ / "c.pkl"));
  const NpzReader back(folder_ / "b.npz");
  for (const auto& [key, array] : arrays) {
    const NpyArray found = back.Read(key);
    EXPECT_EQ(found.DTypeName(), array.DTypeName()) << key;
    EXPECT_EQ(found.shape, array.shape) << key;
    EXPECT_EQ(found.bytes, array.bytes) << key;
  }
  EXPECT_EQ(LoadBodyModel(folder_ / "b.npz")->gender(), "female");
  EXPECT_EQ(LoadBodyModel(folder_ / "a.pkl")->name(), "SMPL_FEMALE");
}

TEST_F(BodyLayouts, WeightedPointsSurviveConversion) {
  WriteNpz(folder_ / "body.npz", SmplArrays());
  const auto places = PlacesFor(RegressorRowNames("extra"), MakeTestBody()->v_template(), false);
  WriteFileAtomically(folder_ / "J_regressor_extra.npy", SerializeNpy(PickRows(places, 60)));
  const auto body = LoadBodyModel(folder_ / "body.npz");
  ConvertBodyFile(folder_ / "body.npz", folder_ / "copy.pkl");
  std::filesystem::remove(folder_ / "J_regressor_extra.npy");
  EXPECT_EQ(LoadBodyModel(folder_ / "copy.pkl")->weighted_points(), body->weighted_points());
  EXPECT_EQ(body->weighted_points().size(), 9u);
}

TEST_F(BodyLayouts, PythonReadsOurPickles) {
  if (!HasNumpy()) GTEST_SKIP() << "no /usr/bin/python3 with numpy";
  Arrays arrays = SmplArrays();
  const std::int8_t flags[] = {1, 0, -128};
  arrays["flags"] = NpyArray::FromInt8(flags, {3});
  arrays["empty"] = NpyArray::FromDoubles(nullptr, {0, 3});
  arrays["one"] = NpyArray::FromStrings({"a", "B\xc3\xa9"});
  WriteNpz(folder_ / "body.npz", arrays);
  WritePickle(folder_ / "body.pkl", arrays);
  EXPECT_TRUE(RunPython(folder_, R"(
import pickle, pickletools
import numpy as np
data = open('body.pkl', 'rb').read()
assert data[:2] == b'\x80\x02'
assert max(op.proto for op, _, _ in pickletools.genops(data)) <= 2
npz = np.load('body.npz')
for encoding in ('ASCII', 'latin1', 'bytes'):
    found = pickle.loads(data, encoding=encoding)
    assert sorted(found) == sorted(npz.files)
    for key in npz.files:
        a = np.asarray(found[key])
        assert a.dtype == npz[key].dtype and a.shape == npz[key].shape, key
        assert (a == npz[key]).all(), key
assert found['gender'] == 'neutral' and isinstance(found['gender'], str)
assert found['v_template'].flags.writeable
)"));
}

}  // namespace
}  // namespace vitruvius::body_layouts_test
