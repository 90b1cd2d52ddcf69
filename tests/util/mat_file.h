// MATLAB files for tests, written by matio.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <matio.h>

#include "models/util/check.h"

namespace vitruvius {

struct MatArray {
  std::vector<size_t> dims;
  std::vector<double> numbers;  // column by column
  matio_classes kind = MAT_C_DOUBLE;
};

inline void WriteMat(const std::string& path, const std::map<std::string, MatArray>& arrays,
                     matio_compression compression = MAT_COMPRESSION_NONE, mat_ft version = MAT_FT_MAT5) {
  const std::unique_ptr<mat_t, int (*)(mat_t*)> file(Mat_CreateVer(path.c_str(), nullptr, version),
                                                     &Mat_Close);
  VT_CHECK(file != nullptr);
  for (const auto& [name, array] : arrays) {
    const auto write = [&, &name = name, &array = array](auto zero, matio_types type) {
      std::vector<decltype(zero)> values(array.numbers.begin(), array.numbers.end());
      std::vector<size_t> dims = array.dims;
      matvar_t* variable = Mat_VarCreate(name.c_str(), array.kind, type, static_cast<int>(dims.size()),
                                         dims.data(), values.data(), 0);
      VT_CHECK(variable != nullptr);
      VT_CHECK_EQ(Mat_VarWrite(file.get(), variable, compression), 0);
      Mat_VarFree(variable);
    };
    switch (array.kind) {
      case MAT_C_SINGLE:
        write(float{}, MAT_T_SINGLE);
        break;
      case MAT_C_UINT8:
        write(std::uint8_t{}, MAT_T_UINT8);
        break;
      case MAT_C_UINT16:
        write(std::uint16_t{}, MAT_T_UINT16);
        break;
      case MAT_C_INT32:
        write(std::int32_t{}, MAT_T_INT32);
        break;
      case MAT_C_INT64:
        write(std::int64_t{}, MAT_T_INT64);
        break;
      case MAT_C_CHAR:
        write(std::uint8_t{}, MAT_T_UINT8);
        break;
      default:
        write(double{}, MAT_T_DOUBLE);
    }
  }
}

}  // namespace vitruvius
