#include "data/io/body_file.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/mesh_files.h"
#include "data/io/npz.h"
#include "tests/data/io/io_test_util.h"

namespace vitruvius::body_file_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Arrays = std::map<std::string, NpyArray>;

// A body of four vertices, three joints in a chain and two betas, in SMPL's keys.
Arrays SmallBody() {
  const double v_template[] = {0, 0, 0, 0, 1, 0, 0, 2, 0, 1, 2, 0};
  std::vector<double> shapedirs(4 * 3 * 2), posedirs(4 * 3 * 18);
  for (size_t i = 0; i < shapedirs.size(); ++i) shapedirs[i] = 0.01 * static_cast<double>(i);
  for (size_t i = 0; i < posedirs.size(); ++i) posedirs[i] = 0.001 * static_cast<double>(i);
  const double regressor[] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0.5, 0.5};
  const double weights[] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0.25, 0.75};
  const std::uint32_t kintree[] = {0xffffffffu, 0, 1, 0, 1, 2}, faces[] = {0, 1, 2, 1, 3, 2};
  Arrays arrays;
  arrays["v_template"] = NpyArray::FromDoubles(v_template, {4, 3});
  arrays["shapedirs"] = NpyArray::FromDoubles(shapedirs.data(), {4, 3, 2});
  arrays["posedirs"] = NpyArray::FromDoubles(posedirs.data(), {4, 3, 18});
  arrays["J_regressor"] = NpyArray::FromDoubles(regressor, {3, 4});
  arrays["weights"] = NpyArray::FromDoubles(weights, {4, 3});
  arrays["kintree_table"] = NpyArray::FromUint32(kintree, {2, 3});
  arrays["f"] = NpyArray::FromUint32(faces, {2, 3});
  return arrays;
}

NpyArray Kintree(const std::vector<std::int32_t>& parents_and_ids) {
  return NpyArray::FromInt32(parents_and_ids.data(),
                             {2, static_cast<std::int64_t>(parents_and_ids.size() / 2)});
}

class BodyFile : public ::testing::Test {
 protected:
  std::shared_ptr<const BodyModel> Load(const Arrays& arrays, const std::string& name = "body.npz",
                                        const BodyFileOptions& options = {}) {
    WriteNpz(folder_ / name, arrays);
    return LoadBodyModel(folder_ / name, options);
  }
  std::string ErrorWith(const std::string& key, const NpyArray& array) {
    Arrays arrays = SmallBody();
    arrays[key] = array;
    return ErrorOf([&] { Load(arrays); });
  }
  std::string ErrorWithout(const std::string& key) {
    Arrays arrays = SmallBody();
    arrays.erase(key);
    return ErrorOf([&] { Load(arrays); });
  }
  const TemporaryFolder folder_;
};

TEST_F(BodyFile, ReadsSmplKeys) {
  Arrays arrays = SmallBody();
  arrays["bs_style"] = NpyArray::FromString("lbs");  // unknown, skipped
  const auto body = Load(arrays, "SMPL_FEMALE.npz");
  EXPECT_EQ(body->name(), "SMPL_FEMALE");
  EXPECT_EQ(body->gender(), "female");
  EXPECT_EQ(body->num_vertices(), 4);
  EXPECT_EQ(body->num_joints(), 3);
  EXPECT_EQ(body->num_betas(), 2);
  EXPECT_THAT(body->parents(), ElementsAre(-1, 0, 1));
  EXPECT_EQ(body->shapedirs()(5, 1), 0.01 * 11);  // vertex 1, z, second beta
  EXPECT_EQ(body->posedirs()(3, 2), static_cast<float>(0.001 * (3 * 18 + 2)));
  EXPECT_EQ(body->joint_regressor().coeff(2, 3), 0.5);
  EXPECT_EQ(body->weights().coeff(3, 1), 0.25);
  EXPECT_EQ(body->weights().nonZeros(), 5);
  EXPECT_EQ(body->faces().row(1), Eigen::RowVector3i(1, 3, 2));
}

TEST_F(BodyFile, RootMayBeMinusOneAndPosedirsZeroOrAbsent) {
  Arrays arrays = SmallBody();
  arrays["kintree_table"] = Kintree({-1, 0, 1, 0, 1, 2});
  const std::vector<double> zeros(4 * 3 * 18, 0.0);
  arrays["posedirs"] = NpyArray::FromDoubles(zeros.data(), {4, 3, 18});
  EXPECT_FALSE(Load(arrays)->has_posedirs());
  EXPECT_THAT(Load(arrays)->parents(), ElementsAre(-1, 0, 1));
  arrays.erase("posedirs");
  EXPECT_FALSE(Load(arrays)->has_posedirs());
  arrays.erase("shapedirs");
  EXPECT_EQ(Load(arrays)->num_betas(), 0);
}

TEST_F(BodyFile, KeepsTheFirstBetas) {
  BodyFileOptions options;
  options.max_betas = 1;
  const auto body = Load(SmallBody(), "body.npz", options);
  EXPECT_EQ(body->num_betas(), 1);
  for (int row = 0; row < 12; ++row) EXPECT_EQ(body->shapedirs()(row, 0), 0.01 * (2 * row)) << row;
  options.max_betas = -1;
  EXPECT_THAT(ErrorOf([&] { options.Check(); }), HasSubstr("max_betas"));
}

TEST_F(BodyFile, ReadsNamesLandmarksAndGender) {
  Arrays arrays = SmallBody();
  const std::int32_t vertices[] = {3, 0};
  arrays["landmark_names"] = NpyArray::FromStrings({"nose", "left_heel"});
  arrays["landmark_vertices"] = NpyArray::FromInt32(vertices, {2});
  arrays["joint_names"] = NpyArray::FromStrings({"hips", "belly", "head"});
  arrays["gender"] = NpyArray::FromString("male");
  arrays["name"] = NpyArray::FromString("stick");
  const auto body = Load(arrays);
  EXPECT_EQ(body->landmarks().at("nose"), 3);
  EXPECT_EQ(body->landmarks().at("left_heel"), 0);
  EXPECT_EQ(body->JointIndex("belly"), 1);
  EXPECT_EQ(body->gender(), "male");
  EXPECT_EQ(body->name(), "stick");
}

TEST_F(BodyFile, RoundTrip) {
  const auto body = Load(SmallBody(), "SMPL_MALE.npz");
  SaveBodyModel(folder_ / "copy.npz", *body);
  const auto copy = LoadBodyModel(folder_ / "copy.npz");
  EXPECT_EQ(copy->name(), body->name());
  EXPECT_EQ(copy->gender(), "male");
  EXPECT_EQ(copy->v_template(), body->v_template());
  EXPECT_EQ(copy->shapedirs(), body->shapedirs());
  EXPECT_EQ(copy->posedirs(), body->posedirs());
  EXPECT_EQ(copy->faces(), body->faces());
  EXPECT_EQ(copy->parents(), body->parents());
  EXPECT_EQ(copy->joint_names(), body->joint_names());
  EXPECT_EQ(copy->landmarks(), body->landmarks());
  EXPECT_EQ(RowMatrixXd(copy->weights()), RowMatrixXd(body->weights()));
  EXPECT_EQ(RowMatrixXd(copy->joint_regressor()), RowMatrixXd(body->joint_regressor()));
  SaveBodyModel(folder_ / "again.npz", *copy);
  EXPECT_TRUE(ReadFile(folder_ / "again.npz") == ReadFile(folder_ / "copy.npz"));
}

TEST_F(BodyFile, ReadsWhatNumpyWritesWithObjectsBetween) {
  if (!HasNumpy()) GTEST_SKIP() << "no /usr/bin/python3 with numpy";
  SaveBodyModel(folder_ / "body.npz", *Load(SmallBody(), "in.npz"));
  ASSERT_TRUE(RunPython(folder_, R"(
import numpy as np
z = dict(np.load('body.npz'))
assert z['kintree_table'].tolist() == [[2**32 - 1, 0, 1], [0, 1, 2]] and z['posedirs'].dtype == np.float32
z['allow_pickle'] = np.array(True)
z['joint2num'] = np.array({'hips': 0}, object)
z['shapedirs'] = np.asfortranarray(z['shapedirs'].astype('>f4'))
z['f'] = z['f'].astype(np.int64)
np.savez_compressed('numpy.npz', **z)
)"));
  const auto body = LoadBodyModel(folder_ / "numpy.npz");
  EXPECT_EQ(body->shapedirs()(5, 1), static_cast<double>(0.11f));
  EXPECT_EQ(body->faces().row(1), Eigen::RowVector3i(1, 3, 2));
}

TEST_F(BodyFile, NamesWhatIsWrong) {
  for (const char* key : {"v_template", "J_regressor", "weights", "kintree_table", "f"}) {
    EXPECT_THAT(ErrorWithout(key), HasSubstr(StrCat("body.npz: ", key, ": is missing"))) << key;
  }
  EXPECT_THAT(ErrorOf([] { LoadBodyModel("SMPL_NEUTRAL.pkl"); }),
              HasSubstr("SMPL_NEUTRAL.pkl: cannot be opened: No such file"));
  EXPECT_THAT(ErrorOf([&] { LoadBodyModel(folder_ / "none.npz"); }), HasSubstr("No such file"));

  const double nan[] = {NAN, 0, 0, 0, 1, 0, 0, 2, 0, 1, 2, 0};
  EXPECT_THAT(ErrorWith("v_template", NpyArray::FromDoubles(nan, {4, 3})),
              HasSubstr("body.npz: v_template: holds a value that is not finite"));
  EXPECT_THAT(ErrorWith("v_template", NpyArray::FromDoubles(nan, {3, 4})),
              HasSubstr("v_template: found shape (3, 4), expected (n, 3)"));
  EXPECT_THAT(ErrorWith("v_template", NpyArray::FromDoubles(nan, {0, 3})), HasSubstr("found 0 vertices"));
  EXPECT_THAT(ErrorWith("v_template", NpyArray::FromString("x")), HasSubstr("found shape ()"));
  EXPECT_THAT(ErrorWith("shapedirs", NpyArray::FromDoubles(nan, {2, 3, 2})),
              HasSubstr("shapedirs: found shape (2, 3, 2), expected (4, 3, n)"));
  EXPECT_THAT(ErrorWith("posedirs", NpyArray::FromDoubles(nan, {4, 3, 1})),
              HasSubstr("expected (4, 3, 18) or STAR"));
  EXPECT_THAT(ErrorWith("J_regressor", NpyArray::FromDoubles(nan, {3, 4})),
              HasSubstr("J_regressor: row 0 holds a value that is not finite"));
  EXPECT_THAT(ErrorWith("weights", NpyArray::FromDoubles(nan + 1, {3, 3})),
              HasSubstr("weights: found shape (3, 3), expected (4, 3)"));
  EXPECT_THAT(ErrorWith("weights", NpyArray::FromStrings({"a"})), HasSubstr("weights: found shape (1,)"));

  EXPECT_THAT(ErrorWith("kintree_table", Kintree({-1, 2, 1, 0, 1, 2})),
              HasSubstr("kintree_table: joint 1 is part of a cycle"));
  EXPECT_THAT(ErrorWith("kintree_table", Kintree({-1, 2, 0, 0, 1, 2})),
              HasSubstr("joint 1 comes before its parent 2"));
  EXPECT_THAT(ErrorWith("kintree_table", Kintree({-1, 0, 9, 0, 1, 2})),
              HasSubstr("joint 2 has parent 9, expected 0 to 2"));
  EXPECT_THAT(ErrorWith("kintree_table", Kintree({-1, -1, 0, 0, 1, 2})), HasSubstr("joint 1 has parent -1"));
  EXPECT_THAT(ErrorWith("kintree_table", Kintree({-1, 0, 1, 0, 2, 1})),
              HasSubstr("column 1 is joint 2, expected 1"));
  EXPECT_THAT(ErrorWith("kintree_table", Kintree({})), HasSubstr("found 0 joints"));

  const std::int32_t faces[] = {0, 1, 4, -1, 1, 2};
  EXPECT_THAT(ErrorWith("f", NpyArray::FromInt32(faces, {1, 3})), HasSubstr("f: holds 4, expected 0 to 3"));
  EXPECT_THAT(ErrorWith("f", NpyArray::FromInt32(faces + 3, {1, 3})),
              HasSubstr("f: holds -1, expected 0 to 3"));
  EXPECT_THAT(ErrorWith("landmark_names", NpyArray::FromStrings({"nose"})),
              HasSubstr("landmark_vertices: is missing"));
  EXPECT_THAT(ErrorWith("joint_names", NpyArray::FromStrings({"nose"})),
              HasSubstr("joint_names: found 1 names, expected 3"));
}

TEST_F(BodyFile, DoubleAndLostLandmarksAreNamed) {
  Arrays arrays = SmallBody();
  const std::int32_t vertices[] = {3, 9};
  arrays["landmark_names"] = NpyArray::FromStrings({"nose", "nose"});
  arrays["landmark_vertices"] = NpyArray::FromInt32(vertices, {2});
  EXPECT_THAT(ErrorOf([&] { Load(arrays); }), HasSubstr("landmark_vertices: holds 9, expected 0 to 3"));
  const std::int32_t inside[] = {3, 2};
  arrays["landmark_vertices"] = NpyArray::FromInt32(inside, {2});
  EXPECT_THAT(ErrorOf([&] { Load(arrays); }), HasSubstr("names 'nose' twice"));
}

// SMPL-X's tree on a small mesh: every joint is a mean of vertices.
Arrays FaceAndHands(std::int64_t shape_columns) {
  const std::int64_t j = 55, v = 60;
  std::vector<double> v_template(3 * v), shapedirs(3 * v * shape_columns), regressor(j * v), weights(v * j),
      mean(45), components(45 * 45), bary;
  std::vector<std::uint32_t> kintree, faces;
  for (size_t i = 0; i < v_template.size(); ++i) v_template[i] = std::sin(static_cast<double>(i));
  for (size_t i = 0; i < shapedirs.size(); ++i) {
    shapedirs[i] = 0.001 * static_cast<double>(i % static_cast<size_t>(shape_columns));
  }
  for (std::int64_t i = 0; i < j; ++i) regressor[static_cast<size_t>(i * v + i)] = 1;
  for (std::int64_t i = 0; i < v; ++i) weights[static_cast<size_t>(i * j + i % j)] = 1;
  for (const int parent : SmplxParents()) kintree.push_back(static_cast<std::uint32_t>(parent));
  for (std::uint32_t i = 0; i < j; ++i) kintree.push_back(i);
  for (std::uint32_t i = 0; i + 2 < v; ++i) faces.insert(faces.end(), {i, i + 1, i + 2});
  for (size_t i = 0; i < mean.size(); ++i) mean[i] = 0.01 * static_cast<double>(i + 1);
  for (size_t i = 0; i < components.size(); ++i) components[i] = 0.1 * static_cast<double>(i % 7);
  std::vector<std::int32_t> landmark_faces;
  for (std::int32_t i = 0; i < 51; ++i) {
    landmark_faces.push_back(57 - i);
    bary.insert(bary.end(), {0.5, 0.25, 0.25});
  }
  Arrays arrays;
  arrays["v_template"] = NpyArray::FromDoubles(v_template.data(), {v, 3});
  arrays["shapedirs"] = NpyArray::FromDoubles(shapedirs.data(), {v, 3, shape_columns});
  arrays["J_regressor"] = NpyArray::FromDoubles(regressor.data(), {j, v});
  arrays["weights"] = NpyArray::FromDoubles(weights.data(), {v, j});
  arrays["kintree_table"] = NpyArray::FromUint32(kintree.data(), {2, j});
  arrays["f"] = NpyArray::FromUint32(faces.data(), {static_cast<std::int64_t>(faces.size() / 3), 3});
  arrays["hands_meanl"] = arrays["hands_meanr"] = NpyArray::FromDoubles(mean.data(), {45});
  arrays["hands_componentsl"] = arrays["hands_componentsr"] =
      NpyArray::FromDoubles(components.data(), {45, 45});
  arrays["lmk_faces_idx"] = NpyArray::FromInt32(landmark_faces.data(), {51});
  arrays["lmk_bary_coords"] = NpyArray::FromDoubles(bary.data(), {51, 3});
  return arrays;
}

TEST_F(BodyFile, ExpressionsAreNotShapes) {
  struct Case {
    std::int64_t columns;
    int betas, expressions;
  };
  for (const Case& c : {Case{20, 10, 10}, Case{400, 10, 10}, Case{10, 10, 0}, Case{300, 10, 0}}) {
    const auto body = Load(FaceAndHands(c.columns));
    EXPECT_EQ(body->num_betas(), c.betas) << c.columns;
    EXPECT_EQ(body->num_expressions(), c.expressions) << c.columns;
    if (c.expressions > 0) {
      EXPECT_EQ(body->data().expressiondirs(7, 3), 0.001 * (c.columns == 20 ? 13 : 303)) << c.columns;
    }
  }
  BodyFileOptions all;
  all.max_betas = all.max_expressions = 1000;
  EXPECT_EQ(Load(FaceAndHands(400), "body.npz", all)->num_betas(), 300);
  EXPECT_EQ(Load(FaceAndHands(400), "body.npz", all)->num_expressions(), 100);
  EXPECT_EQ(Load(FaceAndHands(20), "body.npz", all)->num_betas(), 10);
}

TEST_F(BodyFile, FaceAndHandsAreNamed) {
  const auto body = Load(FaceAndHands(20));
  EXPECT_EQ(body->joint_names(), SmplxJointNames());
  EXPECT_EQ(body->JointIndex("right_thumb3"), 54);
  EXPECT_EQ(body->left_hand().first_joint, 25);
  EXPECT_EQ(body->right_hand().first_joint, 40);
  EXPECT_EQ(body->left_hand().components.rows(), 45);
  const Eigen::VectorXd relaxed = body->RelaxedPose();
  EXPECT_EQ(relaxed.head(3 * 24).norm(), 0);
  EXPECT_EQ(relaxed[3 * 24], 0.01);
  EXPECT_EQ(relaxed[3 * 39], 0.01);
  ASSERT_EQ(body->weighted_points().size(), 51u);
  const VertexWeights expected = {{57, 0.5}, {58, 0.25}, {59, 0.25}};
  EXPECT_EQ(body->weighted_points().at("face_17"), expected);
  EXPECT_EQ(body->weighted_points().count("face_67"), 1u);

  SaveBodyModel(folder_ / "copy.npz", *body);
  const auto copy = LoadBodyModel(folder_ / "copy.npz");
  EXPECT_EQ(copy->weighted_points(), body->weighted_points());
  EXPECT_EQ(copy->num_betas(), 10);
  EXPECT_EQ(copy->data().expressiondirs, body->data().expressiondirs);
  EXPECT_EQ(copy->RelaxedPose(), relaxed);
  EXPECT_EQ(copy->right_hand().components, body->right_hand().components);

  Arrays arrays = FaceAndHands(20);
  const std::int32_t outside[] = {58};
  arrays["lmk_faces_idx"] = NpyArray::FromInt32(outside, {1});
  EXPECT_THAT(ErrorOf([&] { Load(arrays); }), HasSubstr("lmk_faces_idx: holds 58, expected 0 to 57"));
}

TEST_F(BodyFile, ObjWritesOneBasedFaces) {
  MatrixX3d vertices(3, 3);
  vertices << 0, 0.5, -1, 1e-7, 2, 3, 0.1, 0.2, 1.0 / 3;
  MatrixX3i faces(1, 3);
  faces << 0, 1, 2;
  WriteObj(folder_ / "a.obj", vertices, faces);
  EXPECT_EQ(ReadFile(folder_ / "a.obj"), "v 0 0.5 -1\nv 1e-07 2 3\nv 0.1 0.2 0.333333333\nf 1 2 3\n");
  faces(0, 2) = 3;
  EXPECT_THROW(WriteObj(folder_ / "b.obj", vertices, faces), ContractError);
  EXPECT_THAT(ErrorOf([&] { WriteObj(folder_ / "no/b.obj", vertices, MatrixX3i(0, 3)); }),
              HasSubstr("cannot be written"));
}

}  // namespace
}  // namespace vitruvius::body_file_test
