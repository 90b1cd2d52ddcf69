// scipy.sparse's matrices by their entries.
#include <utility>

#include "data/io/pickle_objects.h"
#include "models/util/check.h"

namespace vitruvius {
namespace {

using PickleKind = PickleValue::Kind;
using Class = PickleClass;

}  // namespace

void PickleObjects::SetSparse(PickleValue* object, std::shared_ptr<PickleSparse> matrix) const {
  if (matrix->row.size() != matrix->value.size() || matrix->col.size() != matrix->value.size()) {
    source_.Fail("found a sparse matrix with unequal numbers of values, rows and columns");
  }
  for (size_t i = 0; i < matrix->value.size(); ++i) {
    const std::int64_t row = matrix->row[i], col = matrix->col[i];
    if (row < 0 || row >= matrix->rows || col < 0 || col >= matrix->cols) {
      source_.Fail(StrCat("found a sparse matrix of ", matrix->rows, " x ", matrix->cols,
                          " with an entry at (", row, ", ", col, ")"));
    }
  }
  object->sparse = std::move(matrix);
  object->kind = PickleKind::kSparse;
}

void PickleObjects::BuildSparse(PickleValue* object, const PickleValue& state) {
  const PickleValue* shape = state.Find("_shape");
  const std::vector<std::int64_t> lengths = Shape(shape != nullptr ? *shape : *Member(state, "shape"));
  if (lengths.size() != 2) source_.Fail("found a sparse matrix that has not two dimensions");
  if (object->of == Class::kLil) return BuildLil(object, state, lengths[0], lengths[1]);
  const PickleValue* data = Member(state, "data");
  if (data->kind != PickleKind::kArray) source_.Fail("found a sparse matrix without its data");
  const auto num = static_cast<size_t>(data->array->size());
  Spend(2 * 8 * num);
  auto matrix = std::make_shared<PickleSparse>();
  matrix->rows = lengths[0];
  matrix->cols = lengths[1];
  matrix->value = data->array->ToDoubles();
  if (object->of == Class::kCoo) {
    const PickleValue* coords = state.Find("coords");  // of newer scipy
    const bool pair = coords != nullptr && IsSequence(coords) && coords->items.size() == 2;
    matrix->row = Ints(pair ? coords->items[0] : Member(state, "row"), "row");
    matrix->col = Ints(pair ? coords->items[1] : Member(state, "col"), "col");
  } else {
    std::vector<std::int64_t> minor = Ints(Member(state, "indices"), "indices");
    const std::vector<std::int64_t> starts = Ints(Member(state, "indptr"), "indptr");
    const bool by_column = object->of == Class::kCsc;
    const std::int64_t num_major = by_column ? matrix->cols : matrix->rows;
    if (static_cast<std::uint64_t>(num_major) + 1 != starts.size() || starts.front() != 0) {
      source_.Fail(
          StrCat("found a sparse matrix with ", starts.size(), " starts, expected ", num_major, " + 1"));
    }
    std::vector<std::int64_t> major;
    for (size_t i = 0; i + 1 < starts.size(); ++i) {
      if (starts[i + 1] < starts[i] || starts[i + 1] > static_cast<std::int64_t>(num)) {
        source_.Fail("found a sparse matrix whose starts do not ascend within its data");
      }
      major.resize(static_cast<size_t>(starts[i + 1]), static_cast<std::int64_t>(i));
    }
    // scipy may keep room for more entries than are used.
    if (minor.size() < major.size()) source_.Fail("found a sparse matrix with fewer indices than starts say");
    minor.resize(major.size());
    matrix->value.resize(major.size());
    if (by_column) major.swap(minor);
    matrix->row = std::move(major);
    matrix->col = std::move(minor);
  }
  SetSparse(object, std::move(matrix));
}

// Lists of the columns and values of each row, in arrays of objects.
void PickleObjects::BuildLil(PickleValue* object, const PickleValue& state, std::int64_t rows,
                             std::int64_t cols) {
  const PickleValue *columns = Member(state, "rows"), *values = Member(state, "data");
  const auto number = [&](const PickleValue& value) {
    if (value.kind == PickleKind::kFloat) return value.real;
    if (value.kind == PickleKind::kInt || value.kind == PickleKind::kBool)
      return static_cast<double>(value.integer);
    if (value.kind != PickleKind::kArray || value.array->size() != 1)
      source_.Fail(StrCat("found ", value.KindName(), " in a sparse matrix, expected a number"));
    return value.array->ToDoubles()[0];
  };
  const auto has_rows = [&](const PickleValue& lists) {
    return lists.kind == PickleKind::kList && static_cast<std::int64_t>(lists.items.size()) == rows;
  };
  if (!has_rows(*columns) || !has_rows(*values))
    source_.Fail(StrCat("found a sparse matrix whose lists are not those of ", rows, " rows"));
  auto matrix = std::make_shared<PickleSparse>();
  matrix->rows = rows;
  matrix->cols = cols;
  for (std::size_t row = 0; row < columns->items.size(); ++row) {
    const PickleValue &at = *columns->items[row], &entries = *values->items[row];
    if (!IsSequence(&at) || !IsSequence(&entries) || at.items.size() != entries.items.size())
      source_.Fail(StrCat("found a sparse matrix whose row ", row, " has not as many columns as values"));
    Spend(3 * 8 * at.items.size());
    for (std::size_t i = 0; i < at.items.size(); ++i) {
      const double column = number(*at.items[i]);
      const bool fits = column >= 0 && column < static_cast<double>(cols);
      matrix->row.push_back(static_cast<std::int64_t>(row));
      matrix->col.push_back(fits ? static_cast<std::int64_t>(column) : -1);
      matrix->value.push_back(number(*entries.items[i]));
    }
  }
  SetSparse(object, std::move(matrix));
}

}  // namespace vitruvius
