// A chart of the surface in a body's file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/io/body_file.h"
#include "data/io/npz.h"
#include "models/body/surface_chart.h"
#include "tests/data/io/io_test_util.h"
#include "tests/util/test_body.h"

namespace vitruvius::body_chart_test {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<const BodyModel> BodyWithChart() {
  BodyModelData data = MakeTestBody()->data();
  Rng rng(4);
  data.chart_part =
      Eigen::VectorXi::NullaryExpr(data.faces.rows(), [&] { return 1 + static_cast<int>(rng.Index(24)); });
  data.chart_uv = ChartUv::NullaryExpr(data.faces.rows(), 6, [&] { return rng.Uniform(); });
  return BodyModel::Create(std::move(data));
}

TEST(BodyChart, IsWrittenAndRead) {
  const TemporaryFolder folder;
  const auto body = BodyWithChart();
  for (const char* name : {"body.npz", "body.pkl"}) {
    SaveBodyModel(folder / name, *body);
    const auto read = LoadBodyModel(folder / name);
    ASSERT_TRUE(read->has_chart()) << name;
    EXPECT_EQ(read->data().chart_part, body->data().chart_part);
    EXPECT_EQ(read->data().chart_uv, body->data().chart_uv);
    EXPECT_EQ(ChartOf(*read)->num_faces(), body->num_faces());
  }
  const NpzReader file(folder / "body.npz");
  EXPECT_EQ(file.Shape("chart_part"), (std::vector<std::int64_t>{58}));
  EXPECT_EQ(file.Shape("chart_uv"), (std::vector<std::int64_t>{58, 3, 2}));
}

TEST(BodyChart, IsKeptByConversion) {
  const TemporaryFolder folder;
  const auto body = BodyWithChart();
  SaveBodyModel(folder / "a.npz", *body);
  ConvertBodyFile(folder / "a.npz", folder / "b.pkl");
  ConvertBodyFile(folder / "b.pkl", folder / "c.npz");
  const auto read = LoadBodyModel(folder / "c.npz");
  ASSERT_TRUE(read->has_chart());
  EXPECT_EQ(read->data().chart_part, body->data().chart_part);
  EXPECT_EQ(read->data().chart_uv, body->data().chart_uv);
}

TEST(BodyChart, ABodyWithoutHasNone) {
  const TemporaryFolder folder;
  SaveBodyModel(folder / "a.npz", *MakeTestBody());
  EXPECT_FALSE(NpzReader(folder / "a.npz").Has("chart_part"));
  EXPECT_FALSE(LoadBodyModel(folder / "a.npz")->has_chart());
}

TEST(BodyChart, WhatIsWrongIsNamed) {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npz";
  SaveBodyModel(path, *BodyWithChart());
  std::map<std::string, NpyArray> good;
  {
    const NpzReader file(path);
    for (const char* key :
         {"v_template", "J_regressor", "weights", "kintree_table", "f", "name", "chart_part", "chart_uv"})
      good[key] = file.Read(key);
  }
  const auto error = [&](const std::map<std::string, NpyArray>& arrays) {
    WriteNpz(path, arrays);
    return ErrorOf([&] { LoadBodyModel(path); });
  };
  EXPECT_EQ(error(good), "");
  auto bad = good;
  bad.erase("chart_uv");
  EXPECT_THAT(error(bad), HasSubstr("chart_uv"));
  bad = good;
  bad.erase("chart_part");
  EXPECT_THAT(error(bad), HasSubstr("chart_part"));
  bad = good;
  std::vector<std::int32_t> parts(58, 1);
  parts[3] = 25;
  bad["chart_part"] = NpyArray::FromInt32(parts.data(), {58});
  EXPECT_THAT(error(bad), HasSubstr("chart_part: holds 25, expected 0 to 24"));
  parts[3] = 0;
  bad["chart_part"] = NpyArray::FromInt32(parts.data(), {58});
  EXPECT_EQ(error(bad), path + ": chart_part: face 3: found part 0, expected 1 to 24");
  bad["chart_part"] = NpyArray::FromInt32(parts.data(), {57});
  EXPECT_THAT(error(bad), HasSubstr("chart_part: found shape (57,), expected (58,)"));
  bad = good;
  std::vector<double> uv(58 * 6, 0.5);
  uv[8] = -0.5;
  bad["chart_uv"] = NpyArray::FromDoubles(uv.data(), {58, 3, 2});
  EXPECT_EQ(error(bad), path + ": chart_uv: face 1, corner 1: found u -0.5, expected 0 to 1");
}

}  // namespace
}  // namespace vitruvius::body_chart_test
