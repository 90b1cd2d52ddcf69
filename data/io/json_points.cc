// What readers of JSON share: rows of numbers and boxes.
#include <cmath>

#include <nlohmann/json.hpp>

#include "data/io/json_text.h"
#include "data/io/keypoint_formats.h"
#include "models/util/check.h"

namespace vitruvius {

std::vector<double> RowsOf(const nlohmann::json& rows, const std::string& place, size_t* columns) {
  if (!rows.is_array() || rows.empty()) throw InputError(place + ": expected an array of points");
  std::vector<double> numbers;
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string row_place = StrCat(place, "[", i, "]");
    const std::vector<double> row = NumbersOf(rows[i], row_place);
    if (i == 0) *columns = row.size();
    if (row.empty() || row.size() != *columns) {
      throw InputError(StrCat(row_place, ": found ", row.size(), " numbers, expected ",
                              row.empty() ? "some" : StrCat(*columns, " as in the first")));
    }
    numbers.insert(numbers.end(), row.begin(), row.end());
  }
  return numbers;
}

std::optional<Eigen::Vector4d> BoxOf(const nlohmann::json& value, BoxKind kind) {
  constexpr double kMostPx = 1e6;
  if (!value.is_array() || value.size() != 4) return std::nullopt;
  Eigen::Vector4d box;
  for (int i = 0; i < 4; ++i) {
    const nlohmann::json& number = value[static_cast<size_t>(i)];
    if (!number.is_number()) return std::nullopt;
    box[i] = number.get<double>();
  }
  if (kind == BoxKind::kCorners) box.tail<2>() -= box.head<2>();
  if (!(box.cwiseAbs().maxCoeff() <= kMostPx) || box.tail<2>().minCoeff() <= 0) return std::nullopt;
  return box;
}

}  // namespace vitruvius
