#include "data/io/densepose_chart.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include <matio.h>

#include "data/io/atomic_file.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

// More than any body has; keeps every index an int.
constexpr size_t kMaxRows = 10000000;
// Deflate makes nothing more than this much smaller (zlib.net, "Technical Details"): an array that claims
// more numbers than that is not there, and its memory is not asked for.
constexpr size_t kMaxDeflation = 1032;
// Of a file of version 5: 116 bytes of text, 8 of offsets, version and byte order.
constexpr size_t kHeaderBytes = 128, kVersionAt = 124;

struct CloseFile {
  void operator()(mat_t* file) const { Mat_Close(file); }
};
struct FreeVariable {
  void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};

// matio would print its own words about a damaged file.
void SilenceMatio() {
  static std::once_flag once;
  std::call_once(once, [] { Mat_LogInitFunc("vitruvius", [](int, char*) {}); });
}

const char* ClassName(const matvar_t& variable) {
  switch (variable.class_type) {
    case MAT_C_CELL:
      return "a cell array";
    case MAT_C_STRUCT:
      return "a structure";
    case MAT_C_OBJECT:
    case MAT_C_OPAQUE:
      return "an object";
    case MAT_C_CHAR:
      return "text";
    case MAT_C_SPARSE:
      return "a sparse matrix";
    case MAT_C_FUNCTION:
      return "a function";
    case MAT_C_EMPTY:
      return "nothing";
    default:
      return variable.isComplex != 0 ? "complex numbers" : "numbers";
  }
}

// What was not read stays NaN, -1 or the largest number, never what lay in memory: matio says nothing of data
// that end early.
template <typename T>
std::vector<double> ReadNumbers(mat_t* file, matvar_t* variable, int count) {
  std::vector<T> numbers(static_cast<size_t>(count));
  std::memset(numbers.data(), 0xff, numbers.size() * sizeof(T));
  if (Mat_VarReadDataLinear(file, variable, numbers.data(), 0, 1, count) != 0) return {};
  return std::vector<double>(numbers.begin(), numbers.end());
}

// (count); empty when they cannot be read.
std::vector<double> ReadNumbers(mat_t* file, matvar_t* variable, int count) {
  switch (variable->class_type) {
    case MAT_C_DOUBLE:
      return ReadNumbers<double>(file, variable, count);
    case MAT_C_SINGLE:
      return ReadNumbers<float>(file, variable, count);
    case MAT_C_INT8:
      return ReadNumbers<std::int8_t>(file, variable, count);
    case MAT_C_UINT8:
      return ReadNumbers<std::uint8_t>(file, variable, count);
    case MAT_C_INT16:
      return ReadNumbers<std::int16_t>(file, variable, count);
    case MAT_C_UINT16:
      return ReadNumbers<std::uint16_t>(file, variable, count);
    case MAT_C_INT32:
      return ReadNumbers<std::int32_t>(file, variable, count);
    case MAT_C_UINT32:
      return ReadNumbers<std::uint32_t>(file, variable, count);
    case MAT_C_INT64:
      return ReadNumbers<std::int64_t>(file, variable, count);
    case MAT_C_UINT64:
      return ReadNumbers<std::uint64_t>(file, variable, count);
    default:
      return {};
  }
}

class MatFile {
 public:
  explicit MatFile(const std::string& path) : path_(path) {
    SilenceMatio();
    const std::string bytes = ReadFile(path);
    num_bytes_ = bytes.size();
    CheckHeader(bytes);
    file_.reset(Mat_Open(path.c_str(), MAT_ACC_RDONLY));
    if (file_ == nullptr || Mat_GetVersion(file_.get()) != MAT_FT_MAT5) Fail("", "cannot be read");
  }

  [[noreturn]] void Fail(const std::string& name, const std::string& what) const {
    throw InputError(path_, name, what);
  }

  // The numbers of an array column by column; `columns` 1: of a row or a column. *rows is what the file says.
  std::vector<double> Read(const char* name, size_t columns, size_t* rows) const {
    const std::string expected = columns == 1 ? "(n, 1) or (1, n)" : StrCat("(n, ", columns, ")");
    std::unique_ptr<matvar_t, FreeVariable> variable(Mat_VarReadInfo(file_.get(), name));
    if (variable == nullptr) Fail(name, "is missing, expected real numbers of shape " + expected);
    const bool is_real = variable->class_type >= MAT_C_DOUBLE && variable->class_type <= MAT_C_UINT64 &&
                         variable->isComplex == 0;
    if (!is_real) Fail(name, StrCat("found ", ClassName(*variable), ", expected real numbers"));
    std::string shape;
    for (int i = 0; i < variable->rank; ++i) shape += StrCat(i == 0 ? "(" : ", ", variable->dims[i]);
    if (variable->rank != 2) Fail(name, "found shape " + shape + "), expected " + expected);
    const size_t height = variable->dims[0], width = variable->dims[1];
    const bool is_row = columns == 1 && height == 1;
    *rows = is_row ? width : height;
    if ((!is_row && width != columns) || *rows == 0 || *rows > kMaxRows) {
      Fail(name, "found shape " + shape + "), expected " + expected + StrCat(", n from 1 to ", kMaxRows));
    }
    const size_t count = *rows * columns;
    if (count / kMaxDeflation > num_bytes_) {
      Fail(name, StrCat("found shape ", shape, "), which a file of ", num_bytes_, " bytes cannot hold"));
    }
    std::vector<double> numbers = ReadNumbers(file_.get(), variable.get(), static_cast<int>(count));
    if (numbers.size() != count) Fail(name, StrCat("is damaged, expected ", count, " numbers"));
    return numbers;
  }

  // As above, with the number of rows that another array asks for.
  std::vector<double> ReadVector(const char* name, size_t expected, const char* other) const {
    size_t rows = 0;
    std::vector<double> numbers = Read(name, 1, &rows);
    if (rows != expected) Fail(name, StrCat("found ", rows, " numbers, expected ", expected, ", as ", other));
    return numbers;
  }

  // Whole numbers from 1 to `most`.
  std::vector<int> ToIndices(const char* name, const std::vector<double>& numbers, size_t most) const {
    std::vector<int> indices;
    indices.reserve(numbers.size());
    for (size_t i = 0; i < numbers.size(); ++i) {
      const double value = numbers[i];
      if (!(value >= 1 && value <= static_cast<double>(most) && value == std::floor(value))) {
        Fail(name, StrCat("number ", i, ": found ", value, ", expected a whole number from 1 to ", most));
      }
      indices.push_back(static_cast<int>(value));
    }
    return indices;
  }

  void CheckCoordinates(const char* name, const std::vector<double>& numbers) const {
    for (size_t i = 0; i < numbers.size(); ++i) {
      const double value = numbers[i];
      if (!(value >= -kChartUvTolerance && value <= 1 + kChartUvTolerance)) {
        Fail(name, StrCat("number ", i, ": found ", value, ", expected 0 to 1"));
      }
    }
  }

 private:
  // Version 4 has no header, version 7.3 is HDF5: the published file is neither.
  void CheckHeader(const std::string& bytes) const {
    const std::string expected = "expected a MATLAB file of version 5 to 7.2";
    if (bytes.size() < kHeaderBytes) Fail("", StrCat("holds ", bytes.size(), " bytes, ", expected));
    const std::string end = bytes.substr(kVersionAt, kHeaderBytes - kVersionAt);
    const bool is_little = end[2] == 'I' && end[3] == 'M', is_big = end[2] == 'M' && end[3] == 'I';
    const int version = static_cast<unsigned char>(is_little ? end[1] : end[0]);
    if ((is_little || is_big) && version == 2) Fail("", "is a MATLAB file of version 7.3, " + expected);
    if ((!is_little && !is_big) || version != 1) Fail("", "is no MATLAB file, " + expected);
    CheckElements(bytes, is_little);
  }

  // A file is a row of elements, each an array: 4 bytes of type, 4 of length, then what it holds.
  void CheckElements(const std::string& bytes, bool is_little) const {
    constexpr size_t kTagBytes = 8;
    const auto number_at = [&](size_t at) {
      std::uint32_t value = 0;
      for (size_t i = 0; i < 4; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[at + (is_little ? 3 - i : i)]);
        value = (value << 8) | byte;
      }
      return value;
    };
    for (size_t at = kHeaderBytes; at < bytes.size();) {
      const size_t left = bytes.size() - at;
      const size_t length = left < kTagBytes ? 0 : number_at(at + 4);
      if (left < kTagBytes || length > left - kTagBytes) {
        Fail("", StrCat("is cut short: found ", left, " bytes at ", at, ", expected ", kTagBytes + length));
      }
      at += kTagBytes + length;
    }
  }

  std::string path_;
  size_t num_bytes_ = 0;
  std::unique_ptr<mat_t, CloseFile> file_;
};

}  // namespace

SurfaceChartData ReadDensePoseChart(const std::string& path) {
  const MatFile file(path);
  size_t num_faces = 0, num_entries = 0;
  const std::vector<int> vertices =
      file.ToIndices("All_vertices", file.Read("All_vertices", 1, &num_entries), kMaxRows);
  const std::vector<double> u = file.ReadVector("All_U_norm", num_entries, "All_vertices");
  const std::vector<double> v = file.ReadVector("All_V_norm", num_entries, "All_vertices");
  file.CheckCoordinates("All_U_norm", u);
  file.CheckCoordinates("All_V_norm", v);
  const std::vector<int> corners =
      file.ToIndices("All_Faces", file.Read("All_Faces", 3, &num_faces), num_entries);
  const std::vector<int> part =
      file.ToIndices("All_FaceIndices", file.ReadVector("All_FaceIndices", num_faces, "All_Faces"),
                     static_cast<size_t>(kNumChartParts));
  SurfaceChartData data;
  const auto rows = static_cast<Eigen::Index>(num_faces);
  data.faces.resize(rows, 3);
  data.uv.resize(rows, 6);
  data.part = Eigen::Map<const Eigen::VectorXi>(part.data(), rows);
  for (Eigen::Index f = 0; f < rows; ++f) {
    for (Eigen::Index k = 0; k < 3; ++k) {
      const auto entry = static_cast<size_t>(corners[static_cast<size_t>(k * rows + f)] - 1);
      data.faces(f, k) = vertices[entry] - 1;
      data.uv(f, 2 * k) = u[entry];
      data.uv(f, 2 * k + 1) = v[entry];
    }
  }
  return data;
}

}  // namespace vitruvius
