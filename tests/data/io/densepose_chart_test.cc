#include "data/io/densepose_chart.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/io/io_test_util.h"
#include "tests/util/chart_data.h"
#include "tests/util/mat_file.h"

namespace vitruvius::densepose_chart_test {
namespace {

using ::testing::HasSubstr;

// The published file's layout: entries of vertices, one for each part that a vertex is in, and faces of
// entries; both from 1.
std::map<std::string, MatArray> ArraysOf(const SurfaceChartData& chart) {
  const auto num_faces = static_cast<size_t>(chart.faces.rows());
  std::map<std::string, MatArray> arrays;
  MatArray &faces = arrays["All_Faces"], &part = arrays["All_FaceIndices"],
           &vertices = arrays["All_vertices"], &u = arrays["All_U_norm"], &v = arrays["All_V_norm"];
  faces = {{num_faces, 3}, std::vector<double>(3 * num_faces)};
  for (Eigen::Index f = 0; f < chart.faces.rows(); ++f) {
    part.numbers.push_back(chart.part(f));
    for (int k = 0; k < 3; ++k) {
      size_t entry = 0;
      while (entry < vertices.numbers.size() &&
             (vertices.numbers[entry] != chart.faces(f, k) + 1 || u.numbers[entry] != chart.uv(f, 2 * k) ||
              v.numbers[entry] != chart.uv(f, 2 * k + 1))) {
        ++entry;
      }
      if (entry == vertices.numbers.size()) {
        vertices.numbers.push_back(chart.faces(f, k) + 1);
        u.numbers.push_back(chart.uv(f, 2 * k));
        v.numbers.push_back(chart.uv(f, 2 * k + 1));
      }
      faces.numbers[static_cast<size_t>(k) * num_faces + static_cast<size_t>(f)] =
          static_cast<double>(entry + 1);
    }
  }
  part.dims = {num_faces, 1};
  vertices.dims = {1, vertices.numbers.size()};
  u.dims = v.dims = {vertices.numbers.size(), 1};
  return arrays;
}

class DensePoseChart : public ::testing::Test {
 protected:
  std::string Error() {
    WriteMat(path_, arrays_);
    return ErrorOf([&] { ReadDensePoseChart(path_); });
  }
  const TemporaryFolder folder_;
  const std::string path_ = folder_ / "UV_Processed.mat";
  const SurfaceChartData chart_ = MakeChartData();
  std::map<std::string, MatArray> arrays_ = ArraysOf(chart_);
};

TEST_F(DensePoseChart, IsReadAsPublished) {
  arrays_["something_else"] = {{1, 1}, {3}};
  for (const matio_compression compression : {MAT_COMPRESSION_NONE, MAT_COMPRESSION_ZLIB}) {
    WriteMat(path_, arrays_, compression);
    const SurfaceChartData read = ReadDensePoseChart(path_);
    EXPECT_EQ(read.faces, chart_.faces);
    EXPECT_EQ(read.part, chart_.part);
    EXPECT_EQ(read.uv, chart_.uv);
    EXPECT_EQ(SurfaceChart::Create(read, path_)->num_vertices(), chart_.faces.maxCoeff() + 1);
  }
}

TEST_F(DensePoseChart, TypesAndRowsOrColumnsDoNotMatter) {
  arrays_["All_Faces"].kind = MAT_C_UINT16;
  arrays_["All_FaceIndices"].kind = MAT_C_UINT8;
  arrays_["All_vertices"].kind = MAT_C_INT64;
  arrays_["All_U_norm"].kind = MAT_C_SINGLE;
  for (auto& [name, array] : arrays_) {
    if (name != "All_Faces") std::swap(array.dims[0], array.dims[1]);
  }
  WriteMat(path_, arrays_, MAT_COMPRESSION_ZLIB);
  const SurfaceChartData read = ReadDensePoseChart(path_);
  EXPECT_EQ(read.faces, chart_.faces);
  EXPECT_EQ(read.part, chart_.part);
  EXPECT_LT((read.uv - chart_.uv).cwiseAbs().maxCoeff(), 1e-7);  // single precision
  arrays_["All_vertices"].kind = arrays_["All_FaceIndices"].kind = MAT_C_INT32;
  WriteMat(path_, arrays_);
  EXPECT_EQ(ReadDensePoseChart(path_).faces, chart_.faces);
}

TEST_F(DensePoseChart, WrongArraysAreNamed) {
  const auto good = arrays_;
  EXPECT_EQ(Error(), "");
  for (const auto& [name, array] : good) {
    arrays_.erase(name);
    EXPECT_THAT(Error(), HasSubstr(path_ + ": " + name + ": is missing, expected real numbers of shape "));
    arrays_ = good;
  }
  const auto with = [&](const char* name, size_t i, double value) {
    arrays_ = good;
    arrays_[name].numbers[i] = value;
    return Error();
  };
  const size_t entries = good.at("All_vertices").numbers.size();
  EXPECT_EQ(with("All_FaceIndices", 4, 25),
            path_ + ": All_FaceIndices: number 4: found 25, expected a whole number from 1 to 24");
  EXPECT_THAT(with("All_FaceIndices", 4, 0), HasSubstr("number 4: found 0, expected"));
  EXPECT_THAT(with("All_Faces", 7, 0),
              HasSubstr(StrCat("found 0, expected a whole number from 1 to ", entries)));
  EXPECT_THAT(with("All_Faces", 7, static_cast<double>(entries + 1)),
              HasSubstr("All_Faces: number 7: found "));
  EXPECT_THAT(with("All_vertices", 1, 0.5), HasSubstr("All_vertices: number 1: found 0.5"));
  EXPECT_THAT(with("All_vertices", 1, 1e300), HasSubstr("All_vertices: number 1: found 1e+300"));
  EXPECT_EQ(with("All_U_norm", 2, 1.25), path_ + ": All_U_norm: number 2: found 1.25, expected 0 to 1");
  EXPECT_THAT(with("All_V_norm", 0, std::numeric_limits<double>::quiet_NaN()),
              HasSubstr("All_V_norm: number 0: found nan"));
}

TEST_F(DensePoseChart, WrongShapesAndTypesAreNamed) {
  const auto good = arrays_;
  arrays_["All_Faces"].dims = {3, arrays_["All_Faces"].numbers.size() / 3};
  EXPECT_THAT(Error(), HasSubstr("All_Faces: found shape (3, 100), expected (n, 3)"));
  arrays_ = good;
  arrays_["All_U_norm"].numbers.pop_back();
  arrays_["All_U_norm"].dims[0] -= 1;
  const size_t entries = good.at("All_vertices").numbers.size();
  EXPECT_THAT(Error(), HasSubstr(StrCat("All_U_norm: found ", entries - 1, " numbers, expected ", entries,
                                        ", as All_vertices")));
  arrays_ = good;
  arrays_["All_FaceIndices"].dims = {10, 10};
  EXPECT_THAT(Error(), HasSubstr("All_FaceIndices: found shape (10, 10), expected (n, 1) or (1, n)"));
  arrays_["All_FaceIndices"].dims = {1, 10, 10};
  EXPECT_THAT(Error(), HasSubstr("All_FaceIndices: found shape (1, 10, 10), expected"));
  arrays_ = good;
  arrays_["All_vertices"].kind = MAT_C_CHAR;
  EXPECT_THAT(Error(), HasSubstr("All_vertices: found text, expected real numbers"));
}

TEST_F(DensePoseChart, OtherFilesAreRefused) {
  EXPECT_THAT(ErrorOf([&] { ReadDensePoseChart(folder_ / "none.mat"); }), HasSubstr("none.mat"));
  const auto error = [&](const std::string& bytes) {
    WriteQuickly(path_, bytes);
    return ErrorOf([&] { ReadDensePoseChart(path_); });
  };
  EXPECT_EQ(error("abc"), path_ + ": holds 3 bytes, expected a MATLAB file of version 5 to 7.2");
  EXPECT_EQ(error(std::string(1000, 'x')),
            path_ + ": is no MATLAB file, expected a MATLAB file of version 5 to 7.2");
  WriteMat(path_, arrays_, MAT_COMPRESSION_NONE, MAT_FT_MAT73);
  EXPECT_THAT(ErrorOf([&] { ReadDensePoseChart(path_); }),
              HasSubstr("is a MATLAB file of version 7.3, expected"));
}

TEST_F(DensePoseChart, AFileCutShortIsRefusedInSilence) {
  for (const matio_compression compression : {MAT_COMPRESSION_NONE, MAT_COMPRESSION_ZLIB}) {
    WriteMat(path_, arrays_, compression);
    const std::string whole = ReadFile(path_);
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    std::vector<size_t> taken;
    for (size_t kept = 0; kept < whole.size(); ++kept) {
      WriteQuickly(path_, whole.substr(0, kept));
      if (ErrorOf([&] { ReadDensePoseChart(path_); }).empty()) taken.push_back(kept);
    }
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_THAT(taken, testing::IsEmpty()) << "of " << whole.size();
  }
}

TEST_F(DensePoseChart, SizesThatAFileCannotHoldCostNoMemory) {
  WriteMat(path_, arrays_);
  std::string bytes = ReadFile(path_);
  // The dimensions of All_vertices, (1, n), stand before its name.
  const size_t at = bytes.find("All_vertices") - 16;
  const std::int32_t many = 9000000;
  std::copy_n(reinterpret_cast<const char*>(&many), sizeof many, &bytes[at + 4]);
  WriteQuickly(path_, bytes);
  EXPECT_THAT(ErrorOf([&] { ReadDensePoseChart(path_); }),
              testing::AnyOf(HasSubstr("cannot hold"), HasSubstr("is damaged or cut short")));
}

}  // namespace
}  // namespace vitruvius::densepose_chart_test
